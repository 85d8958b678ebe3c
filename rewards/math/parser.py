"""Reads answers: what is made of expressions, from a bare number to a union of intervals.

From the loosest to the tightest: `or`; `;` and `and`; commas; relations; unions; colons; expressions.
"""

import re

from typing_extensions import override

from rewards.math.arithmetic import Arithmetic, is_connective, value
from rewards.math.forms import (
    Alternatives,
    Based,
    Builder,
    Call,
    Expression,
    Form,
    Joined,
    Labelled,
    Matrix,
    Named,
    Number,
    Product,
    Quantity,
    Ratio,
    Relation,
    Sequence,
    Sum,
    Words,
    negative,
)
from rewards.math.lexer import Kind, Token, UnreadableError, tokenize
from rewards.math.words import number_in_words

_OR = frozenset(("or", "oder", "ou", "o"))
_TO = frozenset(("to",))
_AND = frozenset(("and", "und", "et", "y"))
_RELATIONS = {
    "=": "=",
    "<": "<",
    ">": ">",
    r"\le": "<=",
    r"\ge": ">=",
    r"\ne": "!=",
    r"\approx": "~",
    r"\equiv": "==",
    r"\in": "in",
    r"\sim": "~",
}
_JOINS = {r"\cup": "cup", r"\cap": "cap", r"\setminus": "minus"}
_SETS = {r"\emptyset": "empty"}
_CLOSINGS = {
    "(": (")", "]"),
    "[": ("]", ")"),
    "]": ("[", "]", ")"),
    "{": ("}",),
    r"\{": (r"\}",),
    r"\langle": (r"\rangle",),
}
_MATRICES = frozenset(("matrix", "pmatrix", "bmatrix", "Bmatrix", "smallmatrix", "array", "vmatrix", "Vmatrix"))
_ROWS = frozenset(("cases", "aligned", "align", "align*", "gathered", "split"))
_GROUPED = re.compile(r"\d,\d{3}(?!\d)")
_DECIMAL_COMMA = re.compile(r"-?(?:0|[1-9]\d{3,}),\d+")
_TEXT = re.compile(r"\\(?:text|mathrm|textrm|mathbf|textbf|mbox|operatorname)\s*\{([^{}]*)\}")
_BASED = re.compile(
    r"\(?\s*([0-9A-Fa-f][0-9A-Fa-f ,]*)\)?\s*_\s*\{?\s*(?:base\s*-?\s*)?(\d{1,2}|[a-z]+)\s*\}?", re.IGNORECASE
)
_MIXED = re.compile(r"(\d+)\s*(?:and|\\text\s*\{\s*and\s*\})\s*(\\frac\s*\{?\d+\}?\s*\{?\d+\}?|\s\d+/\d+)")
_MAX_ITEMS = 1_000


def readings(text: str) -> list[Form]:
    """Return what a plain text may say: two forms where `1,234` may be one number or two, else one.

    Raises:
        UnreadableError: it says nothing that is read here.
    """
    if _DECIMAL_COMMA.fullmatch(text):
        return [parse(text.replace(",", "."), grouped=False), parse(text, grouped=False)]
    based = _based(text)
    if based is not None:
        return [based]
    mixed = _MIXED.fullmatch(text)
    if mixed is not None:
        return [parse(rf"{mixed[1]}{mixed[2]}", grouped=True), parse(text, grouped=True)]
    if not _GROUPED.search(text):
        return [parse(text, grouped=True)]
    forms: list[Form] = []
    for grouped in (True, False):
        try:
            form = parse(text, grouped=grouped)
        except UnreadableError:
            if not grouped and not forms:
                raise
        else:
            forms += [form] if form not in forms else []
    return forms


def _based(text: str) -> Based | None:
    """Return digits with the base they are in, whose digits may be letters and whose name may be a word."""
    match = _BASED.fullmatch(_TEXT.sub(r"\1", text))
    if match is None:
        return None
    name = match[2].lower()
    base = int(name) if name.isdigit() else int(number_in_words(name) or 0)
    digits = match[1].replace(" ", "").replace(",", "").upper().lstrip("0") or "0"
    is_valid = 2 <= base <= 36 and all(int(digit, 36) < base for digit in digits)  # noqa: PLR2004
    return Based(digits, base) if is_valid else None


def parse(text: str, *, grouped: bool) -> Form:
    """Return what a plain text says.

    Raises:
        UnreadableError: it says nothing that is read here.
    """
    parser = Parser(tokenize(text, grouped=grouped))
    form = parser.alternatives()
    if parser.peek() is not None:
        raise UnreadableError("The answer goes on where it should end.")
    return form


class Parser(Arithmetic):
    """The part of the parser that reads structures."""

    def alternatives(self) -> Form:
        """Read groups with `or` between them."""
        items = [self.groups()]
        while self.at_words(_OR) and len(items) < _MAX_ITEMS:
            self.take()
            items.append(self.groups())
        if len(items) == 1:
            return items[0]
        return Alternatives(tuple(_flat(items)))

    def groups(self) -> Form:
        """Read lists with `and`, `;` or a line break between them."""
        items = [self._list()]
        while (self.at_words(_AND) or self.at(";", r"\\")) and len(items) < _MAX_ITEMS:
            self.take()
            if self.at_words(_AND):
                self.take()
            if self.peek() is None:
                break
            items.append(self._list())
        if len(items) == 1:
            return items[0]
        if any(isinstance(item, Sequence) and not item.opening and _is_system(item) for item in items):
            return Sequence("", "", tuple(items))
        return Sequence("", "", tuple(_flat(items)))

    def _list(self) -> Form:
        """Read items with commas between them."""
        items = [self._item()]
        while self.at(",") and len(items) < _MAX_ITEMS:
            if is_connective(self.peek(1)):
                self.take()
                break
            self.take()
            if self.peek() is None:
                break
            items.append(self._item())
        return items[0] if len(items) == 1 else Sequence("", "", tuple(items))

    def _item(self) -> Form:
        """Read one item: with words before it, after it, or made of words."""
        self.enter()
        form = self._labelled() if self._at_word() else self._relation()
        words = self._words()
        self.leave()
        return Quantity(form, words) if words else form

    def _at_word(self) -> bool:
        token = self.peek()
        return token is not None and token.kind is Kind.WORD and not is_connective(token)

    def _labelled(self) -> Form:
        """Read a text, or a form with a text before it."""
        words = self._words(stop_at_formula=True)
        if (number := number_in_words(words)) is not None:
            return Number(number)
        if self._at_end():
            return Words(words)
        if self.accept(":", "="):
            return Relation(("=",), (Words(words), self._relation()))
        if self.at("(", "[", r"\{") or not self._starts_operand():
            return Words(f"{words} {self._rest()}".strip())
        return Labelled(words, self._relation())

    def _starts_operand(self) -> bool:
        token = self.peek()
        return token is not None and (token.kind is not Kind.SIGN or token.text in {"-", "+", "|"})

    def _at_end(self) -> bool:
        token = self.peek()
        return token is None or token.text in {",", ";", r"\\", ")", "]", r"\}", "}"} or is_connective(token)

    def _rest(self) -> str:
        """Read everything up to the end of the item as text."""
        parts = []
        while self.peek() is not None:
            parts.append(self.take().text)
        return " ".join(parts)

    def _words(self, *, stop_at_formula: bool = False) -> str:
        """Read words and what belongs to them, such as the exponent of `cm^2`, as one text."""
        token = self.peek()
        if token is None or not (token.kind is Kind.WORD or (token.kind is Kind.LETTER and token.upright)):
            return ""
        if is_connective(token):
            return ""
        parts: list[str] = []
        while (token := self.peek()) is not None and not self._ends_words(token):
            if stop_at_formula and token.kind not in {Kind.WORD, Kind.LETTER} and token.text not in {".", "-", "'"}:
                break
            joined = token.kind is Kind.LETTER and not token.spaced and parts
            parts.append(token.text if joined or not parts else f" {token.text}" if token.spaced else token.text)
            self.take()
        text = "".join(parts).strip(" .")
        return text if len(text) == 1 else " ".join(text.lower().split())

    def _ends_words(self, token: Token) -> bool:
        return token.text in {",", ";", r"\\", "=", ":", r"\}", ")", "]", "&", r"\end"} or is_connective(token)

    def _relation(self) -> Form:
        """Read sides with relations between them."""
        sides = [self._joined()]
        operators = []
        while (token := self.peek()) is not None and token.text in _RELATIONS and len(sides) < _MAX_ITEMS:
            operators.append(_RELATIONS[self.take().text])
            sides.append(self._joined())
        return Relation(tuple(operators), tuple(sides)) if operators else sides[0]

    def _joined(self) -> Form:
        """Read sets with unions between them."""
        items = [self._ratio()]
        operators = []
        while (token := self.peek()) is not None and token.text in _JOINS and len(items) < _MAX_ITEMS:
            operators.append(_JOINS[self.take().text])
            items.append(self._ratio())
        return Joined(tuple(operators), tuple(items)) if operators else items[0]

    def _ratio(self) -> Form:
        """Read expressions with colons between them."""
        if self.at(r"\emptyset"):
            return Named(_SETS[self.take().text])
        if self.at(r"\mathbb"):
            return self._named_set()
        first = self.expression()
        if not self._at_colon() or self._is_label(first):
            return first
        terms = [value(first)]
        is_time = False
        while self._at_colon():
            self.take()
            token = self.peek()
            is_time = is_time or (token is not None and token.text.startswith("0") and len(token.text) > 1)
            terms.append(value(self.expression()))
        return Ratio(tuple(terms), is_time)

    def _at_colon(self) -> bool:
        """Return whether a ratio goes on: with a colon, or with `to`."""
        return self.at(":") or (self.at_words(_TO) and self.at_kind(Kind.NUMBER, 1))

    def _is_label(self, form: Form) -> bool:
        """Return whether a colon follows a name, as in `x: 5`, and not a term of a ratio."""
        after = self.peek(1)
        return isinstance(form, Sequence) or after is None

    def _named_set(self) -> Form:
        self.take()
        self.expect("{")
        name = self.take().text
        self.expect("}")
        if self.at("^", "_"):
            raise UnreadableError("A named set with an exponent is not read here.")
        return Named(name)

    @override
    def bracketed(self) -> Form:
        """Read a bracket: a group, a tuple, an interval, a set, a matrix."""
        if self.at(r"\begin"):
            return self._environment()
        self.enter()
        opening = self.take().text
        self._round_brackets += opening == "("
        closings = _CLOSINGS.get(opening)
        if closings is None:
            raise UnreadableError("A bracket closes that never opened.")
        form = self._inside(opening, closings)
        self._round_brackets -= opening == "("
        self.leave()
        return form

    def _inside(self, opening: str, closings: tuple[str, ...]) -> Form:
        kind = opening.removeprefix("\\")
        if self.at(*closings):
            self.take()
            if kind == "{":
                return Named("empty")
            raise UnreadableError("A bracket is empty.")
        inner = self.alternatives()
        if kind == "{" and self.at("|", r"\mid", ":"):
            self.take()
            condition = self.alternatives()
            self.expect(*closings)
            return Builder(inner, condition)
        if opening == "{" and self.accept(r"\choose"):
            below = value(self.alternatives())
            self.expect("}")
            return Call("binomial", (value(inner), below))
        while self.at("."):
            self.take()
        closing = self.expect(*closings).removeprefix("\\")
        return _sequence(kind, closing, inner, is_set=opening == r"\{")

    def _environment(self) -> Form:
        self.take()
        name = self._subscript()
        if name == "array" and self.at("{"):
            self._subscript()
        if name not in _MATRICES and name not in _ROWS:
            raise UnreadableError("The answer has an environment that is not read here.")
        rows = [[self._relation()]]
        while not self.at(r"\end"):
            if self.accept("&"):
                rows[-1].append(self._relation())
            elif self.accept(r"\\"):
                if not self.at(r"\end"):
                    rows.append([self._relation()])
            else:
                raise UnreadableError("A row of a matrix does not end.")
        self.take()
        self._subscript()
        if name in _ROWS:
            if any(len(row) > 1 for row in rows):
                raise UnreadableError("A definition by cases is not read here.")
            return Sequence("", "", tuple(row[0] for row in rows))
        matrix = Matrix(tuple(tuple(value(cell) for cell in row) for row in rows))
        if len({len(row) for row in matrix.rows}) != 1:
            raise UnreadableError("The rows of a matrix differ in length.")
        return determinant(matrix) if name == "vmatrix" else matrix


def determinant(matrix: Matrix) -> Expression:
    """Return the determinant of a small matrix.

    Raises:
        UnreadableError: it is not square, or too large.
    """
    rows = matrix.rows
    if len(rows) != len(rows[0]) or len(rows) > 3:  # noqa: PLR2004
        raise UnreadableError("A determinant of this size is not calculated here.")
    if len(rows) == 1:
        return rows[0][0]
    terms: list[Expression] = []
    for column, entry in enumerate(rows[0]):
        minor = Matrix(tuple(row[:column] + row[column + 1 :] for row in rows[1:]))
        cofactor = Product((entry, determinant(minor)))
        terms.append(negative(cofactor) if column % 2 else cofactor)
    return Sum(tuple(terms))


def _sequence(kind: str, closing: str, inner: Form, *, is_set: bool) -> Form:
    """Return what brackets make of what they hold."""
    items = inner.items if isinstance(inner, Sequence) and not inner.opening else (inner,)
    matching = {"(": ")", "[": "]", "{": "}", "langle": "rangle"}.get(kind) == closing
    if len(items) == 1 and matching and not is_set and kind != "langle":
        return inner
    if len(items) == 1 and not matching:
        raise UnreadableError("The brackets do not match.")
    return Sequence(kind, closing, tuple(items))


def _flat(items: list[Form]) -> list[Form]:
    """Return the items, bare lists among them replaced by what they hold."""
    flat: list[Form] = []
    for item in items:
        if isinstance(item, Sequence) and not item.opening:
            flat += item.items
        else:
            flat.append(item)
    return flat


def _is_system(sequence: Sequence) -> bool:
    """Return whether a list holds several equations, and so is one solution of several unknowns."""
    relations = [item for item in sequence.items if isinstance(item, Relation)]
    return len(relations) > 1 and len({relation.sides[0] for relation in relations}) > 1
