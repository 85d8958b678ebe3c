"""Batches take turns."""

import asyncio

import pytest

from service.queue import Bell, TurnQueue

pytestmark = pytest.mark.anyio


def test_owners_take_turns() -> None:
    """A late owner's only entry comes second, not last."""
    queue: TurnQueue[str] = TurnQueue()
    for number in range(3):
        queue.put("large", f"large {number}")
    queue.put("small", "small")
    assert ["large 0", "small", "large 1", "large 2", None] == [queue.pop() for _ in range(5)]


def test_the_head_of_a_line_is_its_owners_own() -> None:
    """What is put back first overtakes its own batch and no other."""
    queue: TurnQueue[str] = TurnQueue()
    queue.put("a", "a1")
    queue.put("b", "b1")
    queue.put_first("b", "b0")
    assert ["a1", "b0", "b1"] == [queue.pop() for _ in range(3)]


async def test_everyone_who_waits_is_woken() -> None:
    """A bell wakes all who wait, and who waits after that waits for the next time."""
    bell = Bell()
    bell.ring()
    waiting = [bell.next() for _ in range(2)]
    assert not waiting[0].done()
    bell.ring()
    await asyncio.gather(*waiting)
    assert not bell.next().done()
