"""The pages about trainers: what they show compiles, and what they import and name is there."""

import ast
import importlib
import importlib.util
import re
from pathlib import Path

import pytest

from rewards.registry import discover
from service.compat import reading
from service.compat.policy import CompatSettings, Wire
from trainer_client import _columns

FOLDER = Path(__file__).parents[2] / "docs/trainers"
OPERATIONS = FOLDER.parent / "operations.md"
PAGES = sorted(FOLDER.glob("*.md"))
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
ID = re.compile(r"\b[a-z][a-z0-9_]*@v\d+\b")
LINK = re.compile(r"\]\(([^)#]+\.md)\)")
MODULE = re.compile(r"\btrainer_client\.[a-z_]+")
TRAINERS = {"swift", "skyrl_gym", "trl", "unsloth", "verifiers"}
"""Whose modules are looked up only where they are installed."""


def names_of(page: Path) -> str:
    """Return a page's name as a test id."""
    return page.name


@pytest.mark.parametrize("page", PAGES, ids=names_of)
def test_what_a_page_shows_compiles_and_its_imports_exist(page: Path) -> None:
    """Every block of Python, and every name that it takes from this project."""
    for block in PYTHON.findall(page.read_text(encoding="utf-8")):
        for node in ast.walk(ast.parse(block)):
            modules = [node.module] if isinstance(node, ast.ImportFrom) else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for module in filter(None, modules):
                if module.partition(".")[0] in TRAINERS:
                    continue
                found = importlib.import_module(module)
                names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
                assert [name for name in names if not hasattr(found, name)] == []


@pytest.mark.parametrize("page", PAGES, ids=names_of)
def test_what_a_page_names_is_there(page: Path) -> None:
    """The rewards, this project's modules and the other pages."""
    text = page.read_text(encoding="utf-8")
    assert set(ID.findall(text)) <= set(discover())
    assert [name for name in set(MODULE.findall(text)) if importlib.util.find_spec(name) is None] == []
    assert [link for link in LINK.findall(text) if not (FOLDER / link).is_file()] == []


def test_the_table_leads_to_every_page() -> None:
    """No page is left out of it."""
    linked = set(LINK.findall((FOLDER / "README.md").read_text(encoding="utf-8")))
    assert {page.name for page in PAGES} - {"README.md"} == linked


@pytest.mark.parametrize("wire", Wire)
def test_a_wire_does_with_failures_what_its_page_says(wire: Wire) -> None:
    """The defaults of its settings, on its own page and in the table of the operators' page."""
    settings = CompatSettings()
    page = FOLDER / f"{wire.replace('_', '-')}.md"
    for name in ("retryable", "unscorable"):
        default = getattr(settings, f"{wire}_{name}")
        variable = f"TOUCHSTONE_COMPAT_{wire.upper()}_{name.upper()}"
        said = re.search(rf"`{variable}`.*?by\s+default\s`(\w+)`", page.read_text(encoding="utf-8"), re.DOTALL)
        assert said is not None, variable
        assert default == said[1]
    (row,) = re.findall(rf"^\| `{wire.upper()}` \|.*$", OPERATIONS.read_text(encoding="utf-8"), re.MULTILINE)
    assert f"| {getattr(settings, f'{wire}_deadline_s'):g} s |" in row


def test_both_sides_know_an_answer_by_the_same_names() -> None:
    """The client and the service read the same column of the same row."""
    assert _columns.ANSWER_NAMES == reading.ALIASES
    named = [f"`{name}`" for name in _columns.ANSWER_NAMES]
    readme = (FOLDER.parents[1] / "README.md").read_text(encoding="utf-8")
    assert f"{', '.join(named[:-1])} or {named[-1]}" in readme
