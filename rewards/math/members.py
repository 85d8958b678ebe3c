"""The members of lists, sets and tuples, and the names they are given."""

from collections.abc import Sequence as Many
from fractions import Fraction
from itertools import product

from rewards.math import expressions
from rewards.math.equations import is_name
from rewards.math.forms import (
    Alternatives,
    Call,
    Expression,
    Form,
    Labelled,
    Named,
    Number,
    Product,
    Relation,
    Sequence,
    Sum,
    Symbol,
    symbols,
)


def kind_of(form: Form) -> str:
    """Return `list`, `set`, `tuple` (anything in round, square or angle brackets), or `value` for a single one."""
    if isinstance(form, Sequence):
        return {"": "list", "{": "set"}.get(form.opening, "tuple")
    if isinstance(form, Relation) and form.operators == ("in",):
        return kind_of(form.sides[1])
    return "set" if form == Named("empty") else "list" if isinstance(form, Alternatives) else "value"


def members_of(form: Form) -> Many[Form] | None:
    """Return the members of a collection, or None for a single value."""
    match form:
        case Sequence(_, _, items) | Alternatives(items):
            return items
        case Named("empty"):
            return ()
        case Relation(("=",) | ("in",), (name, value)) if is_name(name):
            return members_of(value)
    return None


def assignments(form: Form) -> dict[Form, Form] | None:
    """Return the values by name of a list in which every item is named, each by another name; else None."""
    match form:
        case Relation(("=",), (Sequence(_, _, names), Sequence(_, _, values))) if len(names) == len(values):
            return dict(zip(names, values, strict=True)) if all(map(is_name, names)) else None
        case Relation(operators, (*names, value)) if (
            len(names) > 1 and set(operators) == {"="} and all(map(is_name, names))
        ):
            return dict.fromkeys(names, value)  # `a = b = c = 1`
    items = members_of(form)
    if not items:
        return None
    found: dict[Form, Form] = {}
    for item in items:
        if not isinstance(item, Relation) or item.operators != ("=",) or not is_name(item.sides[0]):
            return None
        if item.sides[0] in found:
            return None
        found[item.sides[0]] = item.sides[1]
    return found if len(found) > 1 else None


def names_of(items: Many[Form]) -> frozenset[Form]:
    """Return the variables that members are given as names."""
    sides = (item.sides[0] for item in items if isinstance(item, Relation) and item.operators == ("=",))
    return frozenset(side for side in sides if isinstance(side, Symbol))


def is_matched(sequence: Sequence) -> bool:
    """Return whether the brackets of a sequence are a pair."""
    return (sequence.opening, sequence.closing) in {("(", ")"), ("[", "]"), ("langle", "rangle"), ("case", "case")}


def orders_of(labels: dict[Form, Form]) -> list[list[Form]]:
    """Return the orders in which named values may stand for a list without names.

    Coordinates, and values of a function, say their own order. Other letters may stand as written or sorted, and
    words such as `maximum` and `minimum` as written or the other way round.
    """
    written = list(labels.values())
    if all(argument_of(label) is not None for label in labels):
        return [[labels[label] for label in sorted(labels, key=order_of)]]
    if not all(isinstance(label, Symbol) for label in labels):
        return [written, written[::-1]]
    by_name = [labels[label] for label in sorted(labels, key=label_of)]
    return [by_name] if {label_of(label) for label in labels} <= _COORDINATES else [written, by_name]


def stripped(items: Many[Form]) -> list[Form]:
    """Return the values of items that bear one and the same name: `x = 1, x = 2`, or `n = 2, 3, 4`."""
    names = {item.sides[0] for item in items if isinstance(item, Relation) and item.operators == ("=",)}
    if len(names) != 1 or not all(is_name(name) for name in names):
        return list(items)
    return [item.sides[1] if isinstance(item, Relation) and item.operators == ("=",) else item for item in items]


def expanded(items: Many[Form]) -> list[Form]:
    """Return items with `±` written out."""
    written: list[Form] = []
    for item in items:
        written += expressions.signs(item) if isinstance(item, Expression) else [item]
    return written


def argument_of(form: Form) -> Fraction | None:
    """Return the number that a label such as `T(10)` is the value at, or None."""
    match form:
        case Call(name, (Number(value),)) if name.startswith("f:"):
            return value
    return None


def order_of(form: Form) -> Fraction:
    """Return the place of a label among others such as `T(10)`."""
    return argument_of(form) or Fraction(0)


def label_of(form: Form) -> str:
    """Return the name of a label that is a variable."""
    return form.name if isinstance(form, Symbol) else ""


def cases_of(form: Form) -> list[Form] | None:
    """Return the cases of a definition, each a list of value and condition without the `if`; None for anything else."""
    if isinstance(form, Relation) and form.operators == ("=",):
        form = form.sides[-1]
    if not isinstance(form, Sequence) or form.opening != "cases":
        return None
    found: list[Form] = []
    for case in form.items:
        if not isinstance(case, Sequence):
            return None
        value, condition = case.items
        found.append(
            Sequence("case", "case", (value, condition.form if isinstance(condition, Labelled) else condition))
        )
    return found


def spread(form: Form) -> Form:
    """Return `(±1, 2)` as the points that it stands for; any other form as it is."""
    if not isinstance(form, Sequence) or form.opening not in {"", "(", "{"}:
        return form
    if form.opening != "(":
        flat = [part for item in form.items for part in _points(item)]
        return Sequence(form.opening, form.closing, tuple(flat)) if len(flat) != len(form.items) else form
    points = _points(form)
    return points[0] if len(points) == 1 else Sequence("", "", tuple(points))


def _points(form: Form) -> list[Form]:
    if not isinstance(form, Sequence) or form.opening != "(" or len(form.items) > _MOST_COORDINATES:
        return [form]
    choices = [expressions.signs(item) if isinstance(item, Expression) else [item] for item in form.items]
    return [Sequence(form.opening, form.closing, tuple(point)) for point in product(*choices)]


def rows_of(form: Sequence) -> tuple[tuple[Expression, ...], ...] | None:
    """Return the rows of a matrix that is written as a list of lists, or None."""
    rows: list[tuple[Expression, ...]] = []
    for row in form.items:
        if not isinstance(row, Sequence) or row.opening not in {"[", "("}:
            return None
        entries = [entry for entry in row.items if isinstance(entry, Expression)]
        if len(entries) != len(row.items) or (rows and len(entries) != len(rows[0])):
            return None
        rows.append(tuple(entries))
    return tuple(rows) if form.opening in {"[", "("} else None


def unit_vectors(form: Expression, size: int) -> tuple[Expression, ...] | None:
    """Return the coordinates of `2i - j + 3k`, or None where an expression is not linear in unit vectors."""
    names = ("i", "j", "k")[:size]
    if size not in {2, 3} or not symbols(form) <= _UNIT_VECTORS:
        return None
    for spelled in ("hat", "vec", "bar"):
        for name in names:
            form = expressions.substituted(form, f"{spelled} {name}", Symbol(name))
    form = expressions.with_imaginary_as(form, Symbol("i"))
    if not symbols(form) & set(names):
        return None
    zeros = {name: Number(Fraction(0)) for name in names}
    found = []
    for name in names:
        at = form
        for other, zero in zeros.items():
            at = expressions.substituted(at, other, Number(Fraction(1)) if other == name else zero)
        found.append(at)
    whole = Sum(tuple(Product((part, Symbol(name))) for part, name in zip(found, names, strict=True)))
    return tuple(found) if expressions.same(whole, form)[0] else None


_COORDINATES = frozenset("xyz")
_MOST_COORDINATES = 4
_UNIT_VECTORS = frozenset((*"ijk", *(f"{accent} {name}" for accent in ("hat", "vec", "bar") for name in "ijk")))
