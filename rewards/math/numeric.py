"""Numeric probing: both expressions at the same points, to many digits.

Two expressions that differ at one point are different. Two that agree to 35 digits at every point are taken for
equal where nothing exact could decide. The points are fixed, so a verdict never changes: rational numbers of both
signs, and small whole numbers for variables that count.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import gcd, lcm
from typing import Any
from zlib import crc32

import mpmath

from rewards.math.forms import Call, Constant, Expression, Number, Power, Product, Sum, Symbol, children, symbols

_CONTEXT = mpmath.MPContext()
_DIGITS = 50
_MORE_DIGITS = 120
_CONFIRMING_DIGITS = 400
_AGREE = _CONTEXT.mpf(10) ** -35
_LARGE = _CONTEXT.mpf(10) ** 150
_TINY = _CONTEXT.mpf(10) ** -12
_MAX_LOG = 5_000_000
"""Most bits before the point of a number that is still calculated with."""
_MAX_FACTORIAL = 10_000_000
_MAX_STEPS = 1_500
_POINTS = 10
_ENOUGH = 4
_WHOLE = (3, 5, 2, 7, 4, 6, 9, 8, 11, 10)
_REAL = (
    "0.7310585",
    "-1.2689414",
    "2.1457321",
    "-0.4163219",
    "1.6180339",
    "3.3166247",
    "-2.6457513",
    "0.2618033",
    "5.1961524",
    "-3.7416573",
)

_ROUNDING = frozenset(("floor", "ceil"))

Value = Any
"""A real or complex number of mpmath, which has no types."""


class UndefinedError(Exception):
    """The expression has no finite value here, or none that is worth calculating."""


def equal(left: Expression, right: Expression) -> bool | None:
    """Return whether two expressions agree wherever both have a value; None where too few points could be tried."""
    names = sorted(symbols(left) | symbols(right))
    whole = _counting(left) | _counting(right)
    complex_allowed = not names or _holds_imaginary(left) or _holds_imaginary(right)
    if _rounds(left) and _rounds(right):
        whole |= _rounded(left) | _rounded(right)
    tried = 0
    agreed: Mapping[str, Value] = {}
    for point in range(_POINTS if names else 1):
        at = {name: _coordinate(name, place, point, whole) for place, name in enumerate(names)}
        try:
            agree = _agree(left, right, at, real_only=not complex_allowed)
        except UndefinedError:
            continue
        if not agree:
            return False
        agreed = at
        tried += 1
        if tried >= _ENOUGH:
            break
    if tried < min(_ENOUGH, len(names) * _ENOUGH or 1):
        return None
    return _confirmed(left, right, agreed)


def _confirmed(left: Expression, right: Expression, at: Mapping[str, Value]) -> bool | None:
    """Return whether two sides agree to hundreds of digits: a term that is tiny beside the others must not hide."""
    try:
        one, two = _at(left, at, _CONFIRMING_DIGITS), _at(right, at, _CONFIRMING_DIGITS)
    except UndefinedError:
        return None
    largest, smallest = max(abs(one), abs(two)), min(abs(one), abs(two))
    if largest > _LARGE or 0 < smallest < 1 / _LARGE:
        return None  # a one more or less would not show
    return bool(abs(one - two) <= max(largest, 1) * _CONTEXT.mpf(10) ** (20 - _CONFIRMING_DIGITS))


def constant(expression: Expression, digits: int = _DIGITS) -> Value | None:
    """Return the value of an expression without variables, or None where it has none."""
    if symbols(expression):
        return None
    try:
        return _at(expression, {}, digits)
    except UndefinedError:
        return None


def real(expression: Expression) -> Value | None:
    """Return the real value of an expression without variables, or None."""
    value = constant(expression)
    if value is None or abs(_CONTEXT.im(value)) > _AGREE * (1 + abs(value)):
        return None
    return _CONTEXT.re(value)


def ratio(left: Expression, right: Expression) -> Value | None:
    """Return left over right where that is the same real number at every point, else None."""
    names = sorted(symbols(left) | symbols(right))
    whole = _counting(left) | _counting(right)
    if not names:
        return None  # any two constants have a ratio
    found = []
    for point in range(_POINTS):
        at = {name: _coordinate(name, place, point, whole) for place, name in enumerate(names)}
        try:
            one, two = _at(left, at, _DIGITS), _at(right, at, _DIGITS)
        except UndefinedError:
            continue
        if abs(two) < _TINY or abs(one) < _TINY:
            continue
        found.append(one / two)
        if len(found) >= _ENOUGH:
            break
    if len(found) < _ENOUGH or any(abs(a - b) > _AGREE * abs(a) for a, b in pairwise(found)):
        return None
    return None if abs(_CONTEXT.im(found[0])) > _AGREE * abs(found[0]) else _CONTEXT.re(found[0])


def _agree(left: Expression, right: Expression, at: Mapping[str, Value], *, real_only: bool) -> bool:
    one, two = _at(left, at, _DIGITS), _at(right, at, _DIGITS)
    if real_only and _is_complex(one) and _is_complex(two):
        raise UndefinedError  # neither has a real value here, and neither speaks of complex ones
    if _close(one, two):
        return True
    if max(abs(one), abs(two)) > 1 and min(abs(one), abs(two)) > _TINY:
        return False
    # One side may be a zero that rounding blurred: with more digits it shrinks, and a true difference stays.
    more_one, more_two = _at(left, at, _MORE_DIGITS), _at(right, at, _MORE_DIGITS)
    if _close(more_one, more_two):
        return True
    before, after = abs(one - two), abs(more_one - more_two)
    return bool(after < before * _AGREE)


def _close(one: Value, two: Value) -> bool:
    return bool(abs(one - two) <= _AGREE * max(abs(one), abs(two)))


def _coordinate(name: str, place: int, point: int, whole: frozenset[str]) -> Value:
    """Return the value of a variable at a point; different variables never share one."""
    if name in whole:
        return _CONTEXT.mpf(_WHOLE[(point + 3 * place) % len(_WHOLE)])
    shift = _CONTEXT.mpf(crc32(name.encode()) % 1_000) / 9_973
    return _CONTEXT.mpf(_REAL[(point + 3 * place) % len(_REAL)]) + shift


def _holds_imaginary(expression: Expression) -> bool:
    return expression == Constant("i") or any(_holds_imaginary(child) for child in children(expression))


def _rounds(expression: Expression) -> bool:
    return (isinstance(expression, Call) and expression.name in _ROUNDING) or any(map(_rounds, children(expression)))


def _rounded(expression: Expression) -> frozenset[str]:
    """Return the variables under a floor or a ceiling: where both sides have one, they count."""
    if isinstance(expression, Call) and expression.name in _ROUNDING:
        return symbols(expression)
    return frozenset().union(*(_rounded(child) for child in children(expression)))


def _counting(expression: Expression) -> frozenset[str]:
    """Return the variables that must be whole numbers for the expression to make sense."""
    if isinstance(expression, Call) and expression.name in {"factorial", "binomial", "sum", "prod", "mod", "gcd"}:
        found = frozenset().union(*(symbols(argument) for argument in expression.arguments))
        bound = symbols(expression.arguments[0]) if expression.name in {"sum", "prod"} else frozenset()
        return found - bound
    if isinstance(expression, Power) and isinstance(expression.base, Number) and expression.base.value < 0:
        return symbols(expression.exponent)
    return frozenset().union(*(_counting(child) for child in children(expression)))


def _at(expression: Expression, at: Mapping[str, Value], digits: int) -> Value:
    """Return the value at a point.

    Raises:
        UndefinedError: there is none.
    """
    before = _CONTEXT.dps
    _CONTEXT.dps = digits
    try:
        value = _Evaluation(at).value(expression)
    except (
        TypeError,
        ZeroDivisionError,
        ValueError,
        OverflowError,
        NotImplementedError,
        mpmath.libmp.NoConvergence,
    ) as error:
        raise UndefinedError from error
    finally:
        _CONTEXT.dps = before
    if not _CONTEXT.isfinite(value):
        raise UndefinedError
    return value


class _Evaluation:
    """One expression at one point; counts its steps."""

    def __init__(self, at: Mapping[str, Value]) -> None:
        self._at = dict(at)
        self._steps = 0

    def value(self, expression: Expression) -> Value:
        self._steps += 1
        if self._steps > _MAX_STEPS * 3:
            raise UndefinedError
        match expression:
            case Number(value):
                return _CONTEXT.mpf(value.numerator) / value.denominator
            case Symbol(name):
                if name not in self._at:
                    raise UndefinedError
                return self._at[name]
            case Constant(name):
                return _constant(name)
            case Sum(terms):
                return _CONTEXT.fsum(self.value(term) for term in terms)
            case Product(factors):
                return _CONTEXT.fprod(self.value(factor) for factor in factors)
            case Power(base, exponent):
                return self._power(base, exponent)
            case Call(name, arguments):
                return self._call(name, arguments)
        raise UndefinedError

    def _power(self, base: Expression, exponent: Expression) -> Value:
        low, high = self.value(base), self.value(exponent)
        if low == 0:
            if _CONTEXT.re(high) <= 0:
                raise UndefinedError
            return _CONTEXT.mpf(0)
        if abs(high) * (1 + abs(_CONTEXT.ln(abs(low)))) > _MAX_LOG:
            raise UndefinedError
        if isinstance(exponent, Number) and exponent.value.denominator % 2 and not _is_complex(low) and low < 0:
            root = _CONTEXT.power(-low, high)
            return -root if exponent.value.numerator % 2 else root
        return _CONTEXT.power(low, high)

    def _call(self, name: str, arguments: tuple[Expression, ...]) -> Value:
        if name in {"sum", "prod"}:
            return self._big(name, arguments)
        values = [self.value(argument) for argument in arguments]
        if name.startswith("f:"):
            return _unknown(name, values)
        function = _FUNCTIONS.get(name)
        if function is None or any(abs(value) > _CONTEXT.mpf(10) ** 400 for value in values):
            raise UndefinedError
        return function(*values)

    def _big(self, name: str, arguments: tuple[Expression, ...]) -> Value:
        variable, low, high, term = arguments
        if not isinstance(variable, Symbol):
            raise UndefinedError
        start, end = self.value(low), self.value(high)
        if not (_CONTEXT.isint(start) and _CONTEXT.isint(end)) or not -1 <= end - start < _MAX_STEPS:
            raise UndefinedError
        outer = self._at.get(variable.name)
        values = []
        for index in range(int(start), int(end) + 1):
            self._at[variable.name] = _CONTEXT.mpf(index)
            values.append(self.value(term))
        if outer is None:
            self._at.pop(variable.name, None)
        else:
            self._at[variable.name] = outer
        return _CONTEXT.fsum(values) if name == "sum" else _CONTEXT.fprod(values)


def _is_complex(value: Value) -> bool:
    return bool(_CONTEXT.im(value) != 0)


@cache
def _constant_at(name: str, digits: int) -> Value:
    del digits
    return {"pi": +_CONTEXT.pi, "e": +_CONTEXT.e, "i": _CONTEXT.mpc(0, 1)}[name]


def _constant(name: str) -> Value:
    if name == "infinity":
        raise UndefinedError
    return _constant_at(name, _CONTEXT.dps)


def _unknown(name: str, values: list[Value]) -> Value:
    """Return the value of a function that nothing is known of: the same for the same arguments."""
    seed = _CONTEXT.mpf(crc32(name.encode()) % 10_007) / 1_009
    return _CONTEXT.sin(seed + sum((place + 2) * value * seed for place, value in enumerate(values)))


def _root(radicand: Value, index: Value) -> Value:
    if _CONTEXT.isint(index) and int(index) % 2 and not _is_complex(radicand) and radicand < 0:
        return -_CONTEXT.power(-radicand, 1 / index)
    return _CONTEXT.power(radicand, 1 / index)


def _log(argument: Value, base: Value | None = None) -> Value:
    return _CONTEXT.ln(argument) if base is None else _CONTEXT.ln(argument) / _CONTEXT.ln(base)


def _whole(value: Value) -> int:
    if not _CONTEXT.isint(value):
        raise UndefinedError
    return int(value)


def _moderate(value: Value) -> Value:
    """Return a real value that the gamma function is quickly calculated for."""
    if _is_complex(value) or abs(value) > _MAX_FACTORIAL:
        raise UndefinedError
    return _CONTEXT.re(value)


def _real_only(value: Value) -> Value:
    if _is_complex(value):
        raise UndefinedError
    return _CONTEXT.re(value)


_FUNCTIONS = {
    "sin": _CONTEXT.sin,
    "cos": _CONTEXT.cos,
    "tan": _CONTEXT.tan,
    "cot": _CONTEXT.cot,
    "sec": _CONTEXT.sec,
    "csc": _CONTEXT.csc,
    "arcsin": _CONTEXT.asin,
    "arccos": _CONTEXT.acos,
    "arctan": _CONTEXT.atan,
    "arccot": _CONTEXT.acot,
    "sinh": _CONTEXT.sinh,
    "cosh": _CONTEXT.cosh,
    "tanh": _CONTEXT.tanh,
    "coth": _CONTEXT.coth,
    "ln": _log,
    "log": _log,
    "exp": _CONTEXT.exp,
    "abs": _CONTEXT.fabs,
    "root": _root,
    "factorial": lambda value: _CONTEXT.factorial(_moderate(value)),
    "double_factorial": lambda value: _CONTEXT.fac2(_moderate(value)),
    "binomial": lambda total, chosen: _CONTEXT.binomial(_moderate(total), _moderate(chosen)),
    "floor": lambda value: _CONTEXT.floor(_real_only(value)),
    "ceil": lambda value: _CONTEXT.ceil(_real_only(value)),
    "max": lambda *values: max(_real_only(value) for value in values),
    "min": lambda *values: min(_real_only(value) for value in values),
    "sgn": lambda value: _CONTEXT.sign(_real_only(value)),
    "mod": lambda whole, modulus: _CONTEXT.mpf(_whole(whole) % _whole(modulus)),
    "gcd": lambda *values: _CONTEXT.mpf(gcd(*(_whole(value) for value in values))),
    "lcm": lambda *values: _CONTEXT.mpf(lcm(*(_whole(value) for value in values))),
    "degree": lambda angle: angle * _CONTEXT.pi / 180,
    "percent": lambda share: share / 100,
}


def between(value: Value, low: Fraction, high: Fraction) -> bool:
    """Return whether a real number lies within two bounds."""
    return bool(low.numerator <= value * low.denominator and value * high.denominator <= high.numerator)
