"""A judge that does not answer is left alone, and tried again with one question."""

import asyncio
import io
import json

import pytest

from rewards.errors import JudgeUnavailable, JudgeUnparsable
from service import telemetry
from service.judging.breaker import Breaker
from tests.service.judging.asking import Clock
from tests.service.test_telemetry import logging_to

pytestmark = pytest.mark.anyio
DOWN = JudgeUnavailable("The judge cannot be reached.")


class Calls:
    """Makes calls through a breaker, and counts those that got through."""

    def __init__(self, breaker: Breaker) -> None:
        self.breaker = breaker
        self.made = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, outcome: Exception | None = None) -> str:
        """Make a call; return why it failed, or nothing."""
        try:
            async with self.breaker.call():
                self.made += 1
                await self.gate.wait()
                if outcome is not None:
                    raise outcome
        except (JudgeUnavailable, JudgeUnparsable) as error:
            return str(error)
        return ""


async def opened(clock: Clock, log: telemetry.Telemetry | None = None) -> Calls:
    """Return calls through a breaker that has just opened."""
    calls = Calls(Breaker(3, 10, log or telemetry.quiet(), clock))
    for _ in range(3):
        await calls(DOWN)
    calls.made = 0
    return calls


async def test_it_opens_after_failures_in_a_row() -> None:
    """An answer in between starts the count anew, and so does one that nobody can read."""
    calls = Calls(Breaker(3, 10, telemetry.quiet(), Clock()))
    for outcome in (DOWN, DOWN, None, DOWN, DOWN, JudgeUnparsable("What?"), DOWN, DOWN):
        await calls(outcome)
        assert not calls.breaker.is_open
    await calls(DOWN)
    assert calls.breaker.is_open
    assert 9 == calls.made
    assert "It has failed for a while, and is tried again soon." in await calls()
    assert 9 == calls.made


async def test_it_says_why() -> None:
    """An operator reads the reason and not that there was one."""
    calls = await opened(Clock())
    assert "The judge cannot be reached." == calls.breaker.reason
    with pytest.raises(JudgeUnavailable, match=r"^The judge cannot be reached. It has failed for a while"):
        calls.breaker.check()


async def test_a_batch_that_meets_a_judge_which_is_back_loses_nothing() -> None:
    """One of 64 calls tries; the others wait for it, and go through."""
    clock = Clock()
    calls = await opened(clock)
    clock.now += 9.9
    assert "" not in await asyncio.gather(*(calls() for _ in range(64)))
    clock.now += 0.1
    calls.gate.clear()
    waiting = asyncio.gather(*(calls() for _ in range(64)))
    await asyncio.sleep(0.01)
    calls.breaker.check()
    assert 1 == calls.made
    calls.gate.set()
    assert [""] * 64 == await waiting
    assert not calls.breaker.is_open


async def test_a_try_that_fails_fails_for_all_who_wait() -> None:
    """Nobody is asked again before the time has come."""
    clock = Clock()
    calls = await opened(clock)
    clock.now += 10
    calls.gate.clear()
    waiting = asyncio.gather(*(calls(DOWN) for _ in range(64)))
    await asyncio.sleep(0.01)
    calls.gate.set()
    assert "" not in await waiting
    assert 1 == calls.made
    clock.now += 9
    await calls()
    assert 1 == calls.made


async def test_a_try_whose_caller_leaves_is_followed_by_another() -> None:
    """Whoever waited for it tries."""
    clock = Clock()
    calls = await opened(clock)
    clock.now += 10
    calls.gate.clear()
    first = asyncio.ensure_future(calls())
    await asyncio.sleep(0)
    second = asyncio.ensure_future(calls())
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0.01)
    calls.gate.set()
    assert "" == await second
    assert 2 == calls.made


async def test_the_log_says_that_it_is_gone_and_that_it_is_back() -> None:
    """Each once, however many calls there are."""
    stream, clock = io.StringIO(), Clock()
    with logging_to(stream) as log:
        calls = await opened(clock, log)
        await calls(DOWN)
        clock.now += 10
        await calls()
        await calls()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [("judge_not_answering", "warning"), ("judge_answering_again", "info")] == [
        (line["event"], line["level"]) for line in lines
    ]


async def test_who_finds_nobody_opens_it_at_once_and_the_next_call_tries() -> None:
    """It is said once, whether or not calls have failed before; found again, it is closed."""
    stream, clock = io.StringIO(), Clock()
    with logging_to(stream) as log:
        calls = Calls(Breaker(3, 10, log, clock))
        await calls(DOWN)
        for _ in range(2):
            calls.breaker.gone("Nobody is there.")
        assert (True, "Nobody is there.") == (calls.breaker.is_open, calls.breaker.reason)
        await calls(DOWN)
        assert "tried again soon" in await calls()
        assert 2 == calls.made
        calls.breaker.gone("Nobody is there.")
        assert "tried again soon" in await calls()
        calls.breaker.back()
        assert "" == await calls()
    assert ["judge_not_answering", "judge_answering_again"] == [
        json.loads(line)["event"] for line in stream.getvalue().splitlines()
    ]
