"""Exact algebra: an expression as a quotient of sums of monomials, in which equal means equal.

A monomial is a product of atoms with rational exponents. Atoms are variables, pi, e, i, primes under a root (a prime's
exponent is kept in [0, 1), so `sqrt(12)` is `2 * 3^(1/2)`), exponentials, and whatever else is opaque here, such as
`sin(x)`. Where two expressions have the same form they are equal. Where the forms differ they are different only if
every atom is independent of the others; else this tier leaves it open.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import comb, factorial, gcd, lcm

from typing_extensions import override

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

Atom = object
"""Hashable and, by its `repr`, sortable: a prime, a name, or a tuple that says what it stands for."""
Monomial = tuple[tuple[Atom, Fraction], ...]
Polynomial = dict[Monomial, Fraction]

_MAX_TERMS = 250
_MAX_PRODUCTS = 2_500
_MAX_EXPONENT = 64
_MAX_BITS = 40_000
_MAX_FACTORIAL = 1_000
_SMALL_SHIFT = 12
_LARGEST_PRIME = 2_000
_UNIT: Monomial = ()
_PI = ("pi",)
_E = ("e",)
_I = ("i",)
_INDEPENDENT = {_PI, _E, _I}


class OpenError(Exception):
    """This tier cannot say."""


class Quotient:
    """A quotient of two polynomials; the denominator is not zero."""

    __slots__ = ("bottom", "top")

    def __init__(self, top: Polynomial, bottom: Polynomial | None = None) -> None:
        self.top = top
        self.bottom = bottom or {_UNIT: Fraction(1)}
        if not _is_simple(self.bottom):
            return
        if self.bottom != {_UNIT: Fraction(1)}:
            ((monomial, coefficient),) = self.bottom.items()
            self.top = _multiply(top, {tuple((atom, -power) for atom, power in monomial): 1 / coefficient})
            self.bottom = {_UNIT: Fraction(1)}

    def times(self, other: "Quotient") -> "Quotient":
        """Return the product."""
        return Quotient(_multiply(self.top, other.top), _multiply(self.bottom, other.bottom))

    def plus(self, other: "Quotient") -> "Quotient":
        """Return the sum."""
        if self.bottom == other.bottom:
            return Quotient(_add(self.top, other.top), self.bottom)
        top = _add(_multiply(self.top, other.bottom), _multiply(other.top, self.bottom))
        return Quotient(top, _multiply(self.bottom, other.bottom))

    def inverse(self) -> "Quotient":
        """Return one over this.

        Raises:
            OpenError: this is zero.
        """
        if not self.top:
            raise OpenError
        return Quotient(self.bottom, self.top)

    def number(self) -> Fraction | None:
        """Return the rational number that this is, or None."""
        if self.bottom != {_UNIT: Fraction(1)} or not self.top.keys() <= {_UNIT}:
            return None
        return self.top.get(_UNIT, Fraction(0))

    def key(self) -> tuple[object, ...]:
        """Return a value that equal forms share."""
        lead = self.bottom[min(self.bottom, key=repr)]
        parts = ({monomial: c / lead for monomial, c in part.items()} for part in (self.top, self.bottom))
        return tuple(tuple(sorted(part.items(), key=repr)) for part in parts)


def equal(left: Expression, right: Expression) -> bool | None:
    """Return whether two expressions are equal for all values of their variables; None where this tier cannot say."""
    one, two = _normal(left), _normal(right)
    if one is None or two is None:
        return None
    try:
        difference = _add(_multiply(one.top, two.bottom), {m: -c for m, c in _multiply(two.top, one.bottom).items()})
    except OpenError:
        return None
    if not difference:
        return True
    parts = (one.top, one.bottom, two.top, two.bottom)
    return False if all(_is_independent(part) for part in parts) else None


@lru_cache(maxsize=20_000)
def _normal(expression: Expression) -> Quotient | None:
    try:
        return normal(expression)
    except (OpenError, ZeroDivisionError):
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
            return _constant(value)
        case Symbol(name):
            return _atom(name)
        case Constant("pi" | "e" | "i" as name):
            return _atom((name,))
        case Sum(terms):
            total = _constant(Fraction(0))
            for term in terms:
                total = total.plus(normal(term))
            return total
        case Product(factors):
            product = _constant(Fraction(1))
            for factor in factors:
                product = product.times(normal(factor))
            return product
        case Power(base, exponent):
            return _power(normal(base), normal(exponent))
        case Call(name, arguments):
            return _call(name, arguments)
    raise OpenError


def _constant(value: Fraction) -> Quotient:
    return Quotient({_UNIT: value} if value else {})


def _atom(atom: Atom, power: Fraction = Fraction(1)) -> Quotient:
    return Quotient(_fold({atom: power}, Fraction(1)))


def _is_simple(polynomial: Polynomial) -> bool:
    return len(polynomial) == 1


def _add(left: Polynomial, right: Polynomial) -> Polynomial:
    total = dict(left)
    for monomial, coefficient in right.items():
        value = total.get(monomial, 0) + coefficient
        if value:
            total[monomial] = Fraction(value)
        else:
            total.pop(monomial, None)
    return total


def _multiply(left: Polynomial, right: Polynomial) -> Polynomial:
    if len(left) * len(right) > _MAX_PRODUCTS:
        raise OpenError
    total: Polynomial = {}
    for one, a in left.items():
        for two, b in right.items():
            powers = dict(one)
            for atom, power in two:
                powers[atom] = powers.get(atom, Fraction(0)) + power
            total = _add(total, _fold(powers, a * b)) if powers else _add(total, {_UNIT: a * b})
    if len(total) > _MAX_TERMS:
        raise OpenError
    return total


def _fold(powers: dict[Atom, Fraction], coefficient: Fraction) -> Polynomial:
    """Return atoms to their powers as a polynomial: whole powers of what can be written out are."""
    kept: list[tuple[Atom, Fraction]] = []
    written_out: list[tuple[Quotient, int]] = []
    for atom, power in powers.items():
        whole, rest = divmod(power, 1)
        if isinstance(atom, int):
            if abs(whole) * atom.bit_length() > _MAX_BITS:
                raise OpenError
            coefficient *= Fraction(atom) ** whole
        elif atom == _I and not rest:
            coefficient *= (1, 1, -1, -1)[whole % 4]
            rest = Fraction(whole % 2)
        elif isinstance(atom, tuple) and atom[0] == "base":
            written_out.append((atom[1], whole))
        elif isinstance(atom, tuple) and atom[0] == "sin" and not rest and whole > 1:
            written_out.append((_sine_squared(atom), whole // 2))
            rest = Fraction(whole % 2)
        else:
            rest = power
        if rest:
            kept.append((atom, rest))
    monomial: Polynomial = {tuple(sorted(kept, key=repr)): coefficient}
    for base, whole in (pair for pair in written_out if pair[1]):
        factor = _whole_power(base, whole)
        if not _is_simple(factor.bottom):
            raise OpenError
        monomial = _multiply(monomial, factor.top)
    return monomial


def _sine_squared(atom: tuple[object, ...]) -> Quotient:
    cosine = _atom(("cos", *atom[1:]), Fraction(2))
    return _constant(Fraction(1)).plus(_constant(Fraction(-1)).times(cosine))


def _power(base: Quotient, exponent: Quotient) -> Quotient:
    number = exponent.number()
    if number is None:
        return _exponential(base, exponent)
    if number.denominator == 1:
        return _whole_power(base, number.numerator)
    if base.number() == 0:
        return _constant(Fraction(0)) if number > 0 else _constant(Fraction(1, 0))
    if base.bottom != {_UNIT: Fraction(1)}:
        return _power(Quotient(base.top), exponent).times(_power(Quotient(base.bottom), exponent).inverse())
    return _root(base.top, number)


def _whole_power(base: Quotient, exponent: int) -> Quotient:
    if exponent < 0:
        return _whole_power(base.inverse(), -exponent)
    constant = base.number()
    if constant is not None:
        bits = max(constant.numerator.bit_length(), constant.denominator.bit_length())
        if bits * exponent > _MAX_BITS and abs(constant) != 1:
            raise OpenError
        return _constant(constant**exponent)
    if _is_simple(base.top) and _is_simple(base.bottom):
        ((monomial, coefficient),) = base.top.items()
        if coefficient not in {1, -1} and exponent > _MAX_BITS:
            raise OpenError
        return Quotient(_fold({atom: power * exponent for atom, power in monomial}, coefficient**exponent))
    if exponent > _MAX_EXPONENT:
        raise OpenError
    result = _constant(Fraction(1))
    while exponent:  # by squaring
        if exponent % 2:
            result = result.times(base)
        exponent //= 2
        base = base.times(base) if exponent else base
    return result


def _root(base: Polynomial, power: Fraction) -> Quotient:
    """Return a sum of monomials to a power that is not whole."""
    content = _content(base)
    sign = 1
    if content is None:
        raise OpenError
    primitive = {monomial: coefficient / content for monomial, coefficient in base.items()}
    outside = _positive_root(content, power)
    if _is_simple(primitive):
        ((monomial, coefficient),) = primitive.items()
        if coefficient < 0:
            if monomial != _UNIT or power.denominator != 2:  # noqa: PLR2004
                raise OpenError
            return outside.times(_atom(_I, Fraction(power.numerator)))
        if not monomial:
            return outside
        if len(monomial) == 1 and monomial[0][1] == 1 and isinstance(monomial[0][0], str):
            return outside.times(_atom(monomial[0][0], power))
        if all((not isinstance(atom, str) and atom in {_PI, _E}) or isinstance(atom, int) for atom, _ in monomial):
            return outside.times(Quotient(_fold({atom: p * power for atom, p in monomial}, Fraction(sign))))
    return outside.times(_atom(("base", _Base(primitive)), power))


class _Base(Quotient):
    """What stands under a root, comparable by its form."""

    __slots__ = ("_key",)

    def __init__(self, top: Polynomial) -> None:
        super().__init__(top)
        self._key = self.key()

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Base) and self._key == other._key

    @override
    def __hash__(self) -> int:
        return hash(self._key)

    @override
    def __repr__(self) -> str:
        return repr(self._key)


def _content(polynomial: Polynomial) -> Fraction | None:
    """Return the positive number that divides all coefficients and leaves none in common."""
    if not polynomial:
        return None
    tops = gcd(*(coefficient.numerator for coefficient in polynomial.values()))
    bottoms = lcm(*(coefficient.denominator for coefficient in polynomial.values()))
    return Fraction(tops, bottoms)


def _positive_root(value: Fraction, power: Fraction) -> Quotient:
    powers: dict[Atom, Fraction] = {}
    for number, sign in ((value.numerator, 1), (value.denominator, -1)):
        for prime, count in _factors(number).items():
            powers[prime] = powers.get(prime, Fraction(0)) + sign * count * power
    return Quotient(_fold(powers, Fraction(1)))


def _factors(number: int) -> dict[int, int]:
    """Return the prime factors of a number; what is left of a large one counts as a prime."""
    if number.bit_length() > _MAX_BITS:
        raise OpenError
    found: dict[int, int] = {}
    prime = 2
    while prime * prime <= number and prime < _LARGEST_PRIME:
        while number % prime == 0:
            found[prime] = found.get(prime, 0) + 1
            number //= prime
        prime += 1 + (prime > 2)  # noqa: PLR2004
    if number > 1:
        found[number] = found.get(number, 0) + 1
    return found


def _exponential(base: Quotient, exponent: Quotient) -> Quotient:
    """Return a base to an exponent that holds variables: `2^(n+1)` is `2 * 2^n`."""
    if not _is_simple(exponent.bottom):
        raise OpenError
    number = base.number()
    bases: dict[Atom, int]
    if number is not None and number > 0 and number.denominator == 1:
        bases = dict[Atom, int](_factors(number.numerator).items())
    elif number is not None and number > 0:
        return _exponential(_constant(Fraction(number.numerator)), exponent).times(
            _exponential(_constant(Fraction(number.denominator)), exponent).inverse()
        )
    elif _is_simple(base.top) and _is_simple(base.bottom) and number is None:
        ((monomial, coefficient),) = base.top.items()
        if coefficient != 1 or len(monomial) != 1 or monomial[0][1] != 1:
            raise OpenError
        bases = {monomial[0][0]: 1}
    else:
        raise OpenError
    result = _constant(Fraction(1))
    for atom, count in bases.items():
        for term, coefficient in exponent.top.items():
            if term == _UNIT:
                result = result.times(_atom(atom, coefficient * count))
            else:
                result = result.times(_atom(("power", atom, term), coefficient * count))
    return result


def _call(name: str, arguments: tuple[Expression, ...]) -> Quotient:
    reader = _CALLS.get(name)
    normals = [normal(argument) for argument in arguments]
    if reader is not None:
        return reader(*normals)
    if name in {"sum", "prod", "mod", "±", "∓"}:
        raise OpenError
    return _atom((name, *(argument.key() for argument in normals)))


def _degree(angle: Quotient) -> Quotient:
    return angle.times(_atom(_PI)).times(_constant(Fraction(1, 180)))


def _percent(share: Quotient) -> Quotient:
    return share.times(_constant(Fraction(1, 100)))


def _nth_root(radicand: Quotient, index: Quotient) -> Quotient:
    degree, number = index.number(), radicand.number()
    if degree is None or degree == 0:
        raise OpenError
    if number is not None and number < 0 and degree.denominator == 1 and degree.numerator % 2:
        return _constant(Fraction(-1)).times(_nth_root(_constant(-number), index))
    return _power(radicand, _constant(1 / degree))


def _factorial(argument: Quotient) -> Quotient:
    number = argument.number()
    if number is not None:
        if number.denominator != 1 or not 0 <= number <= _MAX_FACTORIAL:
            raise OpenError
        return _constant(Fraction(factorial(number.numerator)))
    shift = argument.top.get(_UNIT, Fraction(0)) if _is_simple(argument.bottom) else Fraction(0)
    if shift.denominator != 1 or abs(shift) > _SMALL_SHIFT:
        raise OpenError
    base = argument.plus(_constant(-shift))
    result = _atom(("factorial", base.key()))
    for step in range(1, abs(shift.numerator) + 1):
        factor = base.plus(_constant(Fraction(step if shift > 0 else 1 - step)))
        result = result.times(factor if shift > 0 else factor.inverse())
    return result


def _binomial(total: Quotient, chosen: Quotient) -> Quotient:
    n, k = total.number(), chosen.number()
    if n is not None and k is not None:
        if n.denominator != 1 or k.denominator != 1 or not 0 <= k <= n <= _MAX_FACTORIAL:
            raise OpenError
        return _constant(Fraction(comb(n.numerator, k.numerator)))
    rest = total.plus(_constant(Fraction(-1)).times(chosen)).number()
    if k is None and rest is not None:
        k = rest
    if k is None or k.denominator != 1 or not 0 <= k <= _SMALL_SHIFT:
        raise OpenError
    result = _constant(Fraction(1, factorial(k.numerator)))
    for step in range(k.numerator):
        result = result.times(total.plus(_constant(Fraction(-step))))
    return result


def _absolute(argument: Quotient) -> Quotient:
    number = argument.number()
    if number is not None:
        return _constant(abs(number))
    return _atom(("abs", argument.key()))


def _floor(argument: Quotient) -> Quotient:
    number = argument.number()
    if number is None:
        return _atom(("floor", argument.key()))
    return _constant(Fraction(number.numerator // number.denominator))


def _ceiling(argument: Quotient) -> Quotient:
    number = argument.number()
    if number is None:
        return _atom(("ceil", argument.key()))
    return _constant(Fraction(-(-number.numerator // number.denominator)))


def _logarithm(argument: Quotient, base: Quotient | None = None) -> Quotient:
    """Return a logarithm as a sum of logarithms of primes."""
    if base is not None:
        return _logarithm(argument).times(_logarithm(base).inverse())
    number = argument.number()
    if number is None or number <= 0:
        if argument.key() == _atom(_E).key():
            return _constant(Fraction(1))
        return _atom(("ln", argument.key()))
    result = _constant(Fraction(0))
    for part, sign in ((number.numerator, 1), (number.denominator, -1)):
        for prime, count in _factors(part).items():
            result = result.plus(_atom(("ln", prime)).times(_constant(Fraction(sign * count))))
    return result


def _exp(argument: Quotient) -> Quotient:
    return _power(_atom(_E), argument)


def _tangent(argument: Quotient) -> Quotient:
    return _atom(("sin", argument.key())).times(_atom(("cos", argument.key())).inverse())


def _cotangent(argument: Quotient) -> Quotient:
    return _tangent(argument).inverse()


def _secant(argument: Quotient) -> Quotient:
    return _atom(("cos", argument.key())).inverse()


def _cosecant(argument: Quotient) -> Quotient:
    return _atom(("sin", argument.key())).inverse()


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


def _is_independent(polynomial: Polynomial) -> bool:
    """Return whether no relation holds between the atoms but those that the form has used up.

    Roots of distinct primes are linearly independent over the rationals, and variables, pi and e are independent of
    everything (that pi and e are of each other is believed, not proven).
    """
    return all(
        (isinstance(atom, int) and atom < _LARGEST_PRIME**2)
        or ((isinstance(atom, str) or atom in _INDEPENDENT) and power.denominator == 1)
        for monomial in polynomial
        for atom, power in monomial
    )
