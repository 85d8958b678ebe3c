"""What a team's hostile samples burn is its own, in the pool and at the service's edge."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import httpx
import pytest

from rewards.registry import discover
from rewards.types import NoParams, Score
from service.coalescing import Lane
from service.pool import Pool, PoolUnavailableError
from service.settings import Settings
from tests.service.running import TEST_REWARDS, item, running_pool, running_service, until
from tests.service.test_routes import check_problem

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("warm_forkserver")]

MOODY = discover(TEST_REWARDS)["moody@v1"]


async def ask(pool: Pool, team: str, *moods: str, deadline_s: float = 30.0) -> list[str]:
    """Return what decided each outcome of a team's batch."""
    found = await pool.run(MOODY, NoParams(), [item(mood) for mood in moods], deadline_s, team)
    outcomes = [each.outcome() for (each,) in found]
    return [outcome.reason if isinstance(outcome, Score) else outcome.kind.value for outcome in outcomes]


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    """A pool of two workers that two teams have used."""
    async with running_pool(workers=2) as pool:
        await ask(pool, "victim", "fine")
        await ask(pool, "hostile", "fine")
        yield pool


async def test_hostile_samples_are_charged_what_they_burned(pool: Pool) -> None:
    """The tries that killed their workers, and the workers' restarts."""
    shares = pool._queue._shares
    started = time.perf_counter()
    assert ["answer_too_expensive"] == await ask(pool, "hostile", "burn")
    taken = time.perf_counter() - started
    account = shares._accounts["hostile"]
    await until(lambda: account.overrun_s > MOODY.budget_s * 0.8)
    assert MOODY.budget_s * 0.8 < -account.balance_s < taken + 2.0
    assert shares._accounts["victim"].overrun_s == 0


async def test_a_deadline_that_kills_a_worker_is_charged_as_well(pool: Pool) -> None:
    """What nobody waits for any more was burned all the same."""
    assert ["deadline"] == await ask(pool, "hostile", "sleep", deadline_s=1.0)
    await until(lambda: pool._queue._shares._accounts["hostile"].overrun_s > 0.8)


async def test_others_find_the_workers_free_while_a_team_burns_them(pool: Pool) -> None:
    """The victim's requests take less than a suspect does, and the burner has its outcomes too."""
    assert ["answer_too_expensive"] == await ask(pool, "hostile", "burn")
    burning = [asyncio.create_task(ask(pool, "hostile", "burn", "fine")) for _ in range(4)]
    latencies = []
    while not all(task.done() for task in burning):
        started = time.perf_counter()
        assert ["fine"] == await ask(pool, "victim", "fine")
        latencies.append(time.perf_counter() - started)
        await asyncio.sleep(0.01)
    assert median(latencies) < MOODY.budget_s / 5
    assert [["answer_too_expensive", "fine"]] * 4 == [task.result() for task in burning]
    assert 2 == pool.status.workers


async def test_a_shard_of_many_dear_items_leaves_the_main_lane() -> None:
    """None of them is dear enough to be killed for, and each is scored in the end, on the side."""
    async with running_pool(workers=1) as pool:
        await ask(pool, "victim", "fine")
        task = asyncio.create_task(ask(pool, "hostile", *["toil"] * 60))
        await until(lambda: pool._queue._shares.is_debtor("hostile"))
        assert ["fine"] == await ask(pool, "victim", "fine")
        assert not task.done()
        assert ["fine"] * 60 == await task
        assert 1 <= pool.status.restarts <= 3


async def test_a_worker_of_the_side_lane_is_of_low_priority(pool: Pool) -> None:
    """So that it leaves the cores to the others; the main lane's are as they were."""
    await ask(pool, "hostile", "burn")
    niceness: set[int] = set()
    task = asyncio.create_task(ask(pool, "hostile", "burn"))
    while not task.done():
        niceness |= {os.getpriority(os.PRIO_PROCESS, pid) for pid in side_workers(pool)}
        await asyncio.sleep(0.02)
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    assert min(19, usual + 10) in niceness
    assert {usual} == {os.getpriority(os.PRIO_PROCESS, pid) for pid in pool.worker_pids}


async def test_a_team_alone_has_every_worker() -> None:
    """No lane is kept free for nobody: suspects run wherever a worker is idle."""
    async with running_pool(workers=2) as pool:
        task = asyncio.create_task(ask(pool, "alone", "burn", "fine"))
        while not task.done():
            assert not pool._queue.has_work(Lane.SIDE)
            await asyncio.sleep(0.005)
        assert ["answer_too_expensive", "fine"] == task.result()


async def test_no_team_can_fill_the_queue_for_another() -> None:
    """Where two are there, each has half of it."""
    async with running_pool(workers=1, max_queued=10) as pool:
        await ask(pool, "b", "fine")
        with pytest.raises(PoolUnavailableError) as caught:
            await ask(pool, "a", *["fine"] * 6)
        assert caught.value.retry_after_s >= 1
        filling = asyncio.create_task(ask(pool, "a", *["doze"] * 5))
        await asyncio.sleep(0.01)
        assert ["fine"] * 5 == await ask(pool, "b", *["fine"] * 5)
        assert 5 == len(await filling)


def side_workers(pool: Pool) -> list[int]:
    """Return the pids of the children of the forkserver, other pools' too, that are not of the main lane."""
    main = set(pool.worker_pids)
    parents = {parent(pid) for pid in main}
    found = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid in found if pid not in main and parent(pid) in parents]


def parent(pid: int) -> int:
    """Return the parent of a process; 0 where it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[1])
    except OSError:
        return 0


@contextmanager
def service(**settings: int) -> Iterator[httpx.Client]:
    """Run the service with certain quotas."""
    with (
        running_service(TEST_REWARDS, Settings(workers=2, **settings)) as url,  # type: ignore[arg-type]
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        yield client


def samples(number: int) -> dict[str, object]:
    """Return a request of so many samples."""
    return {"samples": [{"completion": "a" * n} for n in range(number)]}


def test_a_team_over_its_quota_is_told_when_to_come_back_before_its_body_is_read() -> None:
    """Health, the catalogue and the metrics go on answering, on the same connection too."""
    path = "/v1/rewards/length@v1/score"
    with service(samples_per_min=60) as client:
        assert 200 == client.post(path, json=samples(20)).status_code
        reply = client.post(path, content=b"{" * 5_000_000, headers={"Content-Type": "application/json"})
        assert "60 samples" in check_problem(reply, 429)["detail"]
        assert 5 <= int(reply.headers["retry-after"]) <= 11
        assert "close" != reply.headers.get("connection")
        for get in ("/healthz", "/readyz", "/metrics", "/v1/rewards"):
            assert 200 == client.get(get).status_code
        reply = client.post("/compat/sandbox_fusion/length@v1/run_code", json={})
        assert (504, True) == (reply.status_code, "retry-after" in reply.headers)
        assert 10 > unread_s(str(client.base_url), path)


def unread_s(url: str, path: str) -> float:
    """Return how long a 429 takes of which the body is announced and never sent."""
    address = urlsplit(url)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"
    started = time.perf_counter()
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=20) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 429")
    return time.perf_counter() - started


def test_a_batch_larger_than_all_that_a_team_may_have_under_way_is_413() -> None:
    """Trying again would not help it, and half of it goes."""
    with service(concurrent_samples=10) as client:
        check_problem(client.post("/v1/rewards/length@v1/score", json=samples(11)), 413)
        assert 200 == client.post("/v1/rewards/length@v1/score", json=samples(10)).status_code
