"""Whether two expressions are equal: the cheapest tier that can tell decides, and says so."""

from fractions import Fraction
from functools import lru_cache

from rewards.math import algebra, numeric, symbolic
from rewards.math.forms import Call, Constant, Expression, Number, Power, Product, Sum, Symbol, children

FORM, NUMBER, ALGEBRA, SYMBOLIC, NUMERIC, OPEN = "form", "number", "algebra", "symbolic", "numeric", "open"

Verdict = tuple[bool, str]
"""Whether the two are equal, and the tier that decided; `open` where none could, which counts as different."""


def same(left: Expression, right: Expression) -> Verdict:
    """Return whether two expressions are equal for all values of their variables."""
    if left == right:
        return True, FORM
    one, two = infinite(left), infinite(right)
    if one is not None or two is not None:
        return one == two, FORM
    if _holds_infinity(left) or _holds_infinity(right):
        return False, OPEN
    if isinstance(left, Number) and isinstance(right, Number):
        return left.value == right.value, NUMBER
    return _same(left, right)


@lru_cache(maxsize=20_000)
def _same(left: Expression, right: Expression) -> Verdict:
    exact = algebra.equal(left, right)
    if exact is not None:
        is_number = algebra.rational(left) is not None and algebra.rational(right) is not None
        return exact, NUMBER if is_number else ALGEBRA
    probed = numeric.equal(left, right)
    if probed is None:
        return False, OPEN
    if not probed:
        return False, NUMERIC
    return True, SYMBOLIC if symbolic.confirms(left, right) else NUMERIC


def infinite(expression: Expression) -> int | None:
    """Return the sign of an infinity, or None for anything else."""
    match expression:
        case Constant("infinity"):
            return 1
        case Product((Number(value), Constant("infinity"))):
            return (value > 0) - (value < 0)
    return None


def signs(expression: Expression) -> list[Expression]:
    """Return the values of an expression with `±` in it: the upper signs, then the lower; else the expression."""
    if not _holds_sign(expression):
        return [expression]
    return [_signed(expression, upper=True), _signed(expression, upper=False)]


def substituted(expression: Expression, name: str, value: Expression) -> Expression:
    """Return an expression with a variable replaced by another expression."""
    match expression:
        case Symbol(found):
            return value if found == name else expression
        case Sum(terms):
            return Sum(tuple(substituted(term, name, value) for term in terms))
        case Product(factors):
            return Product(tuple(substituted(factor, name, value) for factor in factors))
        case Power(base, exponent):
            return Power(substituted(base, name, value), substituted(exponent, name, value))
        case Call(called, arguments):
            return Call(called, tuple(substituted(argument, name, value) for argument in arguments))
    return expression


def _holds_infinity(expression: Expression) -> bool:
    return expression == Constant("infinity") or any(_holds_infinity(child) for child in children(expression))


def _holds_sign(expression: Expression) -> bool:
    if isinstance(expression, Call) and expression.name in {"±", "∓"}:
        return True
    return any(_holds_sign(child) for child in children(expression))


def _signed(expression: Expression, *, upper: bool) -> Expression:
    match expression:
        case Call("±" | "∓" as sign, (argument,)):
            inner = _signed(argument, upper=upper)
            return inner if (sign == "±") == upper else Product((Number(Fraction(-1)), inner))
        case Sum(terms):
            return Sum(tuple(_signed(term, upper=upper) for term in terms))
        case Product(factors):
            return Product(tuple(_signed(factor, upper=upper) for factor in factors))
        case Power(base, exponent):
            return Power(_signed(base, upper=upper), _signed(exponent, upper=upper))
        case Call(name, arguments):
            return Call(name, tuple(_signed(argument, upper=upper) for argument in arguments))
    return expression
