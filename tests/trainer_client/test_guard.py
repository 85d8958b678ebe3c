"""The limit on failures."""

import pytest

from trainer_client import TooManyFailures
from trainer_client._guard import WINDOW, FailureGuard


def test_one_failure_never_stops_a_run() -> None:
    """However small the batch, one failure is no pattern."""
    FailureGuard(0.05).watch([None, "crash"])


def test_no_failure_allowed() -> None:
    """With a share of 0 the first one counts."""
    with pytest.raises(TooManyFailures):
        FailureGuard(0.0).watch([None] * 100 + ["crash"])


def test_too_many_in_one_batch() -> None:
    """A batch above the share raises, and says which kinds it saw."""
    with pytest.raises(TooManyFailures) as caught:
        FailureGuard(0.05).watch([None] * 17 + ["crash", "deadline", "deadline"])
    assert (caught.value.failed, caught.value.judged) == (3, 20)
    assert caught.value.kinds == {"crash": 1, "deadline": 2}


def test_at_the_limit() -> None:
    """The share itself is still allowed."""
    FailureGuard(0.05).watch([None] * 38 + ["crash"] * 2)


def test_failures_add_up() -> None:
    """A failure in every small batch is noticed."""
    guard = FailureGuard(0.05)
    guard.watch([None] * 7 + ["crash"])
    with pytest.raises(TooManyFailures):
        guard.watch([None] * 7 + ["crash"])


def test_failures_are_forgotten() -> None:
    """What lies far back no longer counts."""
    guard = FailureGuard(0.05)
    for _ in range(100):
        guard.watch(["crash"] + [None] * (WINDOW - 1))


def test_a_large_batch_counts_whole() -> None:
    """A batch larger than the window is looked at as a whole."""
    FailureGuard(0.05).watch([None] * (19 * WINDOW) + ["crash"] * WINDOW)
