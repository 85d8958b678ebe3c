"""Under load, a worker is killed from outside every 100 ms, and no caller can tell."""

import asyncio
import random
import time
from collections import Counter

import pytest

from rewards.declare import Reward
from rewards.frames import Item
from rewards.registry import discover
from rewards.types import NoParams, Outcome, Score
from service.pool import Pool
from tests.service.running import item, kill, running_pool, scored

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("warm_forkserver")]

KILL_EVERY_S = 0.1
CALLERS = 4
DEADLINE_S = 30.0


def batch(number: int) -> tuple[str, list[Item], list[float]]:
    """Return a reward's id, work for it, and the values it must come back with."""
    if number % 4 == 0:
        sizes = [(number * 37 + index) % 500 for index in range(200)]
        return "xml_count@v1", [item("x" * size) for size in sizes], [0.0] * len(sizes)
    answers = [(number + index) % 9 for index in range(32)]
    work = [item(rf"hence \boxed{{{answer}}}", reference={"answer": "4"}) for answer in answers]
    return "math_equal@v1", work, [float(answer == 4) for answer in answers]


class Tally:
    """What callers saw."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.slowest_s = 0.0

    def count(self, outcomes: list[list[Outcome]], values: list[float], seconds: float) -> None:
        """Add a batch that came back."""
        self.slowest_s = max(self.slowest_s, seconds)
        self.seen["batches"] += 1
        for (outcome,), value in zip(outcomes, values, strict=True):
            right = isinstance(outcome, Score) and outcome.value == value
            self.seen["right" if right else "wrong" if isinstance(outcome, Score) else "lost"] += 1


async def call_until(pool: Pool, rewards: dict[str, Reward], ends_at: float, first: int, tally: Tally) -> None:
    """Send one batch after the other."""
    number = first
    while time.monotonic() < ends_at:
        reward_id, work, values = batch(number)
        started = time.monotonic()
        outcomes = await scored(pool, rewards[reward_id], NoParams(), work, DEADLINE_S)
        tally.count(outcomes, values, time.monotonic() - started)
        number += CALLERS


async def kill_until(pool: Pool, ends_at: float, tally: Tally) -> None:
    """SIGKILL some worker, again and again."""
    dice = random.Random(7)  # noqa: S311 - which worker dies need not be secret
    while time.monotonic() < ends_at:
        await asyncio.sleep(KILL_EVERY_S)
        if pids := sorted(pool.worker_pids):
            kill(dice.choice(pids))
            tally.seen["kills"] += 1


@pytest.mark.timeout(120)
@pytest.mark.parametrize("chaos_s", [8.0, pytest.param(20.0, marks=pytest.mark.e2e)])
async def test_killing_workers_loses_nothing(chaos_s: float) -> None:
    """A kill every 100 ms: none lost, none wrong, none stuck."""
    rewards = dict(discover())
    tally = Tally()
    async with running_pool("rewards") as pool:
        ends_at = time.monotonic() + chaos_s
        callers = [call_until(pool, rewards, ends_at, first, tally) for first in range(CALLERS)]
        async with asyncio.timeout(chaos_s + DEADLINE_S):
            await asyncio.gather(kill_until(pool, ends_at, tally), *callers)
        restarts = pool.status.restarts
    print(dict(tally.seen), f"restarts {restarts}, slowest batch {tally.slowest_s:.2f} s")  # noqa: T201 - for -s
    assert tally.seen["kills"] > 1.5 * chaos_s  # one each 100 ms, as often as a worker is there to be killed
    assert restarts > 2 * chaos_s
    assert (0, 0) == (tally.seen["lost"], tally.seen["wrong"])
    assert tally.seen["right"] > 50 * chaos_s
    assert tally.slowest_s < DEADLINE_S
