"""What two versions make of the same samples."""

from typing import Any

import pytest

from service.rescoring.comparison import Comparison, flip


def line(old: float | None, new: float | None, group: str | None = None) -> dict[str, Any]:
    """Return a record of the journal."""
    return {"where": {"line": 1}, "group": group, "old": outcome(old), "new": outcome(new)}


def outcome(value: float | None) -> dict[str, Any]:
    """Return an outcome, as JSON says it."""
    if value is None:
        return {"status": "failed", "value": None, "kind": "deadline", "message": "No time.", "retryable": True}
    return {"status": "scored", "value": value, "reason": "r", "explanation": "e"}


def compared(*lines: dict[str, Any]) -> Comparison:
    """Return what some records come to."""
    found = Comparison()
    for each in lines:
        found.add(each)
    return found


def test_samples_are_counted_by_what_became_of_them() -> None:
    """Only what has two values is compared, and a failure is no zero."""
    found = compared(line(0, 1), line(1, 0), line(1, 0.5), line(1, 1), line(1, None), line(None, 1), line(None, None))
    summary = found.line()
    assert (4, 1, 1, 2, -0.125) == tuple(summary[name] for name in ("compared", "equal", "up", "down", "mean_change"))
    assert (7, 1, {"deadline": "No time."}) == (summary["samples"], found.unscored, found.messages)
    assert [1, 1, 1] == [each["samples"] for each in summary["failures"]]
    assert None is compared().line()["mean_change"]


@pytest.mark.parametrize(
    ("old", "new", "became"),
    [
        ([0, 1], [1, 0], "turned"),
        ([0, 1, 1], [0.2, 0.9, 0.9], None),
        ([0, 1], [1, 1], "silenced"),
        ([0.1, 0.1, 0.1], [0.1, 0.3, 0.1], "woken"),
        ([0.1, 0.1, 0.1], [0.3, 0.3, 0.3], None),
        ([0, 0.4, 1], [0, 0.6, 1], "turned"),
        ([1], [0], None),
    ],
)
def test_a_group_changes_where_training_would_notice(old: list[float], new: list[float], became: str | None) -> None:
    """By the signs of its advantages."""
    found = compared(*(line(one, other, "g") for one, other in zip(old, new, strict=True)))
    assert ([] if became is None else [became]) == [each.became for each in found.changed_groups()]


def test_a_flip_shows_both_sides() -> None:
    """A sum in another order is none, and another failure is no flip."""
    assert None is flip(line(0.1 + 0.2, 0.3))
    assert None is flip(line(None, None))
    assert ("flip", 1) == ((found := flip(line(0, 1)) or {})["what"], found["change"])
    assert "failure" == (flip(line(0, None)) or {})["what"]
