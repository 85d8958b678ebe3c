# ruff: noqa: SIM905
"""Why an equation that does not hold might not be meant as it is read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from rewards.arithmetic.settings import CLOCK, DIGITS, Setting
from rewards.arithmetic.sides import Side
from rewards.arithmetic.values import Reading, UnreadableError, value

Pair = tuple[Fraction, Fraction]

_SCALING = frozenset(
    "percent percentage dozen dozens hundred hundreds thousand thousands million millions billion billions k r "
    "remainder mod modulo squared cubed factorial rounded round rounding rounds nearest approximately roughly almost "
    "nearly estimated pm am o'clock pi pair pairs tens".split()
)
"""Words that change the number before them."""
_TURNING = _SCALING | frozenset(
    "twice half double doubled triple tripled thrice quarter third thirds fourth fourths fifth fifths negative minus "
    "plus times root log sqrt average median divided multiplied added subtracted over base about around "
    "quotient choose".split()
)
"""Words that change the number behind them."""
_ASSERTING = frozenset("is are was were be equals has have had gives makes costs needs then so".split())
_SUPPOSED = re.compile(
    r"\b(?:if|suppose|supposing|assum\w{1,8}|whether|not|never|claim\w{0,5}|guess\w{0,5}|try|trying|wrong|wrongly"
    r"|incorrect\w{0,2}|mistake\w{0,5}|false|error|instead|can't|cannot)\b|n't\b|≠|\\neq?\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|wrong|incorrect|mistake|false|error|impossible|contradict\w{1,6}|too (?:many|much|few|little|large|small"
    r"|big|high|low)|cannot|no)\b|n't\b|\?|≠|\\neq?\b|✗|❌",
    re.IGNORECASE,
)
_HEADED = re.compile(
    r"\b(?:mistakes?|errors?|wrong(?:ly)?|incorrect(?:ly)?|misconception|fallacy)[*_ ]{0,4}:\Z",
    re.IGNORECASE,
)
"""What heads an equation that is not asserted, `Common error: 1/2 + 1/3 = 2/5`."""
_FAMILIES = (
    (
        (
            "seconds sec secs minute minutes min mins hour hours hr hrs day days week weeks month months "
            "year years decade decades century quarter quarters weekly daily monthly yearly annual"
        ),
        (60, 24, 7, 30, 12, 365, 52, 3600, 4, 1440, 168, 10, 100, 3, 28, 31, 360, 20),
        2,
    ),
    (
        "cent cents dollar dollars $ ¢ penny pennies nickel nickels dime dimes quarter quarters percent % percentage",
        (100,),
        1,
    ),
    (
        (
            "inch inches in foot feet ft yard yards mile miles cm mm m km meter meters metre metres kilometer "
            "kilometers kilometres centimeter centimeters millimeter millimeters decimeters"
        ),
        (12, 3, 36, 5280, 1760, 1000, 100, 10, 144, 9, 10_000),
        2,
    ),
    (
        (
            "ounce ounces oz pound pounds lb lbs ton tons gram grams g kg kilogram kilograms mg milligrams cup "
            "cups pint pints quart quarts gallon gallons liter liters litre litres ml milliliters l tablespoon "
            "tablespoons teaspoon teaspoons"
        ),
        (16, 2000, 1000, 8, 2, 4, 3, 128, 32, 64, 48),
        2,
    ),
    (
        "dozen dozens pair pairs hundred thousand million billion k thousands millions hundreds",
        (12, 2, 100, 1000, 1_000_000, 1_000_000_000),
        1,
    ),
)
_UNITS = tuple((frozenset(words.split()), ratios, least) for words, ratios, least in _FAMILIES)
"""Units of one kind, what one of them may be of another, and how many must be about for that to be likely."""
_SPELLINGS = dict(
    pair.split(":")
    for pair in "hr:hour min:minute sec:second $:dollar %:percent percentage:percent lb:pound kilogram:kg gram:g "
    "feet:foot ft:foot inche:inch in:inch ounce:oz penny:cent pennie:cent ¢:cent".split()
)
_LABELLED = frozenset(
    "week weeks day days step steps page pages chapter chapters question questions month months year years problem "
    "part number numbers grade grades age ages level levels room rooms row rows item items seats lesson lessons floor "
    "floors task tasks exercise exercises section sections".split()
)
"""Words behind which a number is a name, as in `weeks 1-2`."""
_NEAR = 80
_SENTENCE_END = re.compile(r"[.!][)\s]|\n")
_CLAUSE_END = re.compile(r"[.!][)\s]|[\n,;:]|\bthen\b")
_WORD = re.compile(r"[^\W\d_]+|[%$¢]")
_READING = Reading(Fraction(1, 100), tight=False)
_CLOSE = Fraction(1, 50)


@dataclass(frozen=True)
class Context:
    """The line that an equation stands in, and what the text calculates with."""

    line: str
    setting: Setting

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the line, lower case."""
        return frozenset(word.lower() for word in _WORD.findall(self.line))


def of(left: Side, right: Side, pairs: Sequence[Pair], context: Context) -> bool:
    """Return whether there is a doubt that an equation without a true reading is meant as it is read."""
    one, two = pairs[0]
    return (
        left.is_loose
        or right.is_loose
        or _is_labelled(left)
        or _is_mixed(left)
        or _is_clock(left)
        or _is_ambiguous(left)
        or _is_ambiguous(right)
        or _is_turned(left, right)
        or _is_percent_of_itself(left, right)
        or _is_running(left, right, one)
        or _is_range(left, one, two)
        or _is_elsewhere(left, right, one, two, context)
        or _is_share_of_itself(left, one, two)
        or _is_float(one, two)
        or any(_is_cut(*pair, left, right) for pair in pairs)
        or _is_conversion(left, right, pairs, context)
        or _is_supposed(left, right, context)
    )


def _is_turned(left: Side, right: Side) -> bool:
    """Return whether a word before the left side, beside a number or behind the right side changes what is meant."""
    asserted = max((place for place, word in enumerate(left.before) if word in _ASSERTING), default=-1)
    before = left.before[asserted + 1 :]
    return bool(
        _LABELLED & set(left.before[-1:])
        or _TURNING & set(before[-_NEXT:])
        or _SCALING & {*left.units, *right.units, *right.after[:_NEXT]}
    )


_NEXT = 3


def _is_labelled(left: Side) -> bool:
    """Return whether a left side is only a name, as in `4 small pizzas = 4 + 5`, or has a variable for a unit."""
    if any(len(unit) == 1 and unit not in _SHORT_UNITS for unit in left.units):
        return True
    return len(left.items) == 1 and bool(left.units or left.before)


_SHORT_UNITS = frozenset("gmlhs")


def _is_mixed(left: Side) -> bool:
    """Return whether a left side is the fraction of a mixed number in words, `1 and 1/4`."""
    return left.before[-1:] == ["and"] and len(left.items) > 1 and left.items[1].text == "/"


def _is_clock(left: Side) -> bool:
    """Return whether a left side may be times of the day, `0900 - 0130`."""
    return any(token.text[0] == "0" and token.text[1:2].isdigit() for token in left.items if token.kind == "number")


def _is_ambiguous(side: Side) -> bool:
    """Return whether a side may be read in another way.

    It may divide by a fraction, `25 / 1/3`, or by a power of ten, `6 x 10^4 / 2 x 10^3`, hold a mixed number,
    `1-1/2`, have a decimal point for thousands, `1.500`, or a sign too many, `2 *+ 3`; and `5 ^ 3` is 6 in code.
    """
    kinds = [token.text if token.kind == "op" else token.kind for token in side.items]
    for place, token in enumerate(side.items):
        if kinds[place : place + 3] == ["/", "number", "/"]:
            return True
        if kinds[place : place + 5] == ["/", "number", "*", "number", "^"] and side.items[place + 3].text == "10":
            return True
        is_mixed = kinds[place : place + 5] == ["number", "-", "number", "/", "number"]
        if is_mixed and not any(each.spaced for each in side.items[place + 1 : place + 5]):
            return True
        if token.kind == "number" and _POINTED.fullmatch(token.text):
            return True
    return kinds == ["number", "^", "number"] or any(
        one in {"+", "-", "*", "/"} and two == "+" for one, two in pairwise(kinds)
    )


def _is_elsewhere(left: Side, right: Side, one: Fraction, two: Fraction, context: Context) -> bool:
    """Return whether the equation holds by a modulus, in a base, on a clock, or by an operation of the text's own."""
    signs = {token.text for side in (left, right) for token in side.items if token.kind == "op"}
    if signs & context.setting.defined or context.setting.is_other(context.line):
        return True
    if one.denominator != 1 or two.denominator != 1:
        return False
    if any((one - two) % modulus == 0 for modulus in context.setting.moduli):
        return True
    if DIGITS.search(context.line) and (one - two) % 10 == 0:
        return True
    if signs <= {"+", "-"} and CLOCK.search(context.line) and 0 in {(one - two) % _HALF_DAY, (one + two) % _HALF_DAY}:
        return True
    return any(_holds_in(base, left, right) for base in context.setting.bases)


def _holds_in(base: int, left: Side, right: Side) -> bool:
    """Return whether two sides are equal where their numbers are written in a base."""
    try:
        one, two = (
            value(
                [
                    replace(token, text=str(int(token.text, base))) if token.kind == "number" else token
                    for token in side.items
                ],
                _READING,
            )
            for side in (left, right)
        )
    except (ValueError, ZeroDivisionError):
        return False
    return one == two


def _is_share_of_itself(left: Side, one: Fraction, two: Fraction) -> bool:
    """Return whether a fraction of the number before it is added or taken away, `20 - 1/4 = 15`."""
    kinds = [token.text if token.kind == "op" else token.kind for token in left.items]
    if kinds not in (["number", "-", "number", "/", "number"], ["number", "+", "number", "/", "number"]):
        return False
    whole = Fraction(left.items[0].text)
    return two == whole * (1 + (one - whole))


def _is_float(one: Fraction, two: Fraction) -> bool:
    """Return whether two sides differ by no more than a machine's rounding, `0.1 + 0.2 = 0.30000000000000004`."""
    return abs(one - two) <= abs(one) * _MACHINE


_HALF_DAY = 12
_MACHINE = Fraction(1, 10**13)
_POINTED = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")


def _is_percent_of_itself(left: Side, right: Side) -> bool:
    """Return whether a percentage is added or taken away, `50 - 20%`."""
    for side in (left, right):
        percents = sum(token.kind == "percent" for token in side.items)
        if percents and any(token.text in {"+", "-"} for token in side.items):
            return True
    return False


def _is_running(left: Side, right: Side, total: Fraction) -> bool:
    """Return whether the right side goes on from the left one's value, as in `3 + 4 = 7 + 2 = 9`."""
    numbers = [token for token in right.items if token.kind == "number"]
    if len(numbers) < _PAIR or not left.items:
        return False
    try:
        first = value(right.items[: right.items.index(numbers[0]) + 1], _READING)
    except (UnreadableError, ZeroDivisionError):
        return False
    return first == total


_PAIR = 2


def _is_range(left: Side, one: Fraction, two: Fraction) -> bool:
    """Return whether a difference may be a range, a date or the difference the other way round."""
    signs = [token.text for token in left.items if token.kind == "op"]
    return signs == ["-"] and one < 0 and abs(two + one) <= 1


def _is_cut(one: Fraction, two: Fraction, left: Side, right: Side) -> bool:
    """Return whether a result is the other side's, cut off or rounded otherwise than by half a unit."""
    exact, printed, side = (one, two, right) if len(right.items) <= len(left.items) else (two, one, left)
    numbers = [token.text for token in side.items if token.kind == "number"]
    if len(numbers) != 1:
        return max(abs(one), abs(two)) * _CLOSE > abs(one - two) and _has_decimals(left, right)
    unit = Fraction(1, 10 ** len(numbers[0].partition(".")[2]))
    others = left.items if side is right else right.items
    if exact.denominator == 1 and not _has_decimals(left, right):
        return False
    inexact = any(len(token.text.partition(".")[2]) > 1 for token in others if token.kind == "number")
    return abs(exact - printed) < unit or (inexact and abs(exact - printed) <= abs(exact) * _CLOSE)


def _has_decimals(left: Side, right: Side) -> bool:
    return any("." in token.text for token in (*left.items, *right.items) if token.kind == "number")


def _is_conversion(left: Side, right: Side, pairs: Sequence[Pair], context: Context) -> bool:
    """Return whether different units of one kind, in the equation or around it, may explain the difference."""
    computes = any(token.kind in {"op", "frac"} for token in right.items)
    words = [*left.units, *(right.units if computes else right.units[:1]), *right.after[:1]]
    used = {word for each in words for word in _WORD.findall(each)}
    if "$" in context.line[left.items[0].start - 1 : right.items[-1].end]:
        used.add("$")
    adds = computes or any(token.text in {"+", "-"} for token in left.items)
    for family, ratios, least in _UNITS:
        if adds and len(_units(family & used)) > 1:
            return True
        if _is_compound(right, family, context):
            return True
        named = len(_units(family & context.words)) >= least
        if named or (not left.units and family & {*right.units, *right.after[:1]}):
            likely = ratios if named else [ratio for ratio in ratios if ratio > _TENFOLD and ratio != _TENFOLD**2]
            for one, two in pairs:
                if one and two and (abs(one / two) in likely or abs(two / one) in likely):
                    return True
    return False


_TENFOLD = 10
"""What a lost zero makes of a number, as well as a unit that is not named."""


def _is_compound(right: Side, family: frozenset[str], context: Context) -> bool:
    """Return whether a right side goes on with a smaller unit, `1 hour 15 minutes`."""
    follows = _COMPOUND.match(context.line, right.items[-1].end)
    return follows is not None and {follows[1].lower(), follows[2].lower()} <= family


_COMPOUND = re.compile(r"\s?([A-Za-z]{1,12})\.?,?\s(?:and\s)?[0-9.]{1,12}\s?([A-Za-z]{1,12})\b")


def may_convert(one: Fraction, two: Fraction, text: str) -> bool:
    """Return whether two numbers may be the same in different units, one of which the text names."""
    words = {word.lower() for word in _WORD.findall(text)}
    return any(
        bool(family & words) and one != 0 and two != 0 and (one / two in ratios or two / one in ratios)
        for family, ratios, _ in _UNITS
    )


def _units(words: frozenset[str]) -> set[str]:
    """Return the units that some words name, each in one spelling."""
    singular = {word.removesuffix("s") for word in words}
    return {_SPELLINGS.get(word, word) for word in singular}


def _is_supposed(left: Side, right: Side, context: Context) -> bool:
    """Return whether the words around the equation do not assert it."""
    start, end = left.items[0].start, right.items[-1].end
    context_before = context.line[max(0, start - 2 * _NEAR) : start]
    before = _CLAUSE_END.split(context_before)[-1]
    if _HEADED.search(context_before.removesuffix(before)):
        return True
    after = _SENTENCE_END.split(context.line[end : end + _NEAR])[0]
    return _SUPPOSED.search(before) is not None or _DENIED.search(after) is not None
