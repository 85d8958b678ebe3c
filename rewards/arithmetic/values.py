"""The exact value of a written expression, within bounds that no text can widen."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial

from rewards.arithmetic.tokens import Token

MAX_TOKENS = 200
"""Tokens over which an expression is not read."""
_MAX_DEPTH = 40
_MAX_EXPONENT = 64
_MAX_FACTORIAL = 20
_MAX_BITS = 4_096


class UnreadableError(ValueError):
    """The tokens are no expression, or more of one than is read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How what is ambiguous is read."""

    percent: Fraction
    """What `%` multiplies a number with: a hundredth, or 1 where it is a unit as any other."""
    tight: bool
    r"""Whether what has no sign between it is one number, so that `6/2(3)` is 1 and `2\frac12` is 2.5."""


def value(tokens: Sequence[Token], reading: Reading) -> Fraction:
    """Return the value of an expression.

    Raises:
        UnreadableError: the tokens are no expression, or one that is too large.
        ZeroDivisionError: it divides by zero.
    """
    if len(tokens) > MAX_TOKENS:
        raise UnreadableError
    reader = _Reader(tokens, reading)
    found = reader.total()
    if reader.place < len(tokens):
        raise UnreadableError
    return found


class _Reader:
    """A recursive descent over tokens, one method for each level of precedence."""

    def __init__(self, tokens: Sequence[Token], reading: Reading) -> None:
        self.place = 0
        self._tokens = tokens
        self._reading = reading
        self._depth = 0

    def total(self) -> Fraction:
        found = self._product()
        while (sign := self._sign()) in {"+", "-"}:
            self.place += 1
            term = self._product()
            found = _bounded(found + term if sign == "+" else found - term)
        return found

    def _product(self) -> Fraction:
        found = self._factor()
        while (sign := self._sign()) in {"*", "/"} or self._opens():
            self.place += sign in {"*", "/"}
            factor = self._factor()
            found = _bounded(found / factor if sign == "/" else found * factor)
        return found

    def _factor(self) -> Fraction:
        found = self._signed()
        while self._reading.tight and self._opens():
            is_mixed = self._kind() != "open"
            factor = self._signed()
            found = _bounded(found + factor if is_mixed else found * factor)
        return found

    def _signed(self) -> Fraction:
        negative = False
        while (sign := self._sign()) in {"+", "-"}:
            self.place += 1
            negative ^= sign == "-"
        found = self._power()
        return -found if negative else found

    def _power(self) -> Fraction:
        found = self._single()
        while self._kind() in {"percent", "factorial", "power"}:
            mark = self._tokens[self.place]
            self.place += 1
            if mark.kind == "percent":
                found *= self._reading.percent
            elif mark.kind == "factorial":
                found = _factorial(found)
            else:
                found = _raised(found, Fraction(2 if mark.text == "²" else 3))
        if self._sign() == "^":
            self.place += 1
            exponent = self._signed() if self._sign() == "-" else self._single()
            if self._sign() == "^":
                raise UnreadableError
            return _raised(found, exponent)
        return found

    def _single(self) -> Fraction:
        if self.place >= len(self._tokens):
            raise UnreadableError
        token = self._tokens[self.place]
        self.place += 1
        match token.kind:
            case "number":
                return Fraction(token.text)
            case "short":
                return _short(token.text)
            case "frac":
                over_value = self._group()
                return _bounded(over_value / self._group())
            case "open":
                self.place -= 1
                return self._group()
        raise UnreadableError

    def _group(self) -> Fraction:
        self._depth += 1
        if self._kind() != "open" or self._depth > _MAX_DEPTH:
            raise UnreadableError
        self.place += 1
        found = self.total()
        if self._kind() != "close":
            raise UnreadableError
        self.place += 1
        self._depth -= 1
        return found

    def _opens(self) -> bool:
        return self._kind() in {"open", "frac", "short"}

    def _kind(self) -> str:
        return self._tokens[self.place].kind if self.place < len(self._tokens) else ""

    def _sign(self) -> str:
        return self._tokens[self.place].text if self._kind() == "op" else ""


def _short(text: str) -> Fraction:
    r"""Return the value of `\frac12`, `½` or `2 1/2`."""
    text = unicodedata.normalize("NFKC", text).replace("\N{FRACTION SLASH}", "/")
    whole, _, part = text.rpartition(" ")
    if "/" in part:
        return int(whole or 0) + Fraction(part)
    over, under = [sign for sign in text if sign.isdigit()]
    return Fraction(int(over), int(under))


def _bounded(found: Fraction) -> Fraction:
    if found.numerator.bit_length() + found.denominator.bit_length() > _MAX_BITS:
        raise UnreadableError
    return found


def _raised(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) > _MAX_EXPONENT:
        raise UnreadableError
    if abs(exponent) * (base.numerator.bit_length() + base.denominator.bit_length()) > _MAX_BITS:
        raise UnreadableError
    return base ** int(exponent)


def _factorial(number: Fraction) -> Fraction:
    if number.denominator != 1 or not 0 <= number <= _MAX_FACTORIAL:
        raise UnreadableError
    return Fraction(factorial(int(number)))
