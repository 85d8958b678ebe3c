"""The figures that docs/verdicts.md states, on data that is not part of the project: skipped where it is absent."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rewards.math import extraction, verdict
from rewards.math.conventions import Conventions
from rewards.types import Score
from tests.rewards.scoring import score

DATA = Path(__file__).parents[4] / "shared" / "data"
DEFAULTS = Conventions()


def lines_of(name: str) -> Iterator[dict[str, object]]:
    """Yield the rows of a data file, or skip the test."""
    file = DATA / name
    if not file.exists():
        pytest.skip(f"{file} is not here")
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def is_paid(completion: str, gold: str) -> bool:
    """Return whether a completion earns 1."""
    outcome = score("math_equal@v2", completion, {"answer": gold})
    return isinstance(outcome, Score) and outcome.value == 1.0


def text_of(row: dict[str, object]) -> str:
    """Return a row's completion; an answer that stands alone is put in a box."""
    text = str(row["completion"])
    return rf"The final answer is $\boxed{{{text}}}$." if row["form"] == "answer" else text


def test_graded_answers_are_right_97_times_in_100_with_two_false_positives_at_most() -> None:
    """The core rows with an answer or a box."""
    wrong = {True: 0, False: 0}
    count = 0
    for row in lines_of("verdicts/dev.jsonl"):
        if row["group"] == "main" and row["core"] and (row["form"] == "answer" or r"\boxed" in str(row["completion"])):
            count += 1
            wrong[bool(row["label"])] += is_paid(text_of(row), str(row["gold"])) != row["label"]
    assert wrong[False] <= 2
    assert wrong[True] + wrong[False] <= 0.03 * count


@pytest.mark.parametrize("group", ["nearmiss", "hack", "gsm8k-style", "dos"])
def test_no_row_of_a_group_is_wrong(group: str) -> None:
    """Near misses, hacks, GSM8K-style completions and hostile answers."""
    rows = [row for row in lines_of("verdicts/dev.jsonl") if row["group"] == group and (row["core"] or group == "dos")]
    assert rows
    assert [] == [row["id"] for row in rows if is_paid(text_of(row), str(row["gold"])) != row["label"]]


def test_groups_of_a_batch_that_hold_right_and_wrong_are_told_apart() -> None:
    """Where a GRPO group's labels differ, every verdict is the label; elsewhere the gradient is zero anyway."""
    groups = 0
    for row in lines_of("grpo_batch/math_100x8.jsonl"):
        labels = [bool(label) for label in row["labels"]]  # type: ignore[attr-defined]
        if len(set(labels)) > 1:
            groups += 1
            found = [is_paid(text, str(row["answer"])) for text in row["completions"]]  # type: ignore[attr-defined]
            assert labels == found
    assert groups == 10


def test_every_reference_of_math500_is_its_own_in_prose() -> None:
    """Each answer, boxed in a sentence, equals itself."""
    missed = []
    for row in lines_of("math500/test.jsonl"):
        answer = str(row["answer"])
        found = extraction.find(f"We see that $x$ is fine.\n\nTherefore, the answer is $\\boxed{{{answer}}}$.\n")
        if found is None or not verdict.judge(verdict.read(answer), found.text, DEFAULTS).equal:
            missed.append(answer)
    assert [] == missed
