"""Turns are taken one after the other, and given up at once."""

import asyncio
import threading
import time

import pytest

from service.judge_server.errors import BusyError
from service.judge_server.turns import Turns
from tests.service.running import until

pytestmark = pytest.mark.anyio


async def test_one_at_a_time_in_order() -> None:
    """What is under way ends before the next begins."""
    turns, seen = Turns(10), []

    def work(number: int) -> int:
        seen.append(number)
        time.sleep(0.01)
        seen.append(number)
        return number

    results = await asyncio.gather(*(turns.take(lambda _, n=n: work(n)) for n in range(4)))
    assert [0, 1, 2, 3] == results
    assert [0, 0, 1, 1, 2, 2, 3, 3] == seen
    assert (0, 4) == (turns.taken, turns.done)
    turns.close()


async def test_one_too_many_is_sent_away_and_a_failure_makes_room() -> None:
    """The refusal says when to come again; what was raised is raised to who asked."""
    turns, go = Turns(1), threading.Event()

    def fail(_: threading.Event) -> None:
        go.wait(10)
        raise ValueError("broken")

    first = asyncio.ensure_future(turns.take(fail))
    await until(lambda: turns.taken == 1)
    with pytest.raises(BusyError, match="1 requests wait already") as refusal:
        await turns.take(lambda _: None)
    assert {"Retry-After": "1"} == refusal.value.headers
    go.set()
    with pytest.raises(ValueError, match="broken"):
        await first
    assert 0 == turns.taken
    turns.close()


async def test_whoever_leaves_gives_the_turn_up() -> None:
    """What is under way is told; what waits never begins."""
    turns, begun, told = Turns(5), threading.Event(), threading.Event()

    def work(gone: threading.Event) -> None:
        begun.set()
        if gone.wait(10):
            told.set()

    first = asyncio.ensure_future(turns.take(work))
    second = asyncio.ensure_future(turns.take(lambda _: pytest.fail("nobody waits for it")))
    await until(begun.is_set)
    second.cancel()
    first.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    await until(told.is_set)
    assert 7 == await turns.take(lambda _: 7)
    assert (0, 2) == (turns.taken, turns.done)
    turns.close()
