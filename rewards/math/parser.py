"""Reads answers: what is made of expressions, from a bare number to a union of intervals.

From the loosest to the tightest: `or`; `;` and `and`; commas; relations; unions; colons; expressions.
"""

import re
from fractions import Fraction

from typing_extensions import override

from rewards.math.arithmetic import Arithmetic
from rewards.math.forms import (
    ZERO,
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
    Symbol,
    Words,
    negative,
)
from rewards.math.lexer import Kind, Token, UnreadableError, tokenize
from rewards.math.operands import is_connective, value
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
_ORDERS = frozenset(("<", ">", "<=", ">=", "!="))
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
_ALIGNED = frozenset(("aligned", "align", "align*", "split", "gathered"))
_ROWS = frozenset(("cases", "aligned", "align", "align*", "gathered", "split"))
_GROUPED = re.compile(r"\d,\d{3}(?!\d)")
_DECIMAL_COMMA = re.compile(r"-?(?:0|[1-9]\d{3,}),\d+")
_TEXT = re.compile(r"\\(?:text|mathrm|textrm|mathbf|textbf|mbox|operatorname)\s*\{([^{}]*)\}")
_BASED = re.compile(
    r"\(?\s*([0-9A-Fa-f][0-9A-Fa-f ,]*)\)?\s*_\s*\{?\s*(?:base\s*-?\s*)?(\d{1,2}|[a-z]+)\s*\}?", re.IGNORECASE
)
_MIXED = re.compile(r"(\d+)\s*(?:and|\\text\s*\{\s*and\s*\})\s*(\\frac\s*\{?\d+\}?\s*\{?\d+\}?|\s\d+/\d+)")
_CONGRUENCE = re.compile(
    r"(?:[^=]*?(?:\\equiv|=)\s*)?(-?\d{1,9})\s*\(?\s*(?:\\pmod|\\mod|\\bmod|\\text\{\s*\(?mod\s*\}|mod)\s*\{?\s*(\d{1,9})\s*\}?\s*\)?"
)
_DURATION = re.compile(r"(\d{1,4})\s?(?:hours?|hrs?|h)\s?(?:and\s?)?(\d{1,2})\s?(?:minutes?|mins?|m)", re.IGNORECASE)
_NAME = re.compile(r"(?=.*[A-Za-z])[^0-9=<>\\]{1,40}(?:\\(?:mid|cap|cup|text)[^0-9=<>\\]{1,40})?")
_MAX_ITEMS = 1_000


def readings(text: str) -> list[Form]:
    """Return what a plain text may say: two forms where `1,234` may be one number or two, else one.

    Raises:
        UnreadableError: it says nothing that is read here.
    """
    try:
        return _readings(text)
    except UnreadableError:
        name, equals, rest = text.partition("=")
        if not equals or not _NAME.fullmatch(name.strip()):
            raise
        # A name that is no formula, such as `P(A|B)`, names the value behind it.
        return [Relation(("=",), (Words(name.strip().lower()), form)) for form in _readings(rest.strip())]


def _readings(text: str) -> list[Form]:
    if _DECIMAL_COMMA.fullmatch(text):
        return [parse(text.replace(",", "."), grouped=False), parse(text, grouped=False)]
    special = _based(text) or _congruence(text) or _duration(text)
    if special is not None:
        return [special]
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


def _congruence(text: str) -> Words | None:
    """Return `n = 9 (mod 4)` as what it says of n: the residue and the modulus."""
    match = _CONGRUENCE.fullmatch(text)
    if match is None or int(match[2]) == 0:
        return None
    return Words(f"{int(match[1]) % int(match[2])} mod {int(match[2])}")


def _duration(text: str) -> Quantity | None:
    """Return hours and minutes as minutes."""
    match = _DURATION.fullmatch(" ".join(_TEXT.sub(r" \1 ", text).split()))
    return Quantity(Number(Fraction(60 * int(match[1]) + int(match[2]))), "minutes") if match else None


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

    def __init__(self, tokens: list[Token]) -> None:
        super().__init__(tokens)
        self._in_set = 0
        """Set braces that are open: in them, a colon begins a condition."""

    def alternatives(self) -> Form:
        """Read groups with `or` between them."""
        items = [self.groups()]
        while self.at_words(_OR) and len(items) < _MAX_ITEMS:
            self.take()
            items.append(self.groups())
        if len(items) == 1:
            return items[0]
        if all(isinstance(item, Sequence) and _is_system(item) for item in items):
            return Alternatives(tuple(items))
        return Alternatives(tuple(_flat(items)))

    def groups(self) -> Form:
        """Read lists with `and`, `;` or a line break between them."""
        items = [self._list()]
        joined = ""
        while (self.at_words(_AND) or self.at(";", r"\\")) and len(items) < _MAX_ITEMS:
            joined = "and" if self.at_words(_AND) else joined
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
        flat = _flat(items)
        inequalities = all(isinstance(item, Relation) and set(item.operators) <= _ORDERS for item in flat)
        return Sequence("", joined if inequalities else "", tuple(flat))

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
            is_text = token.kind is Kind.WORD or (token.kind is Kind.LETTER and token.upright)
            if stop_at_formula and not is_text and token.text not in {".", "-", "'"}:
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
        while (token := self.peek()) is not None and len(items) < _MAX_ITEMS:
            if token.text not in _JOINS and not (token.text == "-" and isinstance(items[-1], Named)):
                break
            operators.append(_JOINS.get(self.take().text, "minus"))
            items.append(self._ratio())
        return Joined(tuple(operators), tuple(items)) if operators else items[0]

    def _ratio(self) -> Form:
        """Read expressions with colons between them."""
        if self.at(r"\emptyset"):
            return Named(_SETS[self.take().text])
        if self.at(r"\mathbb"):
            return self._named_set()
        first = self.expression()
        if self._in_set and self.at(":") and isinstance(first, Symbol):
            return first  # a set-builder
        if self.at(":") and _is_label(first) and self._number_follows():
            self.take()
            return Relation(("=",), (first, self.expression()))
        if not self._at_colon() or self.peek(1) is None or isinstance(first, Sequence):
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

    def _number_follows(self) -> bool:
        """Return whether a number, perhaps with a sign, stands behind the next token."""
        token = self.peek(1)
        ahead = 2 if token is not None and token.text in {"-", "+"} else 1
        return self.at_kind(Kind.NUMBER, ahead)

    def _named_set(self) -> Form:
        self.take()
        self.expect("{")
        name = self.take().text
        self.expect("}")
        if not self.accept("^"):
            return Named(name)
        if self.take().text != "*" or name != "R":
            raise UnreadableError("A named set with an exponent is not read here.")
        return Joined(("minus",), (Named(name), Sequence("{", "}", (ZERO,))))

    @override
    def bracketed(self) -> Form:
        """Read a bracket: a group, a tuple, an interval, a set, a matrix."""
        if self.at(r"\begin"):
            return self._block()
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
        self._in_set += opening == r"\{"
        inner = self.alternatives()
        self._in_set -= opening == r"\{"
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

    def _rows(self, *, aligned: bool) -> list[list[Form]]:
        """Read the rows of a block, up to its end."""
        rows: list[list[Form]] = [[]]
        while not self.at(r"\end"):
            if self.accept(r"\\"):
                rows += [[]] if rows[-1] else []
            elif not self.accept("&", ",", "."):
                cell = self._cell(aligned=aligned)
                rows[-1].append(cell)
        return [row for row in rows if row]

    def _cell(self, *, aligned: bool) -> Form:
        """Read one cell; in aligned equations, the sign of alignment inside says nothing."""
        if not aligned:
            return self._item()
        sides = [self._joined()]
        operators = []
        self.accept("&")
        while (token := self.peek()) is not None and token.text in _RELATIONS:
            operators.append(_RELATIONS[self.take().text])
            self.accept("&")
            sides.append(self._joined())
        return Relation(tuple(operators), tuple(sides)) if operators else sides[0]

    def _block(self) -> Form:
        self.take()
        name = self._subscript()
        if name == "array" and self.at("{"):
            self._subscript()
        if name not in _MATRICES and name not in _ROWS:
            raise UnreadableError("The answer has a block that is not read here.")
        rows = self._rows(aligned=name in _ALIGNED)
        self.take()
        self._subscript()
        if name in _ROWS or any(isinstance(cell, Relation) for row in rows for cell in row):
            return _system(rows)
        matrix = Matrix(tuple(tuple(value(cell) for cell in row) for row in rows))
        if len({len(row) for row in matrix.rows}) != 1:
            raise UnreadableError("The rows of a matrix differ in length.")
        return determinant(matrix) if name == "vmatrix" else matrix


def _system(rows: list[list[Form]]) -> Form:
    """Return equations one below the other as a list; with conditions beside them, a definition by cases."""
    if all(len(row) == 1 for row in rows):
        return Sequence("", "", tuple(row[0] for row in rows))
    if any(len(row) != 2 for row in rows):  # noqa: PLR2004 - a value and its condition
        raise UnreadableError("A definition by cases is not read here.")
    return Sequence("cases", "cases", tuple(Sequence("case", "case", tuple(row)) for row in rows))


def _is_label(form: Form) -> bool:
    """Return whether a form in front of a colon is a name: a variable, or letters that are a word."""
    if isinstance(form, Product):
        return all(isinstance(factor, Symbol) for factor in form.factors)
    return isinstance(form, Symbol)


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
