"""Batches take turns."""

import asyncio

import pytest

from service.queue import TurnQueue

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
    """An entry wakes all, one pops it, and the others wait again."""
    queue: TurnQueue[str] = TurnQueue()
    waiting = [queue.filled() for _ in range(2)]
    queue.put("a", "a1")
    await asyncio.gather(*waiting)
    assert ["a1", None] == [queue.pop(), queue.pop()]
    assert not queue.filled().done()
    queue.put("a", "a2")
    assert queue.filled().done()
