"""Workers that die take everything they held with them."""

import gc
import os
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from rewards.registry import discover
from rewards.types import NoParams, Score
from service.pool import Pool
from tests.service.running import TEST_REWARDS, forkserver_pid, item, running_pool, scored, until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("warm_forkserver")]

MOODY = replace(discover(TEST_REWARDS)["moody@v1"], budget_s=0.01)


def descriptors(pid: int) -> int:
    """Return how many file descriptors a process holds."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def children(pid: int) -> list[int]:
    """Return the processes that a process has started and not buried."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def zombies(pid: int) -> int:
    """Return how many of its children are dead and not buried."""
    return sum(") Z " in Path(f"/proc/{child}/stat").read_text() for child in children(pid))


def held() -> dict[str, int]:
    """Return what this process and its forkserver hold."""
    server = forkserver_pid()
    return {
        "descriptors": descriptors(os.getpid()),
        "children": len(children(os.getpid())),
        "threads": threading.active_count(),
        "forkserver descriptors": descriptors(server),
        "workers": len(children(server)),
        "zombies": zombies(server),
    }


async def spend(pool: Pool, count: int) -> None:
    """Score samples that burn their whole budget."""
    work = [item("burn") for _ in range(count)]
    outcomes = [outcome for (outcome,) in await scored(pool, MOODY, NoParams(), work, 120)]
    assert {"answer_too_expensive"} == {outcome.reason for outcome in outcomes if isinstance(outcome, Score)}
    assert count == len(outcomes)


@pytest.mark.parametrize("expensive", [60, pytest.param(200, marks=pytest.mark.e2e)])
async def test_expensive_answers_leave_nothing_behind(expensive: int) -> None:
    """Processes, descriptors and threads are where they were, here and in the forkserver."""
    async with running_pool() as pool:
        await spend(pool, 2)
        await until(lambda: pool.status.ready == 2)
        before = held()
        await spend(pool, expensive)
        await until(lambda: pool.status.ready == 2 and pool.status.queued == 0)
        assert pool.status.restarts >= 2 * expensive
        await settle(before)
        print(before, held(), pool.status)  # noqa: T201 - for -s
        assert {} == grown(before)


async def test_a_pool_that_stops_leaves_nothing_behind() -> None:
    """Neither a process nor a thread nor a descriptor."""
    async with running_pool(workers=1) as pool:
        await spend(pool, 1)
    before = held()
    async with running_pool(workers=2) as pool:
        await spend(pool, 2)
    await settle(before)
    assert {} == grown(before)


def grown(before: dict[str, int]) -> dict[str, int]:
    """Return what there is more of. There may be less: the servers of other tests close their idle connections."""
    return {name: count - before[name] for name, count in held().items() if count > before[name]}


async def settle(before: dict[str, int]) -> None:
    """Give the forkserver a moment to bury what just died."""
    gc.collect()
    with suppress(TimeoutError):
        await until(lambda: not grown(before), 3)
