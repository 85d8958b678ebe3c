"""Exact algebra: an expression as a quotient of sums of monomials, in which equal means equal.

A monomial is a product of atoms with rational exponents. Atoms are variables, pi, e, i, primes under a root (a prime's
exponent is kept in [0, 1), so `sqrt(12)` is `2 * 3^(1/2)`), exponentials, and whatever else is opaque here, such as
`sin(x)`. Where two expressions have the same form they are equal. Where the forms differ they are different only if
every atom is independent of the others; else this tier leaves it open.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import comb, factorial

from rewards.math.forms import (
    Call,
    Constant,
    Expression,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
)
from rewards.math.quotients import (
    EULER,
    PI,
    UNIT,
    OpenError,
    Quotient,
    add,
    atom_of,
    constant,
    factors_of,
    is_independent,
    is_simple,
    multiply,
    power_of,
)

_MAX_FACTORIAL = 5_000
_SMALL_SHIFT = 12


def equal(left: Expression, right: Expression) -> bool | None:
    """Return whether two expressions are equal for all values of their variables; None where this tier cannot say."""
    one, two = _normal(left), _normal(right)
    if one is None or two is None:
        return None
    try:
        difference = add(multiply(one.top, two.bottom), {m: -c for m, c in multiply(two.top, one.bottom).items()})
    except (OpenError, ValueError):
        return None
    if not difference:
        return True
    parts = (one.top, one.bottom, two.top, two.bottom)
    return False if all(is_independent(part) for part in parts) else None


@lru_cache(maxsize=2_000)
def _normal(expression: Expression) -> Quotient | None:
    try:
        return normal(expression)
    except (OpenError, ZeroDivisionError, ValueError):  # ValueError: an integer too long to be written out
        return None


def rational(expression: Expression) -> Fraction | None:
    """Return the rational number that an expression is, or None."""
    if isinstance(expression, Number):
        return expression.value
    found = _normal(expression)
    return None if found is None else found.number()


def normal(expression: Expression) -> Quotient:
    """Return the normal form.

    Raises:
        OpenError: it would be too large, or there is none.
        ZeroDivisionError: the expression divides by zero.
    """
    match expression:
        case Number(value):
            return constant(value)
        case Symbol(name):
            return atom_of(name)
        case Constant("pi" | "e" | "i" as name):
            return atom_of((name,))
        case Sum(terms):
            total = constant(Fraction(0))
            for term in terms:
                total = total.plus(normal(term))
            return total
        case Product(factors):
            product = constant(Fraction(1))
            for factor in factors:
                product = product.times(normal(factor))
            return product
        case Power(base, exponent):
            return power_of(normal(base), normal(exponent))
        case Call(name, arguments):
            return _call(name, arguments)
    raise OpenError


def _call(name: str, arguments: tuple[Expression, ...]) -> Quotient:
    reader = _CALLS.get(name)
    normals = [normal(argument) for argument in arguments]
    if reader is not None:
        try:
            return reader(*normals)
        except TypeError as error:  # more or fewer arguments than the function has
            raise OpenError from error
    if name in {"sum", "prod", "mod", "±", "∓"}:
        raise OpenError
    return atom_of((name, *(argument.key() for argument in normals)))


def _degree(angle: Quotient) -> Quotient:
    return angle.times(atom_of(PI)).times(constant(Fraction(1, 180)))


def _percent(share: Quotient) -> Quotient:
    return share.times(constant(Fraction(1, 100)))


def _nth_root(radicand: Quotient, index: Quotient) -> Quotient:
    degree, number = index.number(), radicand.number()
    if degree is None or degree == 0:
        raise OpenError
    if number is not None and number < 0 and degree.denominator == 1 and degree.numerator % 2:
        return constant(Fraction(-1)).times(_nth_root(constant(-number), index))
    return power_of(radicand, constant(1 / degree))


def _factorial(argument: Quotient) -> Quotient:
    number = argument.number()
    if number is not None:
        if number.denominator != 1 or not 0 <= number <= _MAX_FACTORIAL:
            raise OpenError
        return constant(Fraction(factorial(number.numerator)))
    shift = argument.top.get(UNIT, Fraction(0)) if is_simple(argument.bottom) else Fraction(0)
    if shift.denominator != 1 or abs(shift) > _SMALL_SHIFT:
        raise OpenError
    base = argument.plus(constant(-shift))
    result = atom_of(("factorial", base.key()))
    for step in range(1, abs(shift.numerator) + 1):
        factor = base.plus(constant(Fraction(step if shift > 0 else 1 - step)))
        result = result.times(factor if shift > 0 else factor.inverse())
    return result


def _binomial(total: Quotient, chosen: Quotient) -> Quotient:
    n, k = total.number(), chosen.number()
    if n is not None and k is not None:
        if n.denominator != 1 or k.denominator != 1 or not 0 <= k <= n <= _MAX_FACTORIAL:
            raise OpenError
        return constant(Fraction(comb(n.numerator, k.numerator)))
    rest = total.plus(constant(Fraction(-1)).times(chosen)).number()
    if k is None and rest is not None:
        k = rest
    if k is None or k.denominator != 1 or not 0 <= k <= _SMALL_SHIFT:
        raise OpenError
    result = constant(Fraction(1, factorial(k.numerator)))
    for step in range(k.numerator):
        result = result.times(total.plus(constant(Fraction(-step))))
    return result


def _absolute(argument: Quotient) -> Quotient:
    number = argument.number()
    if number is not None:
        return constant(abs(number))
    return atom_of(("abs", argument.key()))


def _floor(argument: Quotient) -> Quotient:
    number = argument.number()
    if number is None:
        return atom_of(("floor", argument.key()))
    return constant(Fraction(number.numerator // number.denominator))


def _ceiling(argument: Quotient) -> Quotient:
    number = argument.number()
    if number is None:
        return atom_of(("ceil", argument.key()))
    return constant(Fraction(-(-number.numerator // number.denominator)))


def _logarithm(argument: Quotient, base: Quotient | None = None) -> Quotient:
    """Return a logarithm as a sum of logarithms of primes."""
    if base is not None:
        return _logarithm(argument).times(_logarithm(base).inverse())
    number = argument.number()
    if number is None or number <= 0:
        if argument.key() == atom_of(EULER).key():
            return constant(Fraction(1))
        return atom_of(("ln", argument.key()))
    result = constant(Fraction(0))
    for part, sign in ((number.numerator, 1), (number.denominator, -1)):
        for prime, count in factors_of(part).items():
            result = result.plus(atom_of(("ln", prime)).times(constant(Fraction(sign * count))))
    return result


def _exp(argument: Quotient) -> Quotient:
    return power_of(atom_of(EULER), argument)


def _tangent(argument: Quotient) -> Quotient:
    return atom_of(("sin", argument.key())).times(atom_of(("cos", argument.key())).inverse())


def _cotangent(argument: Quotient) -> Quotient:
    return _tangent(argument).inverse()


def _secant(argument: Quotient) -> Quotient:
    return atom_of(("cos", argument.key())).inverse()


def _cosecant(argument: Quotient) -> Quotient:
    return atom_of(("sin", argument.key())).inverse()


_CALLS: dict[str, Callable[..., Quotient]] = {
    "degree": _degree,
    "percent": _percent,
    "root": _nth_root,
    "factorial": _factorial,
    "binomial": _binomial,
    "abs": _absolute,
    "floor": _floor,
    "ceil": _ceiling,
    "ln": _logarithm,
    "log": _logarithm,
    "exp": _exp,
    "tan": _tangent,
    "cot": _cotangent,
    "sec": _secant,
    "csc": _cosecant,
}
