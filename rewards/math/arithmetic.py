r"""Reads expressions: sums, products, powers, functions, fractions, roots.

The grammar is the one that mathematicians write, with its ambiguities decided as they would be: `\sin 2x` is the sine
of `2x`, `2\frac{1}{2}` a mixed number, `x^10` a tenth power, `f(x)` an application and `x(y + 1)` a product.
"""

from fractions import Fraction

from rewards.math.cursor import Cursor
from rewards.math.forms import (
    HALF,
    INFINITY,
    ONE,
    Based,
    Call,
    Constant,
    Expression,
    Form,
    Matrix,
    Number,
    Power,
    Product,
    Quantity,
    Sequence,
    Sum,
    Symbol,
    negative,
    quotient,
)
from rewards.math.lexer import CONNECTIVES, Kind, Token, UnreadableError

_INVERSES = {"sin": "arcsin", "cos": "arccos", "tan": "arctan", "cot": "arccot"}
_SPELLINGS = {"asin": "arcsin", "acos": "arccos", "atan": "arctan"}
_APPLIED = frozenset("fghFGH") | {"phi", "psi"}
_ACCENTS = frozenset(
    (r"\overline", r"\vec", r"\hat", r"\bar", r"\tilde", r"\overrightarrow", r"\widehat", r"\angle", r"\triangle")
)
_UNSUPPORTED = frozenset((r"\int", r"\lim", r"\iint", r"\oint", r"\partial", r"\nabla"))
_NAMED_CONSTANTS = {"e": Constant("e"), "i": Constant("i")}
_PAIRS = {r"\lfloor": (r"\rfloor", "floor"), r"\lceil": (r"\rceil", "ceil")}
_MAX_ENTRIES = 16
_SIZE = 2_000
"""How many terms or factors one expression may have on a level."""


class Arithmetic(Cursor):
    """The part of the parser that reads expressions."""

    def __init__(self, tokens: list[Token]) -> None:
        super().__init__(tokens)
        self._round_brackets = 0
        """Round brackets that are open: in them, a colon divides."""

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

    def bracketed(self) -> Form:
        """Read what stands in the bracket that the next token opens; the structure reader knows what that may be."""
        raise NotImplementedError

    def group(self) -> Expression:
        """Read a group in braces, or the one token that stands for it."""
        self.enter()
        if self.at("-", "+"):
            group = value(_with_sign(self.take().text, self.group()))
        elif self.at_kind(Kind.NUMBER):
            group = self._number()
        else:
            group = value(self._primary())
        self.leave()
        return group

    def _signed(self) -> Form:
        signs: list[str] = []
        while self.at("+", "-", r"\pm", r"\mp") and len(signs) < _SIZE:
            signs.append(self.take().text)
        term = self._product()
        for sign in reversed(signs):
            term = _with_sign(sign, term)
        return term

    def _product(self) -> Form:
        """Read factors, multiplied or divided, with or without a sign between them."""
        first = self._power()
        factors: list[Expression] = []
        while len(factors) < _SIZE:
            if self._at_times():
                factor = self._signed_factor()
                if isinstance(first, Matrix) or isinstance(factor, Matrix):
                    first = _scaled(first, factor)
                    continue
                factors.append(value(factor))
            elif self.accept("/", r"\div") or (self._round_brackets and self.accept(":")):
                divisor = value(self._signed_factor())
                if not factors:
                    first = quotient(value(first), divisor)
                else:
                    factors[-1] = quotient(factors[-1], divisor)
            elif self.accept(r"\bmod", r"\mod"):
                whole = _product([value(first), *factors])
                first, factors = Call("mod", (whole, value(self._signed_factor()))), []
            elif self._at_factor():
                factor = self._power()
                if isinstance(first, Matrix) or isinstance(factor, Matrix):
                    first = _scaled(first, factor)
                    continue
                factors.append(value(factor))
            else:
                break
        return _product([value(first), *factors]) if factors else first

    def _at_times(self) -> bool:
        """Step over a sign of multiplication, if there is one that is no power."""
        if self.at("*") and self._next_is("*"):
            return False
        return self.accept("*", r"\times", r"\cdot")

    def _next_is(self, text: str) -> bool:
        token = self.peek(1)
        return token is not None and token.text == text

    def _signed_factor(self) -> Form:
        if self.at("-", "+", r"\pm"):
            return _with_sign(self.take().text, self._power())
        return self._power()

    def _at_factor(self) -> bool:
        """Return whether what comes can be multiplied without a sign."""
        token = self.peek()
        if token is None:
            return False
        if token.kind is Kind.LETTER:
            return not token.upright or not token.spaced
        if token.kind in {Kind.FUNCTION, Kind.NUMBER}:
            return True
        if token.kind is Kind.COMMAND:
            return token.text in _OPERANDS
        return token.text in {"(", "{"} or (token.text == "[" and not token.spaced)

    def _power(self) -> Form:
        """Read a primary with what stands behind it: exponents, `!`, `'`, `%`, degrees."""
        base = self._primary()
        for _ in range(_SIZE):
            if self.at("^") or (self.at("*") and self._next_is("*")):
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
        if self.at("'") or (self.at("{") and self._next_is(r"\prime")):
            raise UnreadableError("The answer has a derivative.")
        exponent = self.group()
        if self.at("^") or (self.at("*") and self._next_is("*")):
            self.enter()
            exponent = value(self._raised(exponent))
            self.leave()
        if isinstance(base, Quantity):
            raise UnreadableError("A unit is raised to a power.")
        return Power(value(base), exponent)

    def _accept_degree(self) -> bool:
        if self.accept(r"\circ"):
            return True
        if self.at("{") and self._next_is(r"\circ"):
            self.take()
            self.take()
            self.expect("}")
            return True
        return False

    def _primary(self) -> Form:
        self.enter()
        form = self._operand()
        self.leave()
        return form

    def _operand(self) -> Form:
        token = self.peek()
        if token is None:
            raise UnreadableError("The answer ends where a number or a variable is expected.")
        if token.kind is Kind.NUMBER:
            return self._mixed()
        if token.kind is Kind.LETTER:
            return self._letter()
        if token.kind is Kind.FUNCTION:
            return self._function()
        if token.kind is Kind.COMMAND:
            return self._command()
        if token.text in {"(", "[", "{", "]"}:
            return self.bracketed()
        if token.text == "|":
            return self._absolute()
        raise UnreadableError(f"The answer has {token.text[:20]!r} where a number or a variable is expected.")

    def _number(self) -> Number:
        token = self.take()
        return token.number or Number(Fraction(0))

    def _mixed(self) -> Form:
        r"""Read a number; with a proper fraction right behind it, as in `2\frac{1}{2}` or `2 1/2`, a mixed number."""
        whole = self._number()
        token = self.peek()
        if token is None or whole.value.denominator != 1 or whole.places is not None:
            return whole
        place = self._place
        if token.text == r"\frac":
            part = self._primary()
            if isinstance(part, Number) and 0 < part.value < 1 and self._place - place in {2, 3, 7}:
                return Number(whole.value + part.value)
        elif token.kind is Kind.NUMBER and token.spaced and self._next_is("/"):
            top, bottom = token.number, self.peek(2)
            if top and bottom and bottom.number and 0 < top.value < bottom.number.value:
                self._place += 3
                return Number(whole.value + top.value / bottom.number.value)
        self._place = place
        return whole

    def _letter(self) -> Form:
        token = self.take()
        name = token.text
        while self.at("'"):
            self.take()
            name += "'"
        if self.at("_"):
            self.take()
            name = f"{name}_{self._subscript()}"
        follows = self.after_bracket() if self.at("(") else None
        if self.at("(") and (name.partition("_")[0].rstrip("'") in _APPLIED or (follows and follows.text == "=")):
            return Call(f"f:{name}", self._arguments())
        return _NAMED_CONSTANTS.get(name) or Symbol(name)

    def _subscript(self) -> str:
        """Read a subscript as the text it is."""
        if not self.at("{"):
            return self.take().text
        self.take()
        parts: list[str] = []
        depth = 1
        while True:
            token = self.take()
            depth += (token.text == "{") - (token.text == "}")
            if not depth:
                return "".join(parts)
            parts.append(token.text.removeprefix("\\"))

    def _arguments(self) -> tuple[Expression, ...]:
        """Read the arguments between the brackets that come."""
        inner = self.bracketed()
        items = inner.items if isinstance(inner, Sequence) else (inner,)
        return tuple(value(item) for item in items)

    def _function(self) -> Form:
        name = self.take().text
        name = _SPELLINGS.get(name, name)
        base = exponent = None
        for _ in range(2):
            if self.accept("_"):
                base = self.group()
            elif self.at("^"):
                self.take()
                exponent = self.group()
        if exponent == negative(ONE) and name in _INVERSES:
            name, exponent = _INVERSES[name], None
        arguments = self._arguments() if self.at("(", "{", "[") else (self._bare_argument(),)
        if base is not None:
            arguments = (*arguments, base)
        call = Call(name, arguments)
        return call if exponent is None else Power(call, exponent)

    def _bare_argument(self) -> Expression:
        r"""Read the argument of a function without brackets: `2x` in `\sin 2x \cos x`."""
        self.enter()
        factors = [value(self._signed_factor())]
        while self._at_factor() and not self.at_kind(Kind.FUNCTION) and not self.at("("):
            factors.append(value(self._power()))
        self.leave()
        return _product(factors)

    def _command(self) -> Form:
        name = self.take().text
        if name in _ACCENTS:
            return Symbol(f"{name[1:]} {self._run()}")
        if name in _PAIRS:
            closing, call = _PAIRS[name]
            inner = value(self.expression())
            self.expect(closing)
            return Call(call, (inner,))
        reader = _COMMANDS.get(name)
        if reader is None:
            raise UnreadableError(f"The command {name[:30]} is not read here.")
        return getattr(self, reader)()  # type: ignore[no-any-return]

    def _run(self) -> str:
        """Read the letters that name a segment, an angle or a vector."""
        if self.at("{"):
            return self._subscript()
        parts: list[str] = []
        while self.at_kind(Kind.LETTER) or (not parts and self.at_kind(Kind.WORD)):
            parts.append(self.take().text)
        return "".join(parts)

    def _fraction(self) -> Form:
        r"""Read a fraction; both digits of `\frac12` stand for themselves."""
        token = self.peek()
        if token is not None and token.kind is Kind.NUMBER and len(token.text) > 1 and token.text.isdigit():
            self.take()
            top: Expression = Number(Fraction(int(token.text[0])))
            rest = token.text[1:]
            if len(rest) == 1:
                return quotient(top, Number(Fraction(int(rest))))
            raise UnreadableError("A fraction without braces has several digits.")
        top = self.group()
        return quotient(top, self.group())

    def _root(self) -> Form:
        index = None
        if self.at("["):
            self.take()
            index = value(self.expression())
            self.expect("]")
        radicand = value(self._raised_primary()) if not self.at("{") else self.group()
        if index is None:
            return Power(radicand, HALF)
        return Call("root", (radicand, index))

    def _raised_primary(self) -> Form:
        return self._number() if self.at_kind(Kind.NUMBER) else self._primary()

    def _binomial(self) -> Form:
        top = self.group()
        return Call("binomial", (top, self.group()))

    def _big_operator(self, name: str) -> Form:
        """Read `_{k=1}^{n}` and the term that is summed or multiplied."""
        self.expect("_")
        self.expect("{")
        variable = value(self._letter())
        self.expect("=")
        low = value(self.expression())
        self.expect("}")
        self.expect("^")
        high = self.group()
        return Call(name, (variable, low, high, value(self._product())))

    def _absolute(self) -> Form:
        self.take()
        self.enter()
        inner = value(self.expression())
        self.leave()
        self.expect("|")
        return Call("abs", (inner,))

    def _boxed(self) -> Form:
        return self.bracketed()

    def _infinity(self) -> Form:
        return INFINITY

    def _pi(self) -> Form:
        return Constant("pi")

    def _sum(self) -> Form:
        return self._big_operator("sum")

    def _prod(self) -> Form:
        return self._big_operator("prod")

    def _structure(self) -> Form:
        """Read what begins with a command and is no expression: sets in braces, matrices, angle brackets."""
        self._place -= 1
        return self.bracketed()


_COMMANDS = {
    r"\frac": "_fraction",
    r"\sqrt": "_root",
    r"\binom": "_binomial",
    r"\dbinom": "_binomial",
    r"\tbinom": "_binomial",
    r"\pi": "_pi",
    r"\infty": "_infinity",
    r"\sum": "_sum",
    r"\prod": "_prod",
    r"\boxed": "_boxed",
    r"\{": "_structure",
    r"\langle": "_structure",
    r"\begin": "_structure",
}
_OPERANDS = frozenset((*_COMMANDS, *_ACCENTS, *_PAIRS)) - {r"\langle"}


def value(form: Form) -> Expression:
    """Return a form that is an expression.

    Raises:
        UnreadableError: it is a structure, and nothing can be calculated with it.
    """
    if isinstance(form, Sequence) and len(form.items) == 1 and form.opening in {"[", "{"}:
        return value(form.items[0])
    if not isinstance(form, Expression):
        raise UnreadableError("A list, a set or a word stands where a number is expected.")
    return form


def is_connective(token: Token | None) -> bool:
    """Return whether a token is `and`, `or` or the like."""
    return token is not None and token.kind is Kind.WORD and token.text.lower() in CONNECTIVES


def _product(factors: list[Expression]) -> Expression:
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


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
