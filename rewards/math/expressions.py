"""Whether two expressions are equal: the cheapest tier that can tell decides, and says so."""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from rewards.math import algebra, numeric, symbolic
from rewards.math.forms import Call, Constant, Expression, Number, Power, Product, Sum, Symbol, children, negative

TEN = Number(Fraction(10))
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


@lru_cache(maxsize=2_000)
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
    return mapped(expression, lambda part: value if part == Symbol(name) else part)


def mixes_logarithms(left: Expression, right: Expression) -> bool:
    """Return whether only one side has a logarithm without a base, which then may be to base ten."""
    return _holds(left, _is_bare) != _holds(right, _is_bare)


def with_base_ten(expression: Expression) -> Expression:
    """Return an expression whose logarithms without a base are to base ten."""
    return mapped(expression, lambda part: Call("log", (*part.arguments, TEN)) if _is_bare(part) else part)


def with_imaginary_as(expression: Expression, symbol: Symbol) -> Expression:
    """Return an expression with a variable for `i`."""
    return mapped(expression, lambda part: symbol if part == Constant("i") else part)


def mapped(expression: Expression, change: Callable[[Any], Expression]) -> Expression:
    """Return an expression with a change made to each of its parts, the innermost first."""
    match expression:
        case Sum(terms):
            expression = Sum(tuple(mapped(term, change) for term in terms))
        case Product(factors):
            expression = Product(tuple(mapped(factor, change) for factor in factors))
        case Power(base, exponent):
            expression = Power(mapped(base, change), mapped(exponent, change))
        case Call(name, arguments):
            expression = Call(name, tuple(mapped(argument, change) for argument in arguments))
    return change(expression)


def _holds(expression: Expression, test: Callable[[Expression], bool]) -> bool:
    return test(expression) or any(_holds(child, test) for child in children(expression))


def _is_bare(expression: Expression) -> bool:
    return isinstance(expression, Call) and expression.name == "log" and len(expression.arguments) == 1


def _holds_infinity(expression: Expression) -> bool:
    return expression == Constant("infinity") or any(_holds_infinity(child) for child in children(expression))


def _holds_sign(expression: Expression) -> bool:
    if isinstance(expression, Call) and expression.name in {"±", "∓"}:
        return True
    return any(_holds_sign(child) for child in children(expression))


def _signed(expression: Expression, *, upper: bool) -> Expression:
    def chosen(part: Any) -> Expression:  # noqa: ANN401 - any expression
        if isinstance(part, Call) and part.name in {"±", "∓"}:
            return part.arguments[0] if (part.name == "±") == upper else negative(part.arguments[0])
        return part  # type: ignore[no-any-return]

    return mapped(expression, chosen)
