"""What no linter knows: the rules of the tree that the design rests on."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("rewards", "service", "trainer_client")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
VERSION = re.compile(r"rewards\.[a-z0-9_]+\.v[0-9]+")
EVALUATORS = {"sympify", "parse_expr", "parse_latex", "eval", "exec", "lambdify", "compile"}
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 45


def names_of(path: Path) -> str:
    """Return a source's path as a test id."""
    return str(path.relative_to(ROOT))


def imported(tree: ast.AST) -> set[str]:
    """Return the modules that a source imports, anywhere in it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {str(node.module)} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", SOURCES, ids=names_of)
def test_versions_never_import_each_other(path: Path) -> None:
    """No module but the discovery imports a version, and least of all another version."""
    assert set() == {name for name in imported(ast.parse(path.read_text())) if VERSION.match(name)}


@pytest.mark.parametrize("path", SOURCES, ids=names_of)
def test_no_text_is_ever_evaluated(path: Path) -> None:
    """Nothing calls a function that runs, or lets sympy run, a text; `re.compile` is not one."""
    calls = {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
        if not (isinstance(node.func, ast.Attribute) and ast.unparse(node.func) in {"re.compile", "regex.compile"})
        if not (isinstance(node.func, ast.Attribute) and node.func.attr == "eval")  # a torch module's mode
    }
    assert set() == calls & EVALUATORS


@pytest.mark.parametrize("path", sorted((ROOT / "rewards").rglob("*.py")), ids=names_of)
def test_rewards_read_no_environment(path: Path) -> None:
    """A verdict depends on its inputs; only the worker touches the environment, to empty it."""
    if path.name != "worker.py":
        assert "environ" not in path.read_text()


@pytest.mark.parametrize("path", SOURCES, ids=names_of)
def test_a_file_is_one_noun(path: Path) -> None:
    """No file and no function has outgrown a reader."""
    text = path.read_text()
    assert len(text.splitlines()) <= MAX_FILE_LINES
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert {} == {node.name: length(node) for node in functions if length(node) > MAX_FUNCTION_LINES}


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return a function's lines without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_import_of_the_client_is_heavy() -> None:
    """The client's package imports httpx and the standard library; what needs more is not imported with it."""
    light = (ROOT / "trainer_client").glob("*.py")
    heavy = {"torch", "trl", "transformers", "datasets", "pydantic", "sympy", "numpy", "yaml", "rich"}
    assert set() == {name.partition(".")[0] for path in light for name in imported(ast.parse(path.read_text()))} & heavy
