"""What Python's own arithmetic makes of a text, without running the text."""

import ast
import operator
import re
from collections.abc import Callable

Number = int | float | complex

MAX_SIGNS = 500
"""Operators and opening parentheses over which a text is not read.

They bound the depth of the tree, which Python bounds by the stack that happens to be left."""
MAX_BITS = 65_536
"""Size over which a whole number is not computed."""

_ALLOWED = re.compile(r"[\d+\-*/().\s]+")
_SIGNS = re.compile(r"[+\-*/(]")
_UNARY: dict[type[ast.unaryop], Callable[[Number], Number]] = {ast.UAdd: operator.pos, ast.USub: operator.neg}
_BINARY: dict[type[ast.operator], Callable[..., Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}


class UnreadableError(ValueError):
    """The text is not arithmetic: a character or an order of them that Python does not read, or too many signs."""


class NoValueError(ArithmeticError):
    """The arithmetic has no number as its value, or a whole number on the way has more than `MAX_BITS` bits."""


def python_value(text: str) -> Number:
    """Return the value that Python gives a text of digits, `+ - * / . ( )` and white space.

    Precedence, `**`, `//`, signs, decimal and complex numbers are Python's, since its own parser reads the text and
    its own operators compute the value. The tree is walked from the leaves, so no depth of it uses up the stack.

    Raises:
        UnreadableError: Python refuses the text, or it has more than `MAX_SIGNS` signs.
        NoValueError: division by zero, overflow, a call such as `2(3)`, or a number too large to compute.
    """
    if not _ALLOWED.fullmatch(text) or len(_SIGNS.findall(text)) > MAX_SIGNS:
        raise UnreadableError
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise UnreadableError from error
    try:
        return _walked(tree)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise NoValueError from error


def _walked(tree: ast.expr) -> Number:
    """Return the value of a tree, its leaves first."""
    values: list[Number] = []
    waiting: list[tuple[ast.expr, bool]] = [(tree, False)]
    while waiting:
        node, ready = waiting.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            values.append(node.value)
        elif isinstance(node, ast.UnaryOp):
            if ready:
                values.append(_UNARY[type(node.op)](values.pop()))
            else:
                waiting += [(node, True), (node.operand, False)]
        elif isinstance(node, ast.BinOp):
            if ready:
                right, left = values.pop(), values.pop()
                values.append(_computed(node.op, left, right))
            else:
                waiting += [(node, True), (node.right, False), (node.left, False)]
        else:  # `()`, `...` or a call: never a number, whatever is done with it
            raise NoValueError
    return values.pop()


def _computed(sign: ast.operator, left: Number, right: Number) -> Number:
    """Return the value of one operation, unless its whole number would be too large."""
    if isinstance(left, int) and isinstance(right, int):
        bits = 0
        if isinstance(sign, ast.Mult):
            bits = left.bit_length() + right.bit_length()
        elif isinstance(sign, ast.Pow) and abs(left) > 1:
            bits = left.bit_length() * right
        if bits > MAX_BITS:
            raise NoValueError
    return _BINARY[type(sign)](left, right)
