"""A judge that does not answer is left alone, and tried again with one question."""

import pytest

from rewards.errors import JudgeUnavailable
from service.judging.breaker import Breaker
from tests.service.judging.asking import Clock


def refused(breaker: Breaker, calls: int = 1) -> int:
    """Return how many calls of so many are not let through."""
    refusals = 0
    for _ in range(calls):
        try:
            breaker.enter()
        except JudgeUnavailable:
            refusals += 1
    return refusals


def opened(clock: Clock) -> Breaker:
    """Return a breaker that has just opened."""
    breaker = Breaker(3, 10, clock)
    for _ in range(3):
        breaker.enter()
        breaker.failed("The judge cannot be reached.")
    return breaker


def test_it_opens_after_failures_in_a_row() -> None:
    """An answer in between starts the count anew."""
    breaker = Breaker(3, 10, Clock())
    for has_answered in (False, False, True, False, False):
        assert 0 == refused(breaker)
        breaker.answered() if has_answered else breaker.failed("No.")
        assert not breaker.is_open
    breaker.failed("No.")
    assert breaker.is_open
    assert 1 == refused(breaker)


def test_it_says_why() -> None:
    """An operator reads the reason and not that there was one."""
    with pytest.raises(
        JudgeUnavailable, match=r"^The judge cannot be reached. It has failed for a while, and is tried"
    ):
        opened(Clock()).check()


def test_one_of_many_calls_tries_again() -> None:
    """64 wait when the time has come: one is let through, and one more each time that the wait is over."""
    clock = Clock()
    breaker = opened(clock)
    clock.now += 9.9
    assert 64 == refused(breaker, 64)
    clock.now += 0.1
    assert not breaker.is_open
    breaker.check()
    assert 63 == refused(breaker, 64)
    assert breaker.is_open
    clock.now += 10
    assert 63 == refused(breaker, 64)


def test_the_try_decides() -> None:
    """Answered, it lets all through; failed, it waits again."""
    clock = Clock()
    breaker = opened(clock)
    clock.now += 10
    assert 0 == refused(breaker)
    clock.now += 5
    breaker.failed("Still no.")
    clock.now += 9
    assert 1 == refused(breaker)
    clock.now += 1
    assert 0 == refused(breaker)
    breaker.answered()
    assert 0 == refused(breaker, 64)


def test_a_try_that_is_never_heard_of_again_is_followed_by_another() -> None:
    """Its caller may have left."""
    clock = Clock()
    breaker = opened(clock)
    for _ in range(3):
        clock.now += 10
        assert 1 == refused(breaker, 2)
