"""The documentation shows of every version what a reader needs to choose it."""

import json
import re
from pathlib import Path

import pytest

from rewards.registry import discover
from rewards.types import Failure, FailureKind, Score
from service.reward_pages import read_cases, render
from service.stress.attacks import Attack
from service.stress.matrix import Matrix

REGISTRY = discover()
CASES = Path(__file__).parents[1] / "rewards" / "cases"
FIRST = Score(1.0, "equal", "It is.")
LAST = Score(0.0, "different", "It is not.")


def sections(page: str) -> dict[str, str]:
    """Return each version's section by its id."""
    found = re.split(r"^## (\S+@v\d+)$", page, flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def page(folder: Path = CASES, **matrices: Matrix) -> str:
    """Return the documentation with the given matrices."""
    return render(REGISTRY, {name.replace("_at_", "@"): matrix for name, matrix in matrices.items()}, folder)


@pytest.mark.parametrize("reward_id", list(REGISTRY))
def test_each_section_has_what_a_reader_needs(reward_id: str) -> None:
    """What it rewards, its range, its source, how it is gamed, and examples."""
    section = sections(page())[reward_id]
    assert REGISTRY[reward_id].summary in section
    assert "- Range: " in section
    assert "Source: " in section
    assert "Known defects" in section or "ways to game" in section
    assert "| completion |" in section
    successor = REGISTRY.successor(reward_id)
    assert (f"Use instead: [`{successor}`]" in section) == (successor is not None)


def test_the_stress_result_is_one_line() -> None:
    """What the honest completions earn, and which attacks earn as much."""
    paid = Matrix("f1@v1", FIRST, LAST, [(Attack("empty", "nothing", ""), FIRST), (Attack("prefix", ":", ":"), LAST)])
    safe = Matrix("math_equal@v2", FIRST, LAST, [(Attack("prefix", ":", ":"), LAST)])
    silent = Matrix("countdown@v2", FIRST, LAST, [(Attack("empty", "", ""), Failure(FailureKind.NOT_APPLICABLE, "-"))])
    found = sections(page(f1_at_v1=paid, math_equal_at_v2=safe, countdown_at_v2=silent))
    assert "honest right 1, honest wrong 0; 1 of 2 attacks earn as much as the right one (empty)" in found["f1@v1"]
    assert "honest right 1, honest wrong 0; the best of 1 attacks earns 0 (prefix)" in found["math_equal@v2"]
    assert "honest right 1, honest wrong 0; none has a score" in found["countdown@v2"]


def test_cases_fit_into_a_table(tmp_path: Path) -> None:
    """A line end, a pipe or a backtick in a completion breaks no table."""
    rows = [
        {"sample": {"completion": "a|b\nc"}, "expect": {"value": 1.0, "reason": "one"}, "why": "x | y"},
        {"sample": {"completion": "`x`"}, "expect": {"value": 0.0, "reason": "two"}, "why": "<b>"},
        {"sample": {"completion": ""}, "expect": {"failure": "bad_reference"}, "why": "none"},
        {"sample": {"completion": "z" * 999}, "expect": {"value": 0.0, "reason": "long"}, "why": "too long to show"},
    ]
    (tmp_path / "f1@v1.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    section = sections(page(tmp_path))["f1@v1"]
    table = [line for line in section.splitlines() if line.startswith("|")]
    assert table == [
        "| completion | value | reason | why |",
        "|---|---|---|---|",
        "| `a\\|b⏎c` | 1 | `one` | x \\| y |",
        "| `` `x` `` | 0 | `two` | &lt;b> |",
        "| (empty) | failure | `bad_reference` | none |",
    ]


def test_shown_cases_differ_in_what_they_show() -> None:
    """At most six, and both ends of the range among them."""
    for reward in REGISTRY.values():
        cases = read_cases(CASES, reward)
        assert len(cases) <= 6
        assert len({(case.outcome, case.reason) for case in cases}) == len(cases)
