"""What a text says as one exact rational number, without a reference to compare it with."""

from dataclasses import dataclass
from fractions import Fraction

from rewards.math import algebra, notation
from rewards.math.equations import said
from rewards.math.forms import (
    Alternatives,
    Call,
    Expression,
    Form,
    Labelled,
    Quantity,
    Relation,
    Sequence,
    Sum,
    symbols,
)
from rewards.math.lexer import UnreadableError
from rewards.math.parser import readings
from rewards.math.units import is_introduction, is_remark, scale

_EQUALITIES = frozenset(("=", "~", "=="))
_MAX_SIDES = 20


@dataclass(frozen=True, slots=True)
class Exact:
    """What a text says."""

    value: Fraction | None = None
    """The number; None where it is none, or where exact algebra cannot tell which."""
    is_hedged: bool = False
    """Whether the text offers several values, or equates different ones."""
    is_readable: bool = True
    """Whether it is a formula at all."""


def read(text: str) -> Exact:
    r"""Return the number that an answer says: `033`, `2^5 + 1`, `n = 33`, `33 \text{ cm}`, `33^\circ`."""
    if len(text) > notation.MAX_CHARS:
        return Exact(is_readable=False)
    try:
        forms = readings(notation.plain(text))
    except UnreadableError:
        return Exact(is_readable=False)
    return _exact(forms[0])


def differ(form: Form) -> bool:
    """Return whether a form is a chain of equations that equates different numbers, such as `41 = 42`."""
    if not isinstance(form, Relation) or not set(form.operators) <= _EQUALITIES:
        return False
    values = [_number(side) for side in said(form)[:_MAX_SIDES]]
    return len({value for value in values if value is not None}) > 1


def _exact(form: Form) -> Exact:
    if isinstance(form, Alternatives) or (isinstance(form, Sequence) and len(form.items) > 1):
        return Exact(is_hedged=True)
    if isinstance(form, Sequence) and form.items:
        return _exact(form.items[0])
    if isinstance(form, Relation):
        if not set(form.operators) <= _EQUALITIES or len(form.sides) > _MAX_SIDES:
            return Exact()
        if differ(form):
            return Exact(is_hedged=True)
        sides = said(form)
        is_named = all(_number(side) is not None or _names_sum(side) for side in sides)
        return Exact(_number(sides[-1]) if sides and is_named else None)
    return Exact(_number(form))


def _names_sum(form: Form) -> bool:
    """Return whether a side is a sum that a problem asks for, such as the `m + n` of `m + n = 33`."""
    return isinstance(form, Sum) and all(symbols(term) for term in form.terms)


def _number(form: Form) -> Fraction | None:
    match form:
        case Quantity(inner, words):
            number, factor = _number(inner), scale(words)
            if number is not None and factor is not None:
                return number * factor
            return number if is_remark(words) else None
        case Labelled(words, inner):
            return _number(inner) if is_introduction(words, "") else None
        case Call("degree", (angle,)):
            return _number(angle)
    return algebra.rational(form) if isinstance(form, Expression) else None
