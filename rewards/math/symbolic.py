"""sympy's opinion: expressions are built node by node, never from text, and only small ones are given to it."""

import sympy

from rewards.math.forms import Call, Constant, Expression, Number, Power, Product, Sum, Symbol, children

_MAX_NODES = 40
_MAX_NUMBER = 10**12
_MAX_EXPONENT = 64

_CONSTANTS = {"pi": sympy.pi, "e": sympy.E, "i": sympy.I}
_FUNCTIONS = {
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "cot": sympy.cot,
    "sec": sympy.sec,
    "csc": sympy.csc,
    "arcsin": sympy.asin,
    "arccos": sympy.acos,
    "arctan": sympy.atan,
    "arccot": sympy.acot,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "exp": sympy.exp,
    "abs": sympy.Abs,
    "floor": sympy.floor,
    "ceil": sympy.ceiling,
    "root": lambda radicand, index: sympy.real_root(radicand, index) if radicand.is_number else radicand ** (1 / index),
    "ln": lambda argument, base=None: sympy.log(argument) if base is None else sympy.log(argument, base),
    "log": lambda argument, base=None: sympy.log(argument) if base is None else sympy.log(argument, base),
    "degree": lambda angle: angle * sympy.pi / 180,
    "percent": lambda share: share / 100,
}


class UnsuitableError(Exception):
    """The expression is not one that sympy is asked about."""


def confirms(left: Expression, right: Expression) -> bool:
    """Return whether sympy proves that two small expressions are equal; False says nothing."""
    if _nodes(left) + _nodes(right) > _MAX_NODES:
        return False
    try:
        difference = translated(left) - translated(right)
    except (UnsuitableError, ValueError, TypeError, ZeroDivisionError):
        return False
    try:
        return bool(difference == 0 or sympy.simplify(difference) == 0)
    except (ValueError, TypeError, NotImplementedError, ArithmeticError, AttributeError, RecursionError):
        return False


def translated(expression: Expression) -> sympy.Expr:  # noqa: C901 - one case for each kind of expression
    """Return an expression as one of sympy's.

    Raises:
        UnsuitableError: it holds something that is not translated, or a number that would grow.
    """
    match expression:
        case Number(value):
            if max(abs(value.numerator), value.denominator) > _MAX_NUMBER:
                raise UnsuitableError
            return sympy.Rational(value.numerator, value.denominator)
        case Symbol(name):
            return sympy.Symbol(name, real=True)
        case Constant(name) if name in _CONSTANTS:
            return _CONSTANTS[name]
        case Sum(terms):
            return sympy.Add(*(translated(term) for term in terms))
        case Product(factors):
            return sympy.Mul(*(translated(factor) for factor in factors))
        case Power(base, exponent):
            if isinstance(exponent, Number) and abs(exponent.value) > _MAX_EXPONENT:
                raise UnsuitableError
            if not isinstance(exponent, Number) and not isinstance(base, Symbol | Constant | Number):
                raise UnsuitableError
            return sympy.Pow(translated(base), translated(exponent))
        case Call(name, arguments) if name in _FUNCTIONS:
            return _FUNCTIONS[name](*(translated(argument) for argument in arguments))
    raise UnsuitableError


def _nodes(expression: Expression) -> int:
    return 1 + sum(_nodes(child) for child in children(expression))
