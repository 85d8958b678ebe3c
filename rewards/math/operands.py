"""Reads operands: numbers, variables, functions, fractions, roots, and whatever else begins with a command."""

from fractions import Fraction

from rewards.math.cursor import Cursor
from rewards.math.forms import (
    HALF,
    INFINITY,
    ONE,
    Call,
    Constant,
    Expression,
    Form,
    Number,
    Power,
    Product,
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
_ARROWS = frozenset((r"\vec", r"\overrightarrow"))
NAMED_CONSTANTS = {"e": Constant("e"), "i": Constant("i")}
_PAIRS = {r"\lfloor": (r"\rfloor", "floor"), r"\lceil": (r"\rceil", "ceil")}
_FEWEST_CHOICES = 3
_PAIR = 2


class Operands(Cursor):
    """The part of the parser that reads operands; the reader of expressions fills in what they are made of."""

    def __init__(self, tokens: list[Token]) -> None:
        super().__init__(tokens)
        self._round_brackets = 0
        """Round brackets that are open: in them, a colon divides."""
        self._bound: list[str] = []
        """Variables that a sum counts with: there, `i` is no imaginary unit."""

    def expression(self) -> Form:
        """Read terms with signs between them."""
        raise NotImplementedError

    def group(self) -> Expression:
        """Read a group in braces, or the one token that stands for it."""
        raise NotImplementedError

    def product(self) -> Form:
        """Read factors."""
        raise NotImplementedError

    def power(self) -> Form:
        """Read an operand with its exponents."""
        raise NotImplementedError

    def signed_factor(self) -> Form:
        """Read a factor with a sign."""
        raise NotImplementedError

    def at_factor(self) -> bool:
        """Return whether what comes can be multiplied without a sign."""
        raise NotImplementedError

    def bracketed(self) -> Form:
        """Read what stands in the bracket that the next token opens; the structure reader knows what that may be."""
        raise NotImplementedError

    def primary(self) -> Form:
        """Read one operand, without what stands behind it."""
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

    def number(self) -> Number:
        """Read a number."""
        token = self.take()
        return token.number or Number(Fraction(0))

    def _mixed(self) -> Form:
        r"""Read a number; with a proper fraction right behind it, as in `2\frac{1}{2}` or `2 1/2`, a mixed number."""
        whole = self.number()
        token = self.peek()
        if token is None or whole.value.denominator != 1 or whole.places is not None:
            return whole
        place = self._place
        if token.text == r"\frac":
            part = self.primary()
            if isinstance(part, Number) and 0 < part.value < 1 and self._place - place in {2, 3, 7}:
                return Number(whole.value + part.value)
        elif token.kind is Kind.NUMBER and token.spaced and self.next_is("/"):
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
        if name == "C" and self.at("_") and (chosen := self._chosen()) is not None:
            return chosen
        if self.at("_"):
            self.take()
            name = f"{name}_{self._subscript()}"
        follows = self.after_bracket() if self.at("(") else None
        if self.at("(") and (name.partition("_")[0].rstrip("'") in _APPLIED or (follows and follows.text == "=")):
            return Call(f"f:{name}", self._arguments())
        if self.at("(") and len(name) == 1 and name.isupper() and (point := self._point(name)) is not None:
            return point
        return Symbol(name) if name in self._bound else NAMED_CONSTANTS.get(name) or Symbol(name)

    def _point(self, name: str) -> Form | None:
        """Read `P(2, -5)` as the point, and `C(5, 2)` as the binomial coefficient; None where it is a product."""
        place = self._place
        inner = self.bracketed()
        if not isinstance(inner, Sequence) or inner.opening != "(":
            self._place = place
            return None
        numbers = [item.value for item in inner.items if isinstance(item, Number)]
        if name == "C" and len(numbers) == len(inner.items) == _PAIR and numbers[0] >= numbers[1] >= 0:
            return Call("binomial", (Number(numbers[0]), Number(numbers[1])))
        return inner

    def _chosen(self) -> Form | None:
        """Read `C_{n}^{k}`, the binomial coefficient; None where it is a constant with a number."""
        place = self._place
        self.take()
        total = self.group()
        is_large = not isinstance(total, Number) or total.value >= _FEWEST_CHOICES
        if is_large and self.accept("^"):
            return Call("binomial", (total, self.group()))
        self._place = place
        return None

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
        if self.at("=", ":"):
            return Symbol(name)
        base = exponent = None
        for _ in range(2):
            if self.accept("_"):
                self._split_digits()
                base = self.group()
            elif self.at("^"):
                self.take()
                exponent = self.group()
        if exponent == negative(ONE) and name in _INVERSES:
            name, exponent = _INVERSES[name], None
        arguments = self._arguments() if self.at("(", "{", "[", r"\{") else (self._bare_argument(),)
        if name == "lg":
            return Call("log", (*arguments, Number(Fraction(10))))
        if name == "cis":
            return Sum((Call("cos", arguments), Product((Constant("i"), Call("sin", arguments)))))
        if base is not None:
            arguments = (*arguments, base)
        call = Call(name, arguments)
        return call if exponent is None else Power(call, exponent)

    def _split_digits(self) -> None:
        r"""Take `23` in `\log_23` apart: without braces, one digit is the base."""
        token = self.peek()
        if token is not None and token.kind is Kind.NUMBER and len(token.text) > 1 and token.text.isdigit():
            digits = [Token(Kind.NUMBER, part, Number(Fraction(int(part)))) for part in (token.text[0], token.text[1:])]
            self._tokens[self._place : self._place + 1] = digits

    def _bare_argument(self) -> Expression:
        r"""Read the argument of a function without brackets: `2x` in `\sin 2x \cos x`."""
        self.enter()
        factors = [value(self.signed_factor())]
        while self.at_factor() and not self.at_kind(Kind.FUNCTION) and not self.at("("):
            factors.append(value(self.power()))
        self.leave()
        return product_of(factors)

    def _command(self) -> Form:
        name = self.take().text
        if name in _ARROWS:
            run = self._run()
            return Number(Fraction(0)) if run == "0" else Symbol(run)
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
        return self.number() if self.at_kind(Kind.NUMBER) else self.primary()

    def _binomial(self) -> Form:
        top = self.group()
        return Call("binomial", (top, self.group()))

    def _big_operator(self, name: str) -> Form:
        """Read `_{k=1}^{n}` and the term that is summed or multiplied."""
        self.expect("_")
        self.expect("{")
        variable = Symbol(self.take().text)
        self._bound.append(variable.name)
        self.expect("=")
        low = value(self.expression())
        self.expect("}")
        self.expect("^")
        high = self.group()
        term = value(self.product())
        self._bound.pop()
        return Call(name, (variable, low, high, term))

    def _absolute(self) -> Form:
        self.take()
        self.enter()
        inner = value(self.expression())
        self.leave()
        self.expect("|", r"\mid")
        return Call("abs", (inner,))

    def _bars(self) -> Form:
        self._place -= 1
        return self._absolute()

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
    r"\mid": "_bars",
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
OPERANDS = frozenset((*_COMMANDS, *_ACCENTS, *_PAIRS)) - {r"\langle", r"\mid"}


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


def product_of(factors: list[Expression]) -> Expression:
    """Return factors multiplied; a single one as it is."""
    return factors[0] if len(factors) == 1 else Product(tuple(factors))
