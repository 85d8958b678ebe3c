"""Thousands of answers, written to be hard, each with the label that a person would give it."""

import json
from pathlib import Path

import pytest

from rewards.types import Score
from tests.rewards.scoring import score

ROWS = [
    json.loads(line) for line in Path(__file__).with_name("labelled.jsonl").read_text(encoding="utf-8").splitlines()
]
CLASSES = sorted({row["class"] for row in ROWS})


@pytest.mark.parametrize("name", CLASSES)
def test_every_label_of_a_class_is_met(name: str) -> None:
    """Each answer is paid exactly if it is right."""
    wrong = []
    for row in ROWS:
        if row["class"] == name:
            outcome = score("math_equal@v2", row["completion"], {"answer": row["reference"]})
            assert isinstance(outcome, Score)
            if (outcome.value == 1.0) != row["label"]:
                wrong.append((row["reference"], row["completion"], outcome.reason))
    assert [] == wrong
