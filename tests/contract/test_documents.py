"""The documents that people keep by hand name what is served, and all of it."""

import re
from pathlib import Path

import pytest

from rewards.registry import discover

ROOT = Path(__file__).parents[2]
REGISTRY = discover()
ID = re.compile(r"`([a-z][a-z0-9_]*@v\d+)`")


@pytest.mark.parametrize(
    "page", ["README.md", "docs/coming-from.md", "docs/operations.md", "docs/lint.md", "docs/filter.md"]
)
def test_every_version_that_is_named_is_served(page: str) -> None:
    """A reader can ask for whatever a page names."""
    named = set(ID.findall((ROOT / page).read_text(encoding="utf-8")))
    assert named <= set(REGISTRY)


def test_the_readme_names_every_version() -> None:
    """It is where people look for the reward they need."""
    named = set(ID.findall((ROOT / "README.md").read_text(encoding="utf-8")))
    assert set(REGISTRY) <= named


def test_what_to_use_instead_agrees_with_the_declarations() -> None:
    """A row of the table of published functions leads to the same version as the catalogue does."""
    lines = (ROOT / "docs/coming-from.md").read_text(encoding="utf-8").splitlines()
    for row in [line for line in lines if line.startswith("|") and "@v" in line]:
        _, _, published, instead, *_ = [*row.split("|"), "", ""]
        for old in ID.findall(published):
            if (successor := REGISTRY.successor(old)) is not None:
                assert ID.findall(instead) == [successor], row
