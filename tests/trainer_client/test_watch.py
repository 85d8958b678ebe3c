"""Streaks of groups without variance, batch by batch."""

import warnings
from collections.abc import Sequence

import pytest

from trainer_client import RewardSpec, RewardWarning, Statistics
from trainer_client._watch import RewardWatch

SPECS = [RewardSpec("a@v1"), RewardSpec("b@v1", diagnostic=True)]


def batch(groups: int, flat: int, fired: float = 0.0, saturated: float = 0.0, warned: Sequence[str] = ()) -> Statistics:
    """A batch of groups of four."""
    return Statistics(groups * 4, groups * 4, fired, saturated, 0.0, groups, flat, 0.0, {}, tuple(warned))


def said(batches: Sequence[Statistics | None], after_groups: int | None = 50) -> list[str]:
    """What is warned of when one of two rewards has these batches."""
    watch = RewardWatch(SPECS, ["a@v1", "b@v1"], after_groups)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for each in batches:
            watch.watch([each, None])
    assert [str(warning.message) for warning in caught] == watch.given
    assert {RewardWarning} >= {warning.category for warning in caught}
    return watch.given


@pytest.mark.parametrize(
    ("batches", "words"),
    [
        ([batch(16, 16)] * 4, "a@v1: no variance in 64 groups in a row: it gave every completion its lowest value"),
        ([batch(25, 25, 1.0, 1.0)] * 2, "no variance in 50 groups in a row: it gave every completion its highest"),
        ([batch(25, 25, 0.5, 0.5)] * 2, "in 50 groups in a row: it gave the completions of each prompt the same"),
        ([batch(50, 50)] * 9, "no variance in 50 groups"),
        ([batch(49, 48), batch(50, 50)], "no variance in 50 groups"),
    ],
)
def test_a_streak_is_told_once(batches: list[Statistics], words: str) -> None:
    """With what it looks like, and what to do."""
    (text,) = said(batches)
    assert words in text


@pytest.mark.parametrize(
    "batches",
    [
        [],
        [None] * 60,
        [batch(49, 49)],
        [batch(49, 49), batch(8, 7), batch(49, 49)],
        [batch(49, 49), batch(0, 0), batch(0, 0)],
    ],
)
def test_variance_ends_a_streak(batches: list[Statistics | None]) -> None:
    """And what holds no groups neither ends nor lengthens one."""
    assert said(batches) == []


def test_none_warns_of_nothing_itself() -> None:
    """What the service warns of is told all the same."""
    assert said([batch(90, 90), batch(90, 90, warned=["saturated: x", "saturated: y"])], None) == ["a@v1: saturated: x"]


def test_one_matter_is_told_once() -> None:
    """Where the service has said it of a batch, it is not said of the streak."""
    assert said([batch(50, 50, warned=["no_variance: x"])] * 3) == [said([batch(50, 50)])[0]]
    assert said([batch(30, 30, warned=["no_variance: x"])] * 3) == ["a@v1: no_variance: x"]


def test_a_diagnostic_reward_may_be_dull() -> None:
    """Nothing is learned from it anyway; only what the service says of it is told."""
    watch = RewardWatch(SPECS, ["a@v1", "b@v1"], 5)
    watch.watch([None, batch(90, 90)])
    assert watch.given == []
    with pytest.warns(RewardWarning, match="b@v1: never_fired: x"):
        watch.watch([None, batch(90, 90, warned=["never_fired: x"])])
