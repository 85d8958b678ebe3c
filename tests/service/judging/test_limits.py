"""No more is asked at a time, or in a minute, than the operator allows."""

import asyncio
import time
from pathlib import Path

import pytest

from service.judging.limits import Limits
from tests.service.judging.asking import settings

pytestmark = pytest.mark.anyio


class Crowd:
    """Calls that count each other."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.inside = 0
        self.most = 0
        self.order: list[int] = []

    async def call(self, tokens: int = 1, seconds: float = 0.002, team: str = "") -> None:
        """Be inside for a while."""
        async with self._limits.slot(team, tokens):
            self.order.append(tokens)
            self.inside += 1
            self.most = max(self.most, self.inside)
            await asyncio.sleep(seconds)
            self.inside -= 1


async def test_no_more_at_a_time_than_the_setting(tmp_path: Path) -> None:
    """And as many as that."""
    crowd = Crowd(Limits(settings(tmp_path, concurrency=5)))
    await asyncio.gather(*(crowd.call() for _ in range(50)))
    assert (5, 0, 50) == (crowd.most, crowd.inside, len(crowd.order))


async def test_a_call_that_is_cut_off_gives_its_place_back(tmp_path: Path) -> None:
    """Wherever it stood: inside, or in front of the door."""
    limits = Limits(settings(tmp_path, concurrency=2, requests_per_minute=1e6, tokens_per_minute=1e6))
    crowd = Crowd(limits)
    tasks = [asyncio.ensure_future(crowd.call(seconds=60)) for _ in range(6)]
    await asyncio.sleep(0.01)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    again = Crowd(limits)
    async with asyncio.timeout(2):
        await asyncio.gather(*(again.call() for _ in range(10)))
    assert 2 == again.most


async def test_calls_a_minute(tmp_path: Path) -> None:
    """600 a minute are ten a second, once a minute's worth is used up."""
    crowd = Crowd(Limits(settings(tmp_path, requests_per_minute=600, concurrency=1000)))
    await asyncio.gather(*(crowd.call() for _ in range(600)))
    began = time.monotonic()
    await asyncio.gather(*(crowd.call() for _ in range(3)))
    assert 0.15 < time.monotonic() - began < 10


async def test_a_call_of_more_tokens_than_a_minutes_waits_for_all_of_them(tmp_path: Path) -> None:
    """It is made, and made alone; nothing waits for ever."""
    crowd = Crowd(Limits(settings(tmp_path, tokens_per_minute=60_000)))
    await crowd.call(10**12)
    began = time.monotonic()
    await crowd.call(300)
    assert 0.2 < time.monotonic() - began < 10


async def test_a_long_call_is_not_overtaken_for_ever(tmp_path: Path) -> None:
    """Short calls that would fit wait behind it."""
    crowd = Crowd(Limits(settings(tmp_path, tokens_per_minute=60_000)))
    await crowd.call(60_000)
    await asyncio.gather(*(crowd.call(tokens) for tokens in (10, 400, 20, 30)))
    assert [60_000, 10, 400, 20, 30] == crowd.order


@pytest.mark.parametrize("limit", [{"concurrency": 2}, {"requests_per_minute": 600}])
async def test_a_team_does_not_wait_behind_anothers_batch(tmp_path: Path, limit: dict[str, int]) -> None:
    """Whichever limit holds calls back, it is its turn after one call of each other team."""
    crowd = Crowd(Limits(settings(tmp_path, **limit)))
    if "requests_per_minute" in limit:  # a minute's worth may go at once
        await asyncio.gather(*(crowd.call() for _ in range(600)))
        crowd.order.clear()
    batch = [asyncio.ensure_future(crowd.call(1, 0.02, "a")) for _ in range(200)]
    await asyncio.sleep(0.01)
    async with asyncio.timeout(5):
        for _ in range(3):
            await crowd.call(2, 0, "b")
    assert 3 == crowd.order.count(2)
    assert len(crowd.order) < 20
    for task in batch:
        task.cancel()
    await asyncio.gather(*batch, return_exceptions=True)
