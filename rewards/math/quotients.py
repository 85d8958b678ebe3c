"""Quotients of polynomials whose monomials may have rational exponents: the normal form of the exact algebra."""

from fractions import Fraction
from math import gcd, lcm

from typing_extensions import override

Atom = object
"""Hashable and, by its `repr`, sortable: a prime, a name, or a tuple that says what it stands for."""
Monomial = tuple[tuple[Atom, Fraction], ...]
Polynomial = dict[Monomial, Fraction]

_MAX_TERMS = 250
_MAX_PRODUCTS = 2_500
_MAX_EXPONENT = 64
_MAX_POWER = 10_000
_MAX_BITS = 80_000
_LARGEST_PRIME = 2_000
UNIT: Monomial = ()
PI = ("pi",)
EULER = ("e",)
IMAGINARY = ("i",)
_INDEPENDENT = {PI, EULER, IMAGINARY}


class OpenError(Exception):
    """This tier cannot say."""


class Quotient:
    """A quotient of two polynomials; the denominator is not zero."""

    __slots__ = ("bottom", "top")

    def __init__(self, top: Polynomial, bottom: Polynomial | None = None) -> None:
        self.top = top
        self.bottom = bottom or {UNIT: Fraction(1)}
        if not is_simple(self.bottom):
            return
        if self.bottom != {UNIT: Fraction(1)}:
            ((monomial, coefficient),) = self.bottom.items()
            self.top = multiply(top, {tuple((atom, -power) for atom, power in monomial): 1 / coefficient})
            self.bottom = {UNIT: Fraction(1)}

    def times(self, other: "Quotient") -> "Quotient":
        """Return the product."""
        return Quotient(multiply(self.top, other.top), multiply(self.bottom, other.bottom))

    def plus(self, other: "Quotient") -> "Quotient":
        """Return the sum."""
        if self.bottom == other.bottom:
            return Quotient(add(self.top, other.top), self.bottom)
        top = add(multiply(self.top, other.bottom), multiply(other.top, self.bottom))
        return Quotient(top, multiply(self.bottom, other.bottom))

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
        if self.bottom != {UNIT: Fraction(1)} or not self.top.keys() <= {UNIT}:
            return None
        return self.top.get(UNIT, Fraction(0))

    def key(self) -> tuple[object, ...]:
        """Return a value that equal forms share."""
        lead = self.bottom[min(self.bottom, key=repr)]
        parts = ({monomial: c / lead for monomial, c in part.items()} for part in (self.top, self.bottom))
        return tuple(tuple(sorted(part.items(), key=repr)) for part in parts)


def constant(value: Fraction) -> Quotient:
    """Return a rational number."""
    return Quotient({UNIT: value} if value else {})


def atom_of(atom: Atom, power: Fraction = Fraction(1)) -> Quotient:
    """Return an atom to a power."""
    return Quotient(_fold({atom: power}, Fraction(1)))


def is_simple(polynomial: Polynomial) -> bool:
    """Return whether a polynomial is one monomial."""
    return len(polynomial) == 1


def add(left: Polynomial, right: Polynomial) -> Polynomial:
    """Return the sum of two polynomials."""
    total = dict(left)
    for monomial, coefficient in right.items():
        value = total.get(monomial, 0) + coefficient
        if value:
            total[monomial] = Fraction(value)
        else:
            total.pop(monomial, None)
    return total


def multiply(left: Polynomial, right: Polynomial) -> Polynomial:
    """Return the product of two polynomials.

    Raises:
        OpenError: it would be too large.
    """
    if len(left) * len(right) > _MAX_PRODUCTS:
        raise OpenError
    total: Polynomial = {}
    for one, a in left.items():
        for two, b in right.items():
            powers = dict(one)
            for atom, power in two:
                powers[atom] = powers.get(atom, Fraction(0)) + power
            total = add(total, _fold(powers, a * b)) if powers else add(total, {UNIT: a * b})
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
        elif atom == IMAGINARY and not rest:
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
        if not is_simple(factor.bottom):
            raise OpenError
        monomial = multiply(monomial, factor.top)
    return monomial


def _sine_squared(atom: tuple[object, ...]) -> Quotient:
    cosine = atom_of(("cos", *atom[1:]), Fraction(2))
    return constant(Fraction(1)).plus(constant(Fraction(-1)).times(cosine))


def power_of(base: Quotient, exponent: Quotient) -> Quotient:
    """Return a base to an exponent.

    Raises:
        OpenError: there is no such form, or it would be too large.
        ZeroDivisionError: zero is raised to a negative power.
    """
    number = exponent.number()
    if number is None:
        return _exponential(base, exponent)
    if number.denominator == 1:
        return _whole_power(base, number.numerator)
    if base.number() == 0:
        return constant(Fraction(0)) if number > 0 else constant(Fraction(1, 0))
    if base.bottom != {UNIT: Fraction(1)}:
        return power_of(Quotient(base.top), exponent).times(power_of(Quotient(base.bottom), exponent).inverse())
    return _root(base.top, number)


def _whole_power(base: Quotient, exponent: int) -> Quotient:
    if exponent < 0:
        return _whole_power(base.inverse(), -exponent)
    rational = base.number()
    if rational is not None:
        bits = max(rational.numerator.bit_length(), rational.denominator.bit_length())
        if bits * exponent > _MAX_BITS and abs(rational) != 1:
            raise OpenError
        return constant(rational**exponent)
    if is_simple(base.top) and is_simple(base.bottom):
        ((monomial, coefficient),) = base.top.items()
        if coefficient not in {1, -1} and exponent > _MAX_BITS:
            raise OpenError
        return Quotient(_fold({atom: power * exponent for atom, power in monomial}, coefficient**exponent))
    if exponent > _MAX_EXPONENT and not (_is_constant(base.top) and _is_constant(base.bottom)):
        raise OpenError
    if exponent > _MAX_POWER:
        raise OpenError
    result = constant(Fraction(1))
    while exponent:  # by squaring
        if exponent % 2:
            result = result.times(base)
        exponent //= 2
        base = base.times(base) if exponent else base
    return result


def _is_constant(polynomial: Polynomial) -> bool:
    """Return whether only roots of primes and `i` occur: a power of such a sum has no more terms than they allow."""
    return all(isinstance(atom, int) or atom == IMAGINARY for monomial in polynomial for atom, _ in monomial)


def _root(base: Polynomial, power: Fraction) -> Quotient:
    """Return a sum of monomials to a power that is not whole."""
    content = _content(base)
    sign = 1
    if content is None:
        raise OpenError
    primitive = {monomial: coefficient / content for monomial, coefficient in base.items()}
    outside = _positive_root(content, power)
    if is_simple(primitive):
        ((monomial, coefficient),) = primitive.items()
        if coefficient < 0:
            if monomial != UNIT or power.denominator != 2:  # noqa: PLR2004
                raise OpenError
            return outside.times(atom_of(IMAGINARY, Fraction(power.numerator)))
        if not monomial:
            return outside
        if len(monomial) == 1 and monomial[0][1] == 1 and isinstance(monomial[0][0], str):
            return outside.times(atom_of(monomial[0][0], power))
        if all((not isinstance(atom, str) and atom in {PI, EULER}) or isinstance(atom, int) for atom, _ in monomial):
            return outside.times(Quotient(_fold({atom: p * power for atom, p in monomial}, Fraction(sign))))
    return outside.times(atom_of(("base", _Base(primitive)), power))


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
        for prime, count in factors_of(number).items():
            powers[prime] = powers.get(prime, Fraction(0)) + sign * count * power
    return Quotient(_fold(powers, Fraction(1)))


def factors_of(number: int) -> dict[int, int]:
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
    if not is_simple(exponent.bottom):
        raise OpenError
    number = base.number()
    bases: dict[Atom, int]
    if number is not None and number > 0 and number.denominator == 1:
        bases = dict[Atom, int](factors_of(number.numerator).items())
    elif number is not None and number > 0:
        return _exponential(constant(Fraction(number.numerator)), exponent).times(
            _exponential(constant(Fraction(number.denominator)), exponent).inverse()
        )
    elif is_simple(base.top) and is_simple(base.bottom) and number is None:
        ((monomial, coefficient),) = base.top.items()
        if coefficient != 1 or len(monomial) != 1 or monomial[0][1] != 1:
            raise OpenError
        bases = {monomial[0][0]: 1}
    else:
        raise OpenError
    result = constant(Fraction(1))
    for atom, count in bases.items():
        for term, coefficient in exponent.top.items():
            if term == UNIT:
                result = result.times(atom_of(atom, coefficient * count))
            else:
                result = result.times(atom_of(("power", atom, term), coefficient * count))
    return result


def is_independent(polynomial: Polynomial) -> bool:
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
