"""What a completion derives last, beside what it states as its answer."""

import re
from dataclasses import dataclass
from fractions import Fraction

from rewards.arithmetic.doubts import may_convert
from rewards.arithmetic.equations import Result, results
from rewards.errors import BadReference
from rewards.math import extraction, verdict
from rewards.math.conventions import Conventions
from rewards.math.extraction import Found, Place
from rewards.text.stated_numbers import Amount, stated

PLACES = (Place.ANSWER_TAG, Place.BOXED, Place.HASH, Place.PHRASE)
_MARKS = {Place.ANSWER_TAG: "<answer>", Place.BOXED: "boxed", Place.HASH: "####"}
_HANGING = re.compile(r"(?:=|≈|\\approx)(?:[\s$*_&{(]|\\[\[(]?)*\Z")
_FORMULA_END = re.compile(r"\$|\\\)|\\\]|\n|[.,;](?=\s|$)|=|\\approx|≈|\\quad|\\text\{\s*(?:so|and|or)\b")
_FORMULA = re.compile(r"\$([^$\n]{1,200})\$|\\\(([^\n]{1,200}?)\\\)|\\\[(.{1,200}?)\\\]", re.DOTALL)
_NUMBER = re.compile(
    r"(?<![\w.,/^{])[$€£]?(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
)
_TAIL = 20_000
_MAX_TEXT = 300
_MAX_FORMULAS = 2
_MAX_DIGITS = 12
_HALF = Fraction(1, 2)
_SCALED = re.compile(r"%|\bper ?cent|\bcents?\b|¢", re.IGNORECASE)
_COUNTED = re.compile(
    r"\b(?:count\w*|number of|distinct|how many|largest|smallest|greatest|least|digits?|remainders?|mod(?:ulo)?|sum"
    r"|product|difference|minus|plus|twice|double|triple|half|third|quarter|both|two|three|four|five|six|seven|eight"
    r"|nine|ten)\b|(?<![A-Za-z\\])[a-z]\s?[-+*]\s?[a-z](?![A-Za-z])",
    re.IGNORECASE,
)
"""Words that lead from an equation to a number that it does not state."""
_SEVERAL = re.compile(r"[0-9)}]\s*(?:[-+*×·^<>]|\\(?:cdot|times))\s*[0-9({]|[^\W\d]\s?=")  # noqa: RUF001
"""A right side that computes something: its parts may be what was looked for, as in `17 = 3 * 5 + 2`."""
_PRINTED = re.compile(r"[^\W\d]\s?=\s?(-?[0-9]{1,12}(?:\.[0-9]{1,12})?)\s\((?=[a-z])")
_PAIR = 2
_RELATION = re.compile(r"(?:=|≈|\\approx|\\simeq)\s*")


@dataclass(frozen=True, slots=True)
class Statement:
    """An answer as it is stated, and the text before it."""

    found: Found
    reasoning: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the answer stands to what was derived."""

    reason: str
    """`derived_last`, `derived_earlier`, `not_derived`, `undecided` or `nothing_derived`."""
    derived: str = ""
    """What was derived last."""


def statement(text: str) -> Statement | None:
    """Return the answer that a text states, or None where it states none."""
    found = extraction.find(text, PLACES)
    if found is None:
        return None
    start = text.rfind(_MARKS.get(found.place, found.text))
    if start < 0:
        return None
    if found.place is Place.BOXED:
        start = text.rfind("\\", 0, start) if text[start - 1 : start] == "\\" else start
    return Statement(found, text[max(0, start - _TAIL) : start])


def compare(said: Statement) -> Comparison:
    """Return how a stated answer stands to what the reasoning before it derives."""
    reasoning = said.reasoning
    found = list(results(reasoning))
    amount = stated(said.found.core or said.found.text).amount
    if found and _HANGING.search(reasoning[-_MAX_TEXT:]):
        last = found.pop()  # the statement is its right side: `6 + 7 = \boxed{13}`
        if last.left is not None and amount is not None:
            found.append(Result(last.start, last.end, last.left))
    if not found:
        return Comparison("nothing_derived")
    last = found[-1]
    if amount is None or last.value is None:
        return _formulas(said, last)
    scaled = _SCALED.search(reasoning[-_MAX_TEXT:] + said.found.text) is not None
    if _same(amount, last, scaled=scaled):
        return Comparison("derived_last", _shown(last.value))
    if any(_same(amount, each, scaled=scaled) for each in found) or _is_printed(amount, reasoning):
        return Comparison("derived_earlier", _shown(last.value))
    return Comparison("undecided" if _may_differ(said, amount, found) else "not_derived", _shown(last.value))


def _is_printed(amount: Amount, reasoning: str) -> bool:
    """Return whether the answer stands to the right of a relation that is not computed, as in `x = 10 (since ...)`."""
    return any(Fraction(each[1].replace(",", "")) == amount.value for each in _PRINTED.finditer(reasoning))


def _are_added(amount: Amount, found: list[Result]) -> bool:
    """Return whether the answer is the sum of two values found last, as where m + n is asked for: `m = 3, n = 8`."""
    if len(found) < _PAIR or any(each.left is not None or each.value is None for each in found[-_PAIR:]):
        return False
    return sum((each.value for each in found[-_PAIR:] if each.value is not None), Fraction(0)) == amount.value


def _may_differ(said: Statement, amount: Amount, found: list[Result]) -> bool:
    """Return whether a derivation in words may lead from the last equation to the answer."""
    last = found[-1]
    behind = said.reasoning[last.end :]
    if len(behind) > _MAX_TEXT or _COUNTED.search(behind) or _same(amount, last, scaled=True):
        return True
    if _are_added(amount, found):
        return True
    if last.value is not None and (
        last.value == -amount.value or may_convert(amount.value, last.value, said.found.text)
    ):
        return True
    line = said.reasoning.rfind("\n", 0, last.start) + 1
    read = (
        said.reasoning[max(line, last.end - _MAX_TEXT) :]
        if _SEVERAL.search(said.reasoning, last.start, last.end)
        else behind
    )
    numbers = [Result(0, 0, Fraction(number["number"].replace(",", ""))) for number in _NUMBER.finditer(read)]
    return any(_same(amount, number, scaled=True) for number in numbers) or _formulas(said, last).reason != "undecided"


def _same(amount: Amount, derived: Result, *, scaled: bool) -> bool:
    """Return whether a stated number is a derived one, or what it is rounded to."""
    if derived.value is None:
        return False
    for factor in (Fraction(1), Fraction(1, 100), Fraction(100)) if scaled or amount.is_percent else (Fraction(1),):
        one, two = amount.value * factor, derived.value
        gap = abs(one - two)
        if gap <= derived.unit * _HALF or (gap < 1 and one.denominator == 1 and two.denominator != 1):
            return True
        if gap and two.denominator != 1 and gap <= _unit(one) * _HALF:
            return True
    return False


def _unit(number: Fraction) -> Fraction:
    """Return a unit of the last digit of a decimal; 0 where the number has no end."""
    for digits in range(_MAX_DIGITS):
        if (number * 10**digits).denominator == 1:
            return Fraction(1, 10**digits)
    return Fraction(0)


def _formulas(said: Statement, last: Result) -> Comparison:
    """Return how an answer stands that is no number, or is derived as something that is none."""
    behind = said.reasoning[last.start :][: 2 * _MAX_TEXT]
    relation = _RELATION.match(behind)
    rest = behind[relation.end() :] if relation else behind
    end = _FORMULA_END.search(rest)
    derived = (rest[: end.start()] if end else rest)[:_MAX_TEXT].strip()
    candidates = [derived] if derived else []
    candidates += [next(filter(None, match.groups())) for match in _FORMULA.finditer(behind)][-_MAX_FORMULAS:]
    if not candidates or len(said.found.text) > _MAX_TEXT:
        return Comparison("undecided", derived[:_MAX_TEXT])
    try:
        gold = verdict.read(said.found.core or said.found.text)
    except BadReference:
        return Comparison("undecided", derived)
    equal = any(verdict.judge(gold, candidate, Conventions()).equal for candidate in candidates)
    return Comparison("derived_last" if equal else "undecided", derived)


def _shown(number: Fraction) -> str:
    return str(number)[:_MAX_TEXT]
