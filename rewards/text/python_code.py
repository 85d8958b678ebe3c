"""Whether a text is a program that Python can read, without running it."""

import ast
import warnings

_MAX_CHARS = 20_000
_MAX_DEPTH = 200
"""Depth of a tree over which a text is not read. Python bounds it by the stack that happens to be left, far above."""

_LITERAL = (
    ast.Constant,
    ast.Name,
    ast.Tuple,
    ast.List,
    ast.Set,
    ast.Dict,
    ast.UnaryOp,
    ast.unaryop,
    ast.JoinedStr,
    ast.FormattedValue,
    ast.expr_context,
)
"""What literals and names are made of."""


def problem(code: str) -> str | None:
    """Return why a text is no program, as a reason code, or None.

    `long_code` says that it has more than 20,000 characters, `unparsable_code` that Python cannot read it, `deep_code`
    that it is nested more than 200 deep, `idle_code` that nothing in it does anything.
    """
    if len(code) > _MAX_CHARS:
        return "long_code"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
    except (RecursionError, MemoryError):
        return "deep_code"
    except (SyntaxError, ValueError):
        return "unparsable_code"
    if _is_deep(tree):
        return "deep_code"
    return "idle_code" if all(map(_is_idle, tree.body)) else None


def _is_deep(tree: ast.AST) -> bool:
    level = [tree]
    for _ in range(_MAX_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True


def _is_idle(statement: ast.stmt) -> bool:
    """Return whether a statement does nothing: `pass`, a literal, or a name by itself."""
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and all(isinstance(node, _LITERAL) for node in ast.walk(statement.value))
    )
