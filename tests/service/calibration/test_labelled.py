"""Labelled solutions, in the forms in which they are published."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.calibration.labelled import Labelled, read_labelled
from service.lint.rows import UnreadableDatasetError

STEPS = Path("../shared/data/steps")
TWO = ["One.", "Two."]


def read(path: Path, *rows: dict[str, Any]) -> tuple[list[Labelled], int]:
    """Return the solutions of some rows, and how many have no label that can be used."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return read_labelled(path)


@pytest.mark.parametrize(
    "row",
    [
        {"question": "q", "steps": TWO, "first_mistake": 1},
        {"id": "a-1", "problem": "q", "steps": TWO, "final_answer_correct": False, "label": 1},
        {"input": "q", "steps": TWO, "target": "8", "mistake_index": 1},
    ],
)
def test_a_row_is_one_solution(tmp_path: Path, row: dict[str, Any]) -> None:
    """Our own form, ProcessBench's and BIG-Bench-Mistake's count steps from 0."""
    assert ([Labelled("q", ("One.", "Two."), 1)], 0) == read(tmp_path / "x.jsonl", row)


@pytest.mark.parametrize("label", [None, -1])
def test_a_solution_without_a_mistake(tmp_path: Path, label: int | None) -> None:
    """Null says so, and so does ProcessBench's -1."""
    found, _ = read(tmp_path / "x.jsonl", {"question": "q", "steps": TWO, "label": label})
    assert [None] == [each.first_mistake for each in found]


def test_a_prmbench_row_is_two_solutions(tmp_path: Path) -> None:
    """The original is right; the other one's first wrong step is counted from 1, and some have none."""
    row = {"original_question": "q", "modified_question": "r", "original_process": TWO, "modified_process": TWO}
    found, left_out = read(
        tmp_path / "x.jsonl", row | {"error_steps": [2]}, row | {"error_steps": []}, row | {"error_steps": [3]}
    )
    assert [("q", None), ("r", 1), ("q", None), ("r", None), ("q", None)] == [
        (each.question, each.first_mistake) for each in found
    ]
    assert 1 == left_out


@pytest.mark.parametrize(
    "row",
    [
        {"question": "q", "steps": TWO},
        {"question": "q", "steps": [], "first_mistake": None},
        {"question": "q", "steps": TWO, "first_mistake": 2},
        {"question": "q", "steps": TWO, "first_mistake": -2},
        {"question": "q", "steps": TWO, "first_mistake": True},
        {"question": "q", "steps": "One. Two.", "first_mistake": 0},
        {"question": 7, "steps": TWO, "first_mistake": 0},
        {"steps": TWO, "first_mistake": 0},
        {"modified_process": TWO, "error_steps": ["1"]},
    ],
)
def test_a_row_without_a_label_that_can_be_used_is_left_out(tmp_path: Path, row: dict[str, Any]) -> None:
    """And where no row has one, what a row is to have is said."""
    found, left_out = read(tmp_path / "x.jsonl", row, {"question": "q", "steps": TWO, "first_mistake": 0})
    assert (1, True) == (len(found), left_out >= 1)
    with pytest.raises(UnreadableDatasetError, match="question, steps and first_mistake"):
        read(tmp_path / "x.jsonl", row)


def test_a_completion_has_one_line_for_each_step() -> None:
    """Line breaks within a step are none of its borders, however they are written; names of LaTeX are left alone."""
    steps = ("So\nwe  see", r"that\n\[x \neq 1\]\nThus", "so it is 7")
    assert (
        "Step 1: So we see\nStep 2: " + r"that \[x \neq 1\] Thus" + "\nStep 3: so it is 7"
        == Labelled("q", steps, None).completion
    )
    assert Labelled("q", steps, None).completion == Labelled("q", steps, None, "7").completion
    assert "Step 1: One." == Labelled("q", ("Step 1: One.",), None).completion
    assert Labelled("q", steps, None, "8").completion.endswith("so it is 7\nThe answer is 8.")


@pytest.mark.skipif(not STEPS.is_dir(), reason="the labelled steps are not here")
def test_the_published_steps_can_be_read() -> None:
    """Of 180 solutions and 800 pairs, two labels point beside their steps."""
    found, left_out = read_labelled(STEPS)
    assert (1778, 2) == (len(found), left_out)
    assert all(len(each.completion.split("\n")) == len(each.steps) for each in found)
