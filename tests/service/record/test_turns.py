"""Each team reads a few pages at a time."""

import asyncio

import pytest

from service.record.turns import Turns

pytestmark = pytest.mark.anyio


class Pages:
    """Pages that are read until they are told to be there."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ready = asyncio.Event()

    async def read(self, name: str) -> str:
        """Return a page's name, when it is there."""
        self.begun.append(name)
        await self.ready.wait()
        return name


async def test_a_team_that_reads_much_waits_for_itself() -> None:
    """Another one is read to at once."""
    turns, pages = Turns(), Pages()
    reads = [
        asyncio.ensure_future(turns.take(name[0], lambda name=name: pages.read(name)))  # type: ignore[misc]
        for name in ("a1", "a2", "a3", "a4", "b1")
    ]
    await asyncio.sleep(0.01)
    assert ["a1", "a2", "b1"] == pages.begun
    pages.ready.set()
    assert ["a1", "a2", "a3", "a4", "b1"] == await asyncio.gather(*reads)


async def test_a_caller_who_leaves_gives_no_place_away_before_it_is_free() -> None:
    """The thread that reads for them goes on."""
    turns, pages = Turns(), Pages()
    reads = [asyncio.ensure_future(turns.take("a", lambda: pages.read("left"))) for _ in range(2)]
    await asyncio.sleep(0.01)
    for each in reads:
        each.cancel()
    waiting = asyncio.ensure_future(turns.take("a", lambda: pages.read("next")))
    await asyncio.sleep(0.01)
    assert ["left", "left"] == pages.begun
    pages.ready.set()
    assert "next" == await waiting
