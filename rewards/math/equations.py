"""Equations and their sides: which name a value, and which say it."""

from fractions import Fraction

from rewards.math import expressions
from rewards.math.forms import (
    Alternatives,
    Call,
    Expression,
    Form,
    Labelled,
    Number,
    Power,
    Product,
    Quantity,
    Ratio,
    Relation,
    Sequence,
    Sum,
    Symbol,
    Words,
    negative,
    symbols,
)
from rewards.math.units import is_denial

_NAMING = frozenset("sin cos tan cot sec csc gcd lcm det max min".split())
"""Functions whose value an equation with one side such as `cos A` states."""


def _is_segment(form: Form) -> bool:
    """Return whether a form is the letters of a segment, such as `AB`."""
    return isinstance(form, Product) and all(isinstance(part, Symbol) and part.name.isupper() for part in form.factors)


def names_sum(form: Form) -> bool:
    """Return whether a side is a sum of variables, such as the `m + n` that a problem asks for."""
    return isinstance(form, Sum) and all(isinstance(term, Symbol) for term in form.terms)


def is_name(form: Form) -> bool:  # noqa: C901 - one case for each kind of name
    """Return whether a side of an equation names a value and does not say it: `x`, `f(2)`, `|AB|`, `(x, y)`, `A:B`."""
    match form:
        case Symbol():
            return True
        case Words(text):
            return not is_denial(text)
        case Call(name, _) if name.startswith("f:"):
            return True
        case Call(name, arguments) if name in _NAMING:
            return all(symbols(argument) for argument in arguments)
        case Product((top, Power(bottom, Number(power)))) if power == -1 and _is_segment(top) and _is_segment(bottom):
            return True
        case Call("abs", (argument,)):
            return is_name(argument)
        case Product(factors):
            return (
                all(isinstance(factor, Symbol) and factor.name[:1].isupper() for factor in factors)
                or all(
                    isinstance(factor, Symbol) and (place == 0 or factor.name.startswith("angle"))
                    for place, factor in enumerate(factors)
                )
                or (isinstance(factors[0], Symbol) and factors[0].name.startswith(("angle", "triangle")))
            )
        case Ratio(terms):
            return all(is_name(term) for term in terms)
        case Sequence(opening, _, items) if opening in {"(", "["}:
            return all(is_name(item) for item in items)
        case Labelled(_, inner) | Quantity(inner, _):
            return is_name(inner)
    return False


def name_of(relation: Relation) -> Form | None:
    """Return the side of an equation that names the value, or None."""
    first, last = relation.sides[0], relation.sides[-1]
    return first if is_name(first) else last if is_name(last) else None


def letters_of(form: Form | None) -> str:
    """Return the letters of a name, without bars, arrows and what it measures: `|AB|` and `AB` are one name."""
    match form:
        case Symbol(name):
            return name.removeprefix("overline ").removeprefix("angle ").removeprefix("triangle ")
        case Call("abs", (inner,)):
            return letters_of(inner)
        case Product((Symbol("m"), *rest)) if rest and isinstance(rest[0], Symbol) and rest[0].name.startswith("angle"):
            return letters_of(rest[0])
        case Product(factors):
            return "".join(letters_of(factor) for factor in factors)
    return ""


def said(relation: Relation) -> list[Form]:
    """Return the sides of a chain of equations that say a value: the names in front, and behind, are left out."""
    sides = list(relation.sides)
    while len(sides) > 1 and is_name(sides[0]):
        del sides[0]
    if len(sides) == 2 and len(relation.sides) == 2 and is_name(sides[1]):  # noqa: PLR2004 - `5 = x`
        del sides[1]
    return sides


def same_argument(gold: Form, answer: Form, value: Form) -> Form:
    """Return a value of `f(m)` in the variable of `f(n)`."""
    match (gold, answer):
        case (Call(one, (Symbol(new),)), Call(two, (Symbol(old),))) if one.startswith("f:") and two.startswith("f:"):
            return renamed(value, old, new)
    return value


def left_minus_right(relation: Relation) -> Expression | None:
    """Return left minus right of a relation with two expressions."""
    if len(relation.sides) != 2:  # noqa: PLR2004
        return None
    left, right = relation.sides
    if not isinstance(left, Expression) or not isinstance(right, Expression):
        return None
    return Sum((left, negative(right)))


def near_fraction(value: object) -> Fraction | None:
    """Return the fraction with a small denominator that a number is, or None."""
    found = Fraction(str(value)).limit_denominator(10_000)
    return found if abs(Fraction(str(value)) - found) < Fraction(1, 10**15) else None


def free_variables(form: Form) -> frozenset[str]:
    """Return the variables in what a form says; those of its names are not among them."""
    match form:
        case Sequence(_, _, items) | Alternatives(items):
            return frozenset().union(*(free_variables(item) for item in items))
        case Relation(_, sides):
            return frozenset().union(
                *(free_variables(side) for side in said(Relation(("=",) * (len(sides) - 1), sides)))
            )
    return symbols(form) if isinstance(form, Expression) else frozenset()


def renamed(form: Form, old: str, new: str) -> Form:
    """Return a form with a variable renamed."""
    if isinstance(form, Expression):
        return expressions.substituted(form, old, Symbol(new))
    if isinstance(form, Sequence):
        return Sequence(form.opening, form.closing, tuple(renamed(item, old, new) for item in form.items))
    if isinstance(form, Relation):
        return Relation(form.operators, tuple(renamed(side, old, new) for side in form.sides))
    return form
