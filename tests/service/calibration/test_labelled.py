"""Labelled solutions, in the forms in which they are published."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.calibration.labelled import Labelled, read_labelled
from service.lint.rows import UnreadableDatasetError

STEPS = Path("../shared/data/steps")
TWO = ["One.", "Two."]


def read(path: Path, *rows: dict[str, Any]) -> tuple[list[Labelled], list[str]]:
    """Return the solutions of some rows, and what is wrong with those without a label that can be used."""
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
    assert ([Labelled("q", ("One.", "Two."), 1)], []) == read(tmp_path / "x.jsonl", row)


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
    assert ["x.jsonl, line 3: error_steps names 3, counted from 1, but there are 2 steps"] == left_out


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"question": "q", "steps": TWO}, "it has no first_mistake"),
        ({"steps": TWO, "first_mistake": 0}, "it has no question"),
        ({"question": "q", "steps": [], "first_mistake": None}, "steps is no list of texts"),
        ({"question": "q", "steps": "One. Two.", "first_mistake": 0}, "steps is no list of texts"),
        (
            {"question": "q", "steps": TWO, "first_mistake": 2},
            "first_mistake is 2, counted from 0, but there are 2 steps",
        ),
        ({"question": "q", "steps": ["One."], "label": 7}, "label is 7, counted from 0, but there is 1 step"),
        ({"question": "q", "steps": TWO, "first_mistake": -2}, "first_mistake is -2, counted from 0"),
        ({"question": "q", "steps": TWO, "first_mistake": True}, "first_mistake is no whole number"),
        ({"question": 7, "steps": TWO, "first_mistake": 0}, "question is no text"),
        ({"modified_process": TWO, "error_steps": ["1"]}, "original_question is no text"),
    ],
)
def test_a_row_without_a_label_that_can_be_used_is_left_out(tmp_path: Path, row: dict[str, Any], fault: str) -> None:
    """It is named with its fault; where no row has a label, what a row is to have is said as well."""
    path = tmp_path / "x.jsonl"
    found, left_out = read(path, {"question": "q", "steps": TWO, "first_mistake": 0}, row)
    assert (1, True) == (len(found), left_out[0].startswith(f"x.jsonl, line 2: {fault}"))
    with pytest.raises(UnreadableDatasetError, match=rf"x\.jsonl, line 1: {fault}.*question, steps and first_mistake"):
        read(path, row)


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
    assert (1778, 2) == (len(found), len(left_out))
    assert all(len(each.completion.split("\n")) == len(each.steps) for each in found)
