"""The members of lists, sets and tuples, and the names they are given."""

from collections.abc import Sequence as Many
from fractions import Fraction

from rewards.math import expressions
from rewards.math.equations import is_name
from rewards.math.forms import Alternatives, Call, Expression, Form, Named, Number, Relation, Sequence, Symbol


def kind_of(form: Form) -> str:
    """Return `list`, `set`, `tuple` (anything in round, square or angle brackets), or `value` for a single one."""
    if isinstance(form, Sequence):
        return {"": "list", "{": "set"}.get(form.opening, "tuple")
    return "set" if form == Named("empty") else "list" if isinstance(form, Alternatives) else "value"


def members_of(form: Form) -> Many[Form] | None:
    """Return the members of a collection, or None for a single value."""
    match form:
        case Sequence(_, _, items) | Alternatives(items):
            return items
        case Named("empty"):
            return ()
        case Relation(("=",), (name, value)) if is_name(name):
            return members_of(value)
    return None


def assignments(form: Form) -> dict[Form, Form] | None:
    """Return the values by name of a list in which every item is named, each by another name; else None."""
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
