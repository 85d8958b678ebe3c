r"""Reads expressions: sums, products, powers, functions, fractions, roots.

The grammar is the one that mathematicians write, with its ambiguities decided as they would be: `\sin 2x` is the sine
of `2x`, `2\frac{1}{2}` a mixed number, `x^10` a tenth power, `f(x)` an application and `x(y + 1)` a product.
"""

from fractions import Fraction

from typing_extensions import override

from rewards.math.forms import (
    MINUS_ONE,
    Based,
    Call,
    Expression,
    Form,
    Matrix,
    Number,
    Power,
    Product,
    Quantity,
    Sum,
    negative,
    quotient,
)
from rewards.math.lexer import Kind, UnreadableError
from rewards.math.operands import NAMED_CONSTANTS, OPERANDS, Operands, product_of, value

_MAX_ENTRIES = 16
_MAX_POSTFIX = 12
"""Exponents and signs behind one operand."""
_SIZE = 2_000
"""How many terms or factors one expression may have on a level."""


class Arithmetic(Operands):
    """The part of the parser that reads expressions."""

    @override
    def expression(self) -> Form:
        r"""Read terms with `+`, `-` and `\pm` between them."""
        self.enter()
        terms = [self._signed()]
        while self.at("+", "-", r"\pm", r"\mp") and len(terms) < _SIZE:
            sign = self.take().text
            terms.append(_with_sign(sign, self._signed()))
        form = terms[0] if len(terms) == 1 else Sum(tuple(value(term) for term in terms))
        if self.accept(r"\over"):
            form = quotient(value(form), value(self.expression()))
        self.leave()
        return form

    @override
    def group(self) -> Expression:
        """Read a group in braces, or the one token that stands for it."""
        self.enter()
        if self.at("-", "+"):
            group = value(_with_sign(self.take().text, self.group()))
        elif self.at_kind(Kind.NUMBER):
            group = self.number()
        else:
            group = value(self.primary())
        self.leave()
        return group

    def _signed(self) -> Form:
        signs: list[str] = []
        while self.at("+", "-", r"\pm", r"\mp") and len(signs) < _SIZE:
            signs.append(self.take().text)
        term = self.product()
        for sign in reversed(signs):
            term = _with_sign(sign, term)
        return term

    @override
    def product(self) -> Form:
        """Read factors, multiplied or divided, with or without a sign between them."""
        first = self.power()
        factors: list[Expression] = []
        while len(factors) < _SIZE:
            if self._at_times():
                factor = self.signed_factor()
                if isinstance(first, Matrix) or isinstance(factor, Matrix):
                    first = _scaled(first, factor)
                    continue
                factors.append(value(factor))
            elif self.accept("/", r"\div") or (self._round_brackets and self.accept(":")):
                first, factors = _divided([value(first), *factors], value(self.signed_factor()))
            elif self.accept(r"\bmod", r"\mod"):
                whole = product_of([value(first), *factors])
                first, factors = Call("mod", (whole, value(self.signed_factor()))), []
            elif self.at_factor():
                if self.at_kind(Kind.NUMBER) and isinstance(factors[-1] if factors else first, Number):
                    break  # two numbers side by side are no product
                factor = self.power()
                if isinstance(first, Matrix) or isinstance(factor, Matrix):
                    first = _scaled(first, factor)
                    continue
                factors.append(value(factor))
            else:
                break
        return product_of([value(first), *factors]) if factors else first

    def _at_times(self) -> bool:
        """Step over a sign of multiplication, if there is one that is no power."""
        if self.at("*") and self.next_is("*"):
            return False
        return self.accept("*", r"\times", r"\cdot")

    @override
    def signed_factor(self) -> Form:
        if self.at("-", "+", r"\pm"):
            return _with_sign(self.take().text, self.power())
        return self.power()

    @override
    def at_factor(self) -> bool:
        """Return whether what comes can be multiplied without a sign."""
        token = self.peek()
        if token is None:
            return False
        if token.kind is Kind.LETTER:
            return not token.upright or not token.spaced or token.text in NAMED_CONSTANTS
        if token.kind in {Kind.FUNCTION, Kind.NUMBER}:
            return True
        if token.kind is Kind.COMMAND:
            return token.text in OPERANDS
        return token.text in {"(", "{"} or (token.text == "[" and not token.spaced)

    @override
    def power(self) -> Form:
        """Read a primary with what stands behind it: exponents, `!`, `'`, `%`, degrees."""
        base = self.primary()
        for _ in range(_MAX_POSTFIX):
            if self.at("^") or (self.at("*") and self.next_is("*")):
                base = self._raised(base)
            elif self.accept("!"):
                base = Call("double_factorial" if self.accept("!") else "factorial", (value(base),))
            elif self.accept("%"):
                base = Call("percent", (value(base),))
            elif self.at("_") and isinstance(base, Number):
                self.take()
                return _based(base, self.group())
            else:
                break
        return base

    def _raised(self, base: Form) -> Form:
        if self.take().text == "*":
            self.take()
        if self._accept_degree():
            return Call("degree", (value(base),))
        if self.at("'") or (self.at("{") and self.next_is(r"\prime")):
            raise UnreadableError("The answer has a derivative.")
        if isinstance(base, Matrix) and self._accept_transpose():
            return Matrix(tuple(zip(*base.rows, strict=True)))
        exponent = self.group()
        if self.at("^") or (self.at("*") and self.next_is("*")):
            self.enter()
            exponent = value(self._raised(exponent))
            self.leave()
        if isinstance(base, Quantity):
            raise UnreadableError("A unit is raised to a power.")
        return Power(value(base), exponent)

    def _accept_degree(self) -> bool:
        if self.accept(r"\circ"):
            return True
        if self.at("{") and self.next_is(r"\circ"):
            self.take()
            self.take()
            self.expect("}")
            return True
        return False

    def _accept_transpose(self) -> bool:
        """Step over the `T` or `{T}` of a transpose, if there is one; say whether there was."""
        braced = self.at("{")
        token = self.peek(1 if braced else 0)
        if token is None or token.text not in {"T", "t", r"\top"}:
            return False
        self._place += 3 if braced else 1
        return True


def _with_sign(sign: str, term: Form) -> Form:
    if sign == "+":
        return term
    if sign == "-":
        return _scaled(term, Number(Fraction(-1))) if isinstance(term, Matrix) else negative(value(term))
    return Call("±" if sign == r"\pm" else "∓", (value(term),))


def _scaled(left: Form, right: Form) -> Form:
    """Return a matrix times a number or another matrix.

    Raises:
        UnreadableError: two matrices do not fit, or are too large.
    """
    if isinstance(left, Matrix) and isinstance(right, Matrix):
        return _multiplied(left, right)
    matrix, factor = (left, right) if isinstance(left, Matrix) else (right, left)
    if not isinstance(matrix, Matrix):
        raise UnreadableError("A list, a set or a word is multiplied.")
    scale = value(factor)
    return Matrix(tuple(tuple(Product((scale, entry)) for entry in row) for row in matrix.rows))


def _multiplied(left: Matrix, right: Matrix) -> Matrix:
    columns = list(zip(*right.rows, strict=True))
    if len(left.rows[0]) != len(right.rows) or len(left.rows) * len(columns) > _MAX_ENTRIES:
        raise UnreadableError("Two matrices are multiplied that do not fit, or are too large.")
    rows = (
        tuple(Sum(tuple(Product(pair) for pair in zip(row, column, strict=True))) for column in columns)
        for row in left.rows
    )
    return Matrix(tuple(rows))


def _divided(factors: list[Expression], divisor: Expression) -> tuple[Expression, list[Expression]]:
    """Return the first factor and the others of a product, its last factor divided."""
    if isinstance(factors[-1], Number) and isinstance(divisor, Number):
        factors[-1] = quotient(factors[-1], divisor)
    else:
        factors.append(Power(divisor, MINUS_ONE))
    return factors[0], factors[1:]


def _based(number: Number, base: Expression) -> Form:
    """Return the digits of a number in the base that its subscript names.

    Raises:
        UnreadableError: the subscript is no base.
    """
    if not isinstance(base, Number) or base.value.denominator != 1 or not 2 <= base.value <= 36:  # noqa: PLR2004
        raise UnreadableError("The subscript of a number is no base.")
    if number.value.denominator != 1:
        raise UnreadableError("A number in a base has a point.")
    return Based(str(number.value.numerator), int(base.value))
