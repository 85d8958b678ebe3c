r"""Arithmetic with `+ - * /` and parentheses, read from what a model writes and computed exactly.

Read as operators are `× ⋅ · ∙ ÷ − – x`, `\times`, `\cdot`, `\ast`, `\div`, `\frac{}{}` and its kin, and `[ ]` as
parentheses. Dollars, spaces, `\left`, `\right` and markdown around an equation mean nothing.
"""  # noqa: RUF002 - signs as models write them

import re
from dataclasses import dataclass
from fractions import Fraction

MAX_TOKENS = 300
"""Tokens over which an equation is not read."""
MAX_DIGITS = 15
"""Digits over which a number is not read."""
MAX_DEPTH = 40
"""Parentheses within each other over which an equation is not read."""

_TOKEN = re.compile(
    r"(?P<decimal>\d*\.\d+)|(?P<number>\d+)"
    r"|(?P<frac>\\[dtc]?frac(?![A-Za-z]))"
    r"|(?P<sign>\*\*|//|!(?=\s*[+\-*/^)])|[+\-*/=()\[\]{}^%×⋅·∙÷−–]|\\(?:times|cdot|ast|div)(?![A-Za-z]))"  # noqa: RUF001
    r"|(?P<x>(?<=[\d) ])[xX](?=[\d( ]))"
    r"|(?P<space>[^\S\n]+|[\u00a0\u2009\u202f]|\\[,;:! ])"
    r"|(?P<nothing>\$+|`+|\\(?:left|right|displaystyle|boxed|fbox|text(?:bf)?|math(?:rm|bf))(?![A-Za-z])|\\[()\[\]])"
    r"|(?P<word>\\?[A-Za-z]+)|(?P<other>.)",
    re.DOTALL | re.ASCII,
)
_SPELLINGS = {
    **dict.fromkeys(("×", "⋅", "·", "∙", r"\times", r"\cdot", r"\ast"), "*"),  # noqa: RUF001
    **dict.fromkeys(("÷", r"\div"), "/"),
    **dict.fromkeys(("−", "–"), "-"),  # noqa: RUF001
    "[": "(",
    "]": ")",
}
_STARS = ("*", "**")
_OPERATORS = {"+", "-", "*", "/", "**", "//", "^"}
_UNREADABLE = "?"

Tokens = tuple[str, ...]


class UnreadableError(ValueError):
    """The tokens are no arithmetic, or more of it than is read."""


@dataclass(frozen=True, slots=True)
class Equation:
    """What stands between words: one expression, or several with `=` between them."""

    sides: tuple[Tokens, ...]

    @property
    def expression(self) -> Tokens:
        """The first side that computes something; the first of all where none does."""
        return next((side for side in self.sides if _computes(side)), self.sides[0])

    @property
    def numbers(self) -> list[int]:
        """The numbers that the expression is written with, in order of size."""
        return sorted(int(token) for token in self.expression if token.isdigit())

    def values(self) -> list[Fraction]:
        """Return the value of the expression, then those of the other sides.

        Raises:
            UnreadableError: a side is no arithmetic, or there are more than `MAX_TOKENS` tokens.
            ZeroDivisionError: a side divides by zero.
        """
        if sum(map(len, self.sides)) > MAX_TOKENS:
            raise UnreadableError
        first = self.expression
        others = [side for side in self.sides if side is not first]
        return [_value(side) for side in (first, *others)]


def equations(text: str) -> list[Equation]:
    """Return the equations in a text, each once, in order: those that compute or else the lone numbers."""
    runs = [run for run in _runs(text) if any(token.isdigit() or "." in token for token in run)]
    computing = [run for run in runs if len(run) > 1 and (_computes(run) or "=" in run)]
    found: dict[Tokens, Equation] = {}
    for run in computing or runs:
        equation = Equation(tuple(_split(run)))
        found.setdefault(equation.expression, equation)
    return list(found.values())


def _runs(text: str) -> list[Tokens]:
    """Return the sequences of tokens that no word, comma or line break is in.

    A word that a sequence hangs on, as in `k*2`, `k + 2`, `sqrt(4)` or `2k`, makes it unreadable.
    """
    runs: list[list[str]] = [[]]
    before, spaced = "", False  # what the open sequence follows, and whether the last token was a space
    for token in _TOKEN.finditer(text):
        kind, run = token.lastgroup, runs[-1]
        if kind in {"word", "other"}:
            if kind == "word" and run and run[-1] != "(" and not spaced:
                run.append(_UNREADABLE)
            before = kind or ""
            runs.append([])
        elif kind == "space":
            before = before if spaced or run else f"{before} "
        elif kind != "nothing":
            sign = "*" if kind == "x" else "frac" if kind == "frac" else _SPELLINGS.get(token[0], token[0])
            binary = sign in _OPERATORS and text[token.end() : token.end() + 1].isspace()
            if not run and (before == "word" or (before == "word " and binary)):
                run.append(_UNREADABLE)
            run.append(sign)
        spaced = kind == "space"
    return [_bare(run) for run in runs if run]


def _bare(run: list[str]) -> Tokens:
    """Return a run without the stars of markdown around it and without parentheses of the words around it."""
    start, end = 0, len(run)
    while start < end and run[start] in (*_STARS, ")"):
        start += 1
    if start or run.count("**") == 1:  # `**Answer: 2*3**` opens before the run
        while end > start and run[end - 1] in _STARS:
            end -= 1
    while end > start and run[end - 1] == "(":
        end -= 1
    excess = run[start:end].count(")") - run[start:end].count("(")
    while excess > 0 and run[end - 1] == ")":
        end, excess = end - 1, excess - 1
    while excess < 0 and run[start] == "(":
        start, excess = start + 1, excess + 1
    return tuple(run[start:end])


def _computes(tokens: Tokens) -> bool:
    return any(token in _OPERATORS or token == "frac" for token in tokens)  # noqa: S105 - a sign


def _split(run: Tokens) -> list[Tokens]:
    """Return the sides of an equation; a side that is missing, as in `= 24`, is left out."""
    sides: list[list[str]] = [[]]
    for token in run:
        if token == "=":  # noqa: S105 - the sign
            sides.append([])
        else:
            sides[-1].append(token)
    return [tuple(side) for side in sides if side]


def _value(tokens: Tokens) -> Fraction:
    if any(len(token) > MAX_DIGITS for token in tokens):
        raise UnreadableError
    reader = _Reader(tokens)
    value = reader.total()
    if reader.position < len(tokens):
        raise UnreadableError
    return value


class _Reader:
    """A recursive descent over tokens, one method for each level of precedence."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.position = 0
        self._depth = 0

    def total(self) -> Fraction:
        value = self._product()
        while self._next() in {"+", "-"}:
            sign = self._take()
            term = self._product()
            value = value + term if sign == "+" else value - term
        return value

    def _product(self) -> Fraction:
        value = self._signed()
        while self._next() in {"*", "/"}:
            sign = self._take()
            factor = self._signed()
            value = value * factor if sign == "*" else value / factor
        return value

    def _signed(self) -> Fraction:
        negative = False
        while self._next() in {"+", "-"}:
            negative ^= self._take() == "-"
        value = self._single()
        return -value if negative else value

    def _single(self) -> Fraction:
        token = self._take()
        if token == "(":  # noqa: S105 - the sign
            return self._inside(")")
        if token == "{":  # noqa: S105 - as above
            return self._inside("}")
        if token == "frac":  # noqa: S105 - as above
            return self._group() / self._group()
        if token.isdigit():
            return Fraction(int(token))
        raise UnreadableError

    def _group(self) -> Fraction:
        if self._take() != "{":
            raise UnreadableError
        return self._inside("}")

    def _inside(self, closing: str) -> Fraction:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UnreadableError
        value = self.total()
        if self._take() != closing:
            raise UnreadableError
        self._depth -= 1
        return value

    def _next(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def _take(self) -> str:
        token = self._next()
        if not token:
            raise UnreadableError
        self.position += 1
        return token
