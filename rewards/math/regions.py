"""Sets of real numbers: intervals, inequalities, unions and set-builders as the same list of intervals."""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cmp_to_key

from rewards.math import algebra, numeric
from rewards.math.expressions import infinite, same, substituted
from rewards.math.forms import (
    HALF,
    INFINITY,
    Alternatives,
    Builder,
    Call,
    Expression,
    Form,
    Joined,
    Labelled,
    Named,
    Number,
    Power,
    Product,
    Quantity,
    Relation,
    Sequence,
    Sum,
    Symbol,
    Words,
    negative,
    quotient,
    symbols,
)
from rewards.math.words import same_words

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "!=": "!="}
_MINUS_INFINITY = negative(INFINITY)
_MAX_PARTS = 60


@dataclass(frozen=True, slots=True)
class Interval:
    """One interval; its ends may be infinite or hold parameters."""

    low: Expression
    high: Expression
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Region:
    """A set of numbers, and the variable that it is said of, where one is."""

    parts: tuple[Interval, ...]
    variable: str | None = None


REALS = Region((Interval(_MINUS_INFINITY, INFINITY, low_closed=False, high_closed=False),))


def region(form: Form, *, loose: bool = False) -> Region | None:  # noqa: C901, PLR0912 - one case for each kind of form
    """Return the set of numbers that a form describes, or None.

    Args:
        form: What was read.
        loose: Whether `(1, 2)` in round brackets may be an interval; else it is a point.
    """
    match form:
        case Named("R"):
            return REALS
        case Named("empty"):
            return Region(())
        case Words(text) if same_words(text) == "reals":
            return REALS
        case Words(text) if same_words(text) == "none":
            return Region(())
        case Sequence(opening, closing, (low, high)) if opening in {"(", "[", "]"} and closing in {")", "]", "["}:
            return _interval(opening, closing, low, high, loose=loose)
        case Sequence("{", "}", items) if all(isinstance(item, Expression) for item in items):
            points = [Interval(item, item, True, True) for item in items if isinstance(item, Expression)]
            return Region(tuple(points)) if loose else None
        case Relation(operators, sides):
            return _of_relation(operators, sides)
        case Joined(operators, items):
            return _of_joined(operators, items)
        case Alternatives(items):
            return _united([_point(item) or region(item) for item in items])
        case Builder(variable, condition):
            return _of_builder(variable, condition)
        case Quantity(inner, _) | Labelled(_, inner):
            return region(inner, loose=loose)
        case Sequence("", joined, items) if all(isinstance(item, Relation) for item in items):
            found = [region(item) for item in items]
            shared = _common(found)
            return _united(found) if shared is not None and not shared.parts and not joined else shared
        case Sequence("", "", items) if items and all(_is_interval(item) for item in items):
            return _united([region(item) for item in items])
    return None


def equal(one: Region, two: Region) -> bool:
    """Return whether two regions are the same set."""
    if one.variable and two.variable and one.variable != two.variable:
        return False
    left, right = _merged(one.parts), _merged(two.parts)
    if len(left) != len(right):
        return False
    return all(
        a.low_closed == b.low_closed
        and a.high_closed == b.high_closed
        and same(a.low, b.low)[0]
        and same(a.high, b.high)[0]
        for a, b in zip(left, right, strict=True)
    )


def _interval(opening: str, closing: str, low: Form, high: Form, *, loose: bool) -> Region | None:
    if not isinstance(low, Expression) or not isinstance(high, Expression):
        return None
    is_round = opening == "(" and closing == ")"
    if is_round and not loose and infinite(low) is None and infinite(high) is None:
        return None
    return Region((Interval(low, high, opening == "[", closing == "]"),))


def _of_relation(operators: tuple[str, ...], sides: tuple[Form, ...]) -> Region | None:
    if operators == ("in",):
        inner = region(sides[1], loose=True)
        return None if inner is None else replace(inner, variable=_name(sides[0]))
    if operators == ("=",):
        return region(sides[1]) if isinstance(sides[0], Symbol | Words) else None
    if len(operators) == 1 and (bounded := _of_distance(operators[0], *sides)) is not None:
        return bounded
    if any(operator not in _FLIPPED for operator in operators):
        return None
    parts: list[Region | None] = []
    for operator, left, right in zip(operators, sides, sides[1:], strict=False):
        parts.append(_of_inequality(operator, left, right))
    return _common(parts)


def _is_interval(form: Form) -> bool:
    return isinstance(form, Sequence) and form.opening in {"(", "["} and region(form) is not None


def _point(form: Form) -> Region | None:
    """Return `x = 3` as the set of that number, beside inequalities."""
    match form:
        case Relation(("=",), (Symbol(name), value)) if isinstance(value, Expression):
            return Region((Interval(value, value, True, True),), name)
    return None


def _of_distance(operator: str, left: Form, right: Form) -> Region | None:
    """Return the numbers that satisfy `|x - a| < b` or `x^2 < b`."""
    match left:
        case Call("abs", (inner,)) if isinstance(right, Expression):
            bound = right
        case Power(Symbol() as inner, Number(two)) if two == 2 and isinstance(right, Expression):  # noqa: PLR2004
            bound = Power(right, HALF)
        case _:
            return None
    if algebra.rational(right) is None or algebra.rational(right) <= 0 or operator not in _FLIPPED:  # type: ignore[operator]
        return None
    above = _of_inequality(operator, inner, bound)
    below = _of_inequality(_FLIPPED[operator], inner, negative(bound))
    if operator.startswith("<") or operator == "!=":
        return _common([above, below])
    return _united([above, below])


def _of_inequality(operator: str, left: Form, right: Form) -> Region | None:
    """Return the numbers that satisfy an inequality that is linear in its one variable."""
    if not isinstance(left, Expression) or not isinstance(right, Expression):
        return None
    solved = _solved(left, right)
    if solved is None:
        return None
    variable, bound, is_flipped = solved
    operator = _FLIPPED[operator] if is_flipped else operator
    closed = operator.endswith("=") and operator != "!="
    above = Interval(bound, INFINITY, closed, False)
    below = Interval(_MINUS_INFINITY, bound, False, closed)
    if operator == "!=":
        return Region((below, above), variable)
    return Region((above if operator.startswith(">") else below,), variable)


def _solved(left: Expression, right: Expression) -> tuple[str, Expression, bool] | None:
    """Return the variable of an inequality, its bound, and whether solving turned the inequality round."""
    if isinstance(left, Symbol) and left.name not in symbols(right):
        return left.name, right, False
    if isinstance(right, Symbol) and right.name not in symbols(left):
        return right.name, left, True
    names = symbols(left) | symbols(right)
    if len(names) != 1:
        return None
    (name,) = names
    line = linear(Sum((left, negative(right))), name)
    if line is None:
        return None
    slope, rest = line
    sign = algebra.rational(slope)
    if not sign:
        return None
    return name, quotient(negative(rest), slope), sign < 0


def linear(expression: Expression, name: str) -> tuple[Expression, Expression] | None:
    """Return the slope and the rest of an expression that is linear in a variable with a constant slope, or None."""
    rest = substituted(expression, name, Number(Fraction(0)))
    slope = Sum((substituted(expression, name, Number(Fraction(1))), negative(rest)))
    line = Sum((Product((slope, Symbol(name))), rest))
    if algebra.equal(line, expression) is not True or algebra.equal(slope, Number(Fraction(0))) is not False:
        return None
    return slope, rest


def _name(form: Form) -> str | None:
    return form.name if isinstance(form, Symbol) else None


def _of_joined(operators: tuple[str, ...], items: tuple[Form, ...]) -> Region | None:
    total = region(items[0], loose=True)
    for operator, item in zip(operators, items[1:], strict=True):
        other = region(item, loose=True)
        if operator == "cup":
            total = _united([total, other])
        elif operator == "cap":
            total = _common([total, other])
        else:
            total = _common([total, _complement(other)])
    return total


def _of_builder(variable: Form, condition: Form) -> Region | None:
    if isinstance(variable, Relation) and variable.operators == ("in",):
        variable = variable.sides[0]
    found = region(condition)
    if found is None or not isinstance(variable, Symbol) or found.variable not in {None, variable.name}:
        return None
    return replace(found, variable=None)


def _united(regions: list[Region | None]) -> Region | None:
    known = [found for found in regions if found is not None]
    if len(known) != len(regions) or sum(len(found.parts) for found in known) > _MAX_PARTS:
        return None
    names = {found.variable for found in known} - {None}
    if len(names) > 1:
        return None
    return Region(tuple(part for found in known for part in found.parts), next(iter(names), None))


def _common(regions: list[Region | None]) -> Region | None:
    """Return what lies in all regions."""
    known = [found for found in regions if found is not None]
    if not known or len(known) != len(regions):
        return None
    names = {found.variable for found in known} - {None}
    if len(names) > 1:
        return None
    total = known[0].parts
    for found in known[1:]:
        if len(total) * len(found.parts) > _MAX_PARTS:
            return None
        total = tuple(cut for a in total for b in found.parts if (cut := _cut(a, b)) is not None)
    return Region(total, next(iter(names), None))


def _complement(found: Region | None) -> Region | None:
    if found is None:
        return None
    total: Region | None = REALS
    for part in found.parts:
        below = Interval(_MINUS_INFINITY, part.low, False, not part.low_closed)
        above = Interval(part.high, INFINITY, not part.high_closed, False)
        total = _common([total, Region((below, above))])
    return total


def _cut(a: Interval, b: Interval) -> Interval | None:
    """Return what two intervals share; ends that cannot be compared keep both of theirs apart as given."""
    low = _compare(a.low, b.low)
    high = _compare(a.high, b.high)
    if infinite(a.low) == -1:
        low = -1
    elif infinite(b.low) == -1:
        low = 1
    if infinite(a.high) == 1:
        high = 1
    elif infinite(b.high) == 1:
        high = -1
    if low is None or high is None:
        return None
    lower, low_closed = (b.low, b.low_closed) if low < 0 else (a.low, a.low_closed)
    upper, high_closed = (b.high, b.high_closed) if high > 0 else (a.high, a.high_closed)
    if low == 0:
        low_closed = a.low_closed and b.low_closed
    if high == 0:
        high_closed = a.high_closed and b.high_closed
    order = _compare(lower, upper)
    if order is not None and (order > 0 or (order == 0 and not (low_closed and high_closed))):
        return None
    return Interval(lower, upper, low_closed, high_closed)


def _merged(parts: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """Return intervals in order, those that touch made one; as they are where they cannot be ordered."""
    ends = [end for part in parts for end in (part.low, part.high)]
    if any(_compare(end, ends[0]) is None for end in ends):
        return parts
    ordered = sorted(parts, key=cmp_to_key(_by_low))
    merged: list[Interval] = []
    for part in ordered:
        if merged and _touch(merged[-1], part):
            last = merged[-1]
            order = _compare(last.high, part.high) or 0
            high, closed = (part.high, part.high_closed) if order < 0 else (last.high, last.high_closed)
            if order == 0:
                closed = last.high_closed or part.high_closed
            merged[-1] = replace(last, high=high, high_closed=closed)
        else:
            merged.append(part)
    return tuple(merged)


def _by_low(one: Interval, two: Interval) -> int:
    return _compare(one.low, two.low) or two.low_closed - one.low_closed


def _touch(one: Interval, two: Interval) -> bool:
    order = _compare(two.low, one.high) or 0
    return order < 0 or (order == 0 and (one.high_closed or two.low_closed))


def _compare(one: Expression, two: Expression) -> int | None:
    """Return -1, 0 or 1 as the first is less than, equal to or greater than the second; None where that depends."""
    a, b = infinite(one), infinite(two)
    if a is not None or b is not None:
        return ((a or 0) > (b or 0)) - ((a or 0) < (b or 0))
    if same(one, two)[0]:
        return 0
    x, y = numeric.real(one), numeric.real(two)
    if x is None or y is None:
        return None
    return 1 if x > y else -1
