"""Decimals, and the exact values that they are the rounding of."""

from fractions import Fraction

from rewards.math import numeric
from rewards.math.forms import Call, Expression, Form, Number, Power, Product

_MAX_SHIFT = 300


def written_out(expression: Expression) -> Expression:
    """Return `41.4%` as 0.414 with three places, and `2.31 * 10^-3` likewise."""
    match expression:
        case Product((Number(value, places, digits), Power(Number(ten), Number(power)))) if (
            places is not None and ten == 10 and power.denominator == 1 and abs(power) < _MAX_SHIFT  # noqa: PLR2004
        ):
            return Number(value * ten**power.numerator, max(0, places - power.numerator), digits)
        case Call("percent", (Number(value, places, digits),)) if places is not None:
            return Number(value / 100, places + 2, digits)
    return expression


def is_decimal(expression: Expression) -> bool:
    """Return whether an expression is a number that a decimal writes out: rounding it would be the answer's choice."""
    return isinstance(expression, Number) and (expression.places is not None or expression.value.denominator == 1)


def rounds_to(exact: Expression, decimal: Number) -> bool:
    """Return whether an exact value lies within half a unit of a decimal's last digit."""
    value = numeric.real(exact)
    if value is None or decimal.places is None:
        return False
    half = Fraction(1, 2 * 10**decimal.places)
    low, high = decimal.value - half, decimal.value + half
    return bool(numeric.between(value, low, high))


def is_double_of(exact: Expression, decimal: Number) -> bool:
    """Return whether a decimal is what a program prints for the exact value: the nearest number of 64 bits."""
    value = numeric.real(exact)
    return value is not None and float(value) == float(decimal.value)


def approximates(side: Form, exact: Expression) -> bool:
    """Return whether a side behind `approx` is the exact value, rounded as far as it is written."""
    if not isinstance(side, Number):
        return False
    return rounds_to(exact, Number(side.value, side.places or 0, side.digits))
