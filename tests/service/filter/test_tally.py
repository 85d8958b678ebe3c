"""Counting what a filter did."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from service.filter.tally import Tally, Values


def scored(value: float, reason: str = "r") -> dict[str, object]:
    """Return a score as it stands in the file."""
    return {"status": "scored", "value": value, "reason": reason, "explanation": ""}


def test_every_row_is_counted_once_and_every_broken_condition() -> None:
    """Failures are told apart from what was dropped, each kind with what it first said."""
    tally = Tally()
    gone = {"status": "failed", "value": None, "kind": "judge_unavailable", "message": "gone", "retryable": True}
    for record in (
        {"fate": "kept", "broken": [], "again": False, "rewards": {"a@v1": scored(1), "a@v10": scored(0.5)}},
        {"fate": "dropped", "broken": ["a@v1>=1"], "again": False, "rewards": {"a@v1": scored(0, "wrong")}},
        {
            "fate": "dropped",
            "broken": ["a@v1>=1", "a@v10>=1"],
            "again": False,
            "rewards": {"a@v1": scored(0, "none"), "a@v10": scored(0, "late")},
        },
        {"fate": "failed", "broken": [], "again": True, "rewards": {"a@v1": scored(1), "a@v10": gone}},
        {"fate": "failed", "broken": [], "again": False, "rewards": {}, "fault": {"kind": "bad_json", "message": "no"}},
    ):
        tally.add(record)
    assert 5 == tally.rows
    assert {"kept": 1, "dropped": 2, "failed": 2} == tally.fates
    assert {"a@v1>=1": {"wrong": 1, "none": 1}, "a@v10>=1": {"late": 1}} == tally.dropped
    assert {"judge_unavailable": 1, "bad_json": 1} == tally.failed
    assert {"judge_unavailable": "gone", "bad_json": "no"} == tally.messages
    assert 1 == tally.again
    assert {0.0: 2, 1.0: 2} == tally.values["a@v1"].counts


@given(st.lists(st.floats(min_value=-5, max_value=5)), st.booleans())
def test_a_histogram_counts_every_value(values: list[float], is_bounded: bool) -> None:  # noqa: FBT001 - drawn
    """Its parts follow each other from the lowest value to the highest."""
    found = Values()
    for value in values:
        found.add(value)
    parts = found.histogram(*(-5.0, 5.0) if is_bounded else (None, None))
    assert len(values) == sum(count for _, _, count in parts)
    assert all(abs(left[1] - right[0]) < 1e-9 for left, right in itertools.pairwise(parts))


def test_very_many_values_are_rounded() -> None:
    """So that a reward without bounds cannot fill the memory."""
    found = Values()
    for number in range(30_000):
        found.add(0.123 + number * 1e-9)
    assert 10_000 == len(found.counts)
    assert 30_000 == found.counts.total()
