r"""Sums that a text states with their results, such as `48 / 2 = 24`, `\frac{1}{2} \cdot 6 = 3` or `32 plus 16 is 48`.

A sum holds when all its sides have the same value, or a side that is a decimal is the value rounded. Two sums of the
same numbers and signs, in whatever order, are one.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from rewards.text.exact_arithmetic import Equation, UnreadableError, equations

_SPELLINGS = (
    (re.compile(r"<<[^<>\n]{0,200}>>|\\(?:left|right|displaystyle)(?![A-Za-z])|\\[!,;:]|\\?\$|\*\*(?!\s?\d)"), ""),
    (re.compile(r"\\text(?:bf|it|rm)?\{([^{}\n]{0,80})\}"), r" \1 "),
    (re.compile(r"\\[()\[\]]|[\u00a0\u2009\u202f]"), " "),
    (re.compile(r"(?<=\d)(?:,|\{,\})(?=\d{3}(?!\d))"), ""),
    (re.compile(r"\\(?:times|cdot|ast)(?![A-Za-z])|[×⋅·∙]|(?<=\d)\sx\s(?=\d)"), "*"),  # noqa: RUF001 - as models write
    (re.compile(r"\\div(?![A-Za-z])|÷"), "/"),
    (re.compile(r"−"), "-"),  # noqa: RUF001 - a minus as models write it
    (re.compile(r"\\(?:approx|simeq)(?![A-Za-z])|[≃≅]"), "≈"),
    (re.compile(r"\\[dtc]?frac\s?\{\s?(-?\d{1,15})\s?\}\s?\{\s?(\d{1,15})\s?\}"), r"(\1/\2)"),
    (re.compile(r"(?<=\d)\splus\s(?=\d)"), " + "),
    (re.compile(r"(?<=\d)\sminus\s(?=\d)"), " - "),
    (re.compile(r"(?<=\d)\s(?:times|multiplied\sby)\s(?=\d)"), " * "),
    (re.compile(r"(?<=\d)\sdivided\sby\s(?=\d)"), " / "),
    (re.compile(r"(?<=[\d)])\s(?:is|are|equals|makes|gives)\s(?:indeed\s|exactly\s)?(?=-?\d)"), " = "),
)
_PERCENT = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\\?%\s?(?:of|\*)\s?(?=[\d(])")
_POWER = re.compile(r"(?<![\d.])(\d{1,7}|\(-?\d{1,7}\))\s?(?:(?:\^|\*\*)\s?\{?([23])(?!\d)\}?|([²³]))")
_DECIMAL = re.compile(r"(?<![\d.])(\d{0,14})\.(\d{1,9})(?!\d|\.\d)")
_JUXTAPOSED = re.compile(r"(?<=[\d)])\s?(?=\()|(?<=\))(?=\d)")
_UNKNOWN = re.compile(r"(?<![A-Za-z\\])(?:(?<!\d)[xX]|[xX](?!\d))(?![A-Za-z])")
"""An `x` that is no sign of multiplication."""
_NEUTRAL = {"0", "1"}
_MAX_NUMBERS = 40


@dataclass(frozen=True, slots=True)
class Sum:
    """One expression with its stated result or results."""

    numbers: tuple[str, ...]
    """The numbers that the expression is written with, in order."""
    results: tuple[str, ...]
    """The numbers that stand alone on another side."""
    signs: str
    """The signs of the expression, in order of their code."""
    holds: bool
    """Whether the sides have the same value."""

    @property
    def key(self) -> tuple[tuple[str, ...], str]:
        """What is equal for two sums that are the same but for the order."""
        return self.numbers, self.signs

    @property
    def is_trivial(self) -> bool:
        """Whether nothing is computed: fewer than two numbers other than 0 and 1."""
        return sum(number not in _NEUTRAL for number in self.numbers) < 2  # noqa: PLR2004 - a sum has two terms


def plain(text: str) -> str:
    """Return a text with its arithmetic in ASCII signs, words of arithmetic between numbers included."""
    for pattern, replacement in _SPELLINGS:
        text = pattern.sub(replacement, text)
    return text


def canonical(number: str) -> str:
    """Return a number as it is compared: without leading zeros, and without zeros that end its decimals."""
    whole, _, decimals = number.partition(".")
    whole, decimals = whole.lstrip("0") or "0", decimals.rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole


def sums(passage: str) -> list[Sum]:
    """Return the sums of a passage that is `plain`, in order."""
    if "=" not in passage and "≈" not in passage:
        return []
    text = _UNKNOWN.sub("k", passage.replace("≈", "="))
    text = _PERCENT.sub(r"(\1/100)*", text)
    text = _POWER.sub(_multiplied, text)
    text = _DECIMAL.sub(_fraction, text)
    text = _JUXTAPOSED.sub("*", text)
    found = (_sum(equation) for equation in equations(text) if len(equation.sides) > 1)
    return [each for each in found if each is not None]


def _multiplied(power: re.Match[str]) -> str:
    exponent = power[2] or ("2" if power[3] == "²" else "3")
    return "(" + "*".join([power[1]] * int(exponent)) + ")"


def _fraction(decimal: re.Match[str]) -> str:
    return f"({decimal[1] or '0'}{decimal[2]}/1{'0' * len(decimal[2])})"


def _sum(equation: Equation) -> Sum | None:
    expression = equation.expression
    numbers = _numbers(expression)
    if not 1 < len(numbers) <= _MAX_NUMBERS:
        return None
    try:
        first, *others = equation.values()
    except (UnreadableError, ZeroDivisionError):
        return None
    lone = [side for side in equation.sides if side is not expression]
    results = tuple(numbers[0] for numbers in map(_numbers, lone) if len(numbers) == 1)
    signs = "".join(sorted(token for token in expression if token in {"+", "-", "*", "/", "frac"}))
    holds = all(_agrees(first, other, side) for other, side in zip(others, lone, strict=True))
    return Sum(tuple(sorted(numbers)), results, signs, holds)


def _numbers(tokens: tuple[str, ...]) -> list[str]:
    """Return the numbers of an expression; a decimal is one, also where it is written as a fraction here."""
    numbers: list[str] = []
    place = 0
    while place < len(tokens):
        decimals = _decimals(tokens[place : place + 5])
        if decimals:
            digits = tokens[place + 1].rjust(decimals + 1, "0")
            numbers.append(canonical(f"{digits[:-decimals]}.{digits[-decimals:]}"))
            place += 5
            continue
        if tokens[place].isdigit():
            numbers.append(canonical(tokens[place]))
        place += 1
    return numbers


def _decimals(tokens: tuple[str, ...]) -> int:
    """Return how many decimals the number has that these tokens are; 0 where they are something else."""
    match tokens:
        case ("(", digits, "/", power, ")") if digits.isdigit() and power.rstrip("0") == "1":
            return len(power) - 1
    return 0


def _agrees(value: Fraction, stated: Fraction, side: tuple[str, ...]) -> bool:
    """Return whether a stated result is the value: exactly, or rounded where it is a decimal."""
    if value == stated:
        return True
    unsigned = side[1:] if side[:1] == ("-",) else side
    decimals = _decimals(unsigned)
    return bool(decimals) and abs(value - stated) <= max(Fraction(1, 10**decimals), abs(value) / 10_000)


__all__ = ["Sum", "canonical", "plain", "sums"]
