"""The equations of a text, each true, false or left out.

An equation is false only where no reading of it is true and nothing around it says that it might be meant in another
way: whoever is unsure whether a line is wrong leaves it out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from rewards.arithmetic import doubts
from rewards.arithmetic.settings import setting
from rewards.arithmetic.sides import Side, sides
from rewards.arithmetic.tokens import RELATIONS, Token, tokens
from rewards.arithmetic.values import Reading, UnreadableError, value

_ANNOTATION = re.compile(r"<<[^<>\n]{0,200}>>")
_LINE = re.compile(r"[^\n]*+(?:\n|\Z)")
_CONTINUES = re.compile(r"[\s&]*+(?:=|≈|\\approx)")
_HELD_OPEN = re.compile(r"(?:=|≈|\\approx)[\s&\\]*+\Z")
MAX_RELATIONS = 5_000
"""Equals signs behind which a text is not read; no honest text has as many."""
_MAX_LINE = 5_000
"""Characters of a line that are read together, so that the tokens of no line need much memory."""
_CUT = "\0"
"""A sign that nothing is computed beside; it stands where a line was cut."""
_LINE_ENDS = frozenset(("\n", "\\\\"))
_HALF = Fraction(1, 2)
_READINGS = tuple(Reading(percent, tight) for percent in (Fraction(1, 100), Fraction(1)) for tight in (False, True))


class Truth(Enum):
    """What an equation is worth."""

    TRUE = "true"
    FALSE = "false"
    OPEN = "open"


_Link = tuple[Side | None, Side | None, Token]
"""The side that touches a relation from the left, the one from the right, and the relation."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a relation says: a number, or something that is not computed here."""

    start: int
    """Where the relation stands."""
    end: int
    """Where the right side ends, as far as it could be read."""
    value: Fraction | None
    left: Fraction | None = None
    """The value of the left side, where it could be computed."""
    unit: Fraction = Fraction(0)
    """A unit of the last printed digit; 0 where the right side is exact or computes something."""


@dataclass(frozen=True, slots=True)
class Equation:
    """Two expressions with a relation between them."""

    start: int
    end: int
    truth: Truth
    left: tuple[Token, ...] = ()
    """The left side's tokens; what another equation repeats if it computes the same once more."""
    right: Fraction | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """The left side as it is written, without units."""
        return tuple(token.text for token in self.left)


def equations(text: str, prompt: str = "") -> Iterator[Equation]:
    """Yield the equations of a text that could be computed, in order, up to `MAX_RELATIONS` equals signs.

    Args:
        text: A completion.
        prompt: What it answers, which may ask for other than plain arithmetic.
    """
    rules = setting(f"{prompt}\n{text}")
    for line, offset, links in _read(text):
        context = doubts.Context(line, rules)
        for left, right, relation in links:
            if left is None or right is None:
                continue
            truth, found = _judged(left, right, relation, context)
            if truth is not None:
                span = (offset + left.items[0].start, offset + right.items[-1].end)
                yield Equation(*span, truth, tuple(left.items), found)


def results(text: str) -> Iterator[Result]:
    """Yield what stands to the right of each relation, in order, up to `MAX_RELATIONS` of them."""
    for _, offset, links in _read(text):
        for left, right, relation in links:
            start = offset + relation.start
            before = None if left is None or left.is_poisoned or left.is_loose else _value(left)
            if right is None or right.is_poisoned or right.is_loose:
                yield Result(start, offset + relation.end, None, before)
            else:
                yield Result(start, offset + right.items[-1].end, _value(right), before, _unit(right))


def _value(side: Side) -> Fraction | None:
    try:
        return value(side.items, _READINGS[0])
    except (UnreadableError, ZeroDivisionError):
        return None


def _read(text: str) -> Iterator[tuple[str, int, list[_Link]]]:
    """Yield the lines of a text, where they begin, and the relations in them with the sides that touch them."""
    plain = _ANNOTATION.sub(lambda match: " " * len(match[0]), text)
    seen = 0
    for start, end in _lines(plain):
        for cut in range(start, end, _MAX_LINE):
            before, after = _CUT * (cut > start), _CUT * (cut + _MAX_LINE < end)
            line = before + plain[cut : min(end, cut + _MAX_LINE)] + after
            links = _links(line)
            yield line, cut - len(before), links
            seen += len(links)
            if seen > MAX_RELATIONS:
                return


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each line with a relation begins and ends; one that begins with a relation is no line of its own."""
    start = end = 0
    for line in _LINE.finditer(text):
        if end > start and not _CONTINUES.match(line[0]) and not _HELD_OPEN.search(text, max(start, end - 80), end):
            if RELATIONS.search(text, start, end):
                yield start, end
            start = line.start()
        end = line.end()
    if RELATIONS.search(text, start, end):
        yield start, end


def _links(line: str) -> list[_Link]:
    """Return the relations of a line, each between the sides that touch it."""
    parts: list[list[Token]] = [[]]
    relations: list[Token] = []
    for token in tokens(line):
        if token.kind == "relation":
            while parts[-1] and parts[-1][-1].text in _LINE_ENDS:
                parts[-1].pop()
            relations.append(token)
            parts.append([])
        elif parts[-1] or not relations or token.text not in _LINE_ENDS:
            parts[-1].append(token)
    touching = [sides(part) for part in parts] if relations else []
    return [(touching[place][1], touching[place + 1][0], relation) for place, relation in enumerate(relations)]


def _judged(left: Side, right: Side, relation: Token, context: doubts.Context) -> tuple[Truth | None, Fraction | None]:
    """Return the truth of an equation, None where it computes nothing, and the value of its right side."""
    if left.is_poisoned or right.is_poisoned or not (_computes(left) or _computes(right)):
        return None, None
    pairs = []
    for reading in _READINGS:
        try:
            pairs.append((value(left.items, reading), value(right.items, reading)))
        except (UnreadableError, ZeroDivisionError):
            return None, None
        if not any(token.kind in {"percent", "open", "frac", "short"} for token in (*left.items, *right.items)):
            break
    tolerance = max(_unit(left), _unit(right)) * _HALF
    if any(abs(one - two) <= tolerance for one, two in pairs):
        return Truth.TRUE, pairs[0][1]
    if left.before[-1:] == ["-"] and left.items[0].kind == "number" and _as_negative(left, pairs[0][1], tolerance):
        return Truth.TRUE, pairs[0][1]
    if relation.text != "=" or doubts.of(left, right, pairs, context):
        return Truth.OPEN, pairs[0][1]
    return Truth.FALSE, pairs[0][1]


def _as_negative(left: Side, right: Fraction, tolerance: Fraction) -> bool:
    """Return whether the equation is true with the dash of its bullet as a minus."""
    minus = Token("op", "-", 0, 0, spaced=True)
    try:
        return abs(value([minus, *left.items], _READINGS[0]) - right) <= tolerance
    except (UnreadableError, ZeroDivisionError):
        return False


def _computes(side: Side) -> bool:
    """Return whether there is anything to compute: two operands at least."""
    operands = sum(token.kind in {"number", "short"} for token in side.items)
    return operands > 1 or any(token.kind in {"factorial", "power", "short"} for token in side.items)


def _unit(side: Side) -> Fraction:
    """Return a unit of the last printed digit of a lone number; 0 where a side is exact."""
    numbers = [token.text for token in side.items if token.kind == "number"]
    if _computes(side) or len(numbers) != 1:
        return Fraction(0)
    unit = Fraction(1, 10 ** len(numbers[0].partition(".")[2]))
    return unit / 100 if any(token.kind == "percent" for token in side.items) else unit
