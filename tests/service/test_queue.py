"""Batches take turns."""

import asyncio
from contextlib import suppress

import pytest

from service.queue import TurnQueue

pytestmark = pytest.mark.anyio


async def test_owners_take_turns() -> None:
    """A late owner's only entry comes second, not last."""
    queue: TurnQueue[str] = TurnQueue()
    for number in range(3):
        queue.put("large", f"large {number}")
    queue.put("small", "small")
    assert ["large 0", "small", "large 1", "large 2"] == [await queue.get() for _ in range(4)]
    assert queue.empty()


async def test_the_head_of_a_line_is_its_owners_own() -> None:
    """What is put back first overtakes its own batch and no other."""
    queue: TurnQueue[str] = TurnQueue()
    queue.put("a", "a1")
    queue.put("b", "b1")
    queue.put_first("b", "b0")
    assert ["a1", "b0", "b1"] == [await queue.get() for _ in range(3)]


async def test_a_cancelled_get_loses_nothing() -> None:
    """Whoever stops waiting leaves the entry to the next."""
    queue: TurnQueue[str] = TurnQueue()
    waiting = asyncio.ensure_future(queue.get())
    await asyncio.sleep(0)
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    queue.put("a", "a1")
    assert "a1" == await asyncio.wait_for(queue.get(), 1)
