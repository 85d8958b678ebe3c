"""How these tests run the service, or its pool alone: the real one, in this process, on loopback."""

import asyncio
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from multiprocessing import forkserver

import httpx
import uvicorn
from fastapi import FastAPI

from rewards import digest
from rewards.declare import Reward
from rewards.frames import Item, Json, SampleFields
from rewards.registry import discover, version_modules
from rewards.types import Frozen, Outcome
from service import telemetry
from service.app import create_app
from service.backing import Backing
from service.judging.nobody import Judges
from service.operating import Operating
from service.pool import Pool
from service.settings import MEBIBYTE, Settings

TEST_REWARDS = "tests.pool_rewards"


def serve_app(app: FastAPI) -> Iterator[str]:
    """Run an app on a free port of loopback; yield its URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, server_header=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        with httpx.Client(base_url=url) as client:
            while not client.get("/readyz").is_success:
                time.sleep(0.02)
        yield url
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@contextmanager
def running_service(
    package: str,
    settings: Settings,
    log: telemetry.Telemetry | None = None,
    max_queued: int = 200_000,
    judges: Judges | None = None,
    backing: Backing | None = None,
    operating: Operating | None = None,
) -> Iterator[str]:
    """Run the service for a package of rewards; yield its URL."""
    registry = discover(package)
    tracer = None if operating is None else operating.tracer
    pool = Pool(package, workers=2, memory_bytes=512 * MEBIBYTE, max_queued=max_queued, tracer=tracer)
    app = create_app(
        settings,
        registry,
        digest.digests(registry),
        pool,
        log or telemetry.quiet(),
        judges,
        backing,
        operating,
    )
    yield from serve_app(app)


def preload() -> None:
    """Have the next forkserver load the rewards of every test, whichever pool starts it."""
    modules = [*version_modules("rewards"), *version_modules(TEST_REWARDS)]
    multiprocessing.get_context("forkserver").set_forkserver_preload(["rewards.worker", *modules])


@asynccontextmanager
async def running_pool(package: str = TEST_REWARDS, workers: int = 2, **options: int) -> AsyncIterator[Pool]:
    """Run a pool that is ready."""
    pool = Pool(package, workers=workers, memory_bytes=512 * MEBIBYTE, **options)
    await pool.start()
    try:
        await pool.wait_ready()
        yield pool
    finally:
        await pool.stop()


def item(*completions: str, reference: Json | None = None, needs: dict[str, Json] | None = None) -> Item:
    """Return one item of work: a sample, or a group of them."""
    samples = [
        SampleFields(
            completion=completion,
            reference=reference or {},
            prompt=None,
            group=None,
            completion_tokens=None,
            completion_ids=None,
        )
        for completion in completions
    ]
    return Item(samples=samples, needs=[needs or {}] * len(samples))


async def scored(
    pool: Pool, reward: Reward, params: Frozen, items: Sequence[Item], deadline_s: float
) -> list[list[Outcome]]:
    """Return what a pool says of each item."""
    return [[each.outcome() for each in one] for one in await pool.run(reward, params, items, deadline_s)]


async def until(condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
    """Return when the condition holds.

    Raises:
        TimeoutError: it never did.
    """
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - most of what is waited for tells nobody
            await asyncio.sleep(0.005)


def kill(pid: int) -> None:
    """SIGKILL a process, if it is there."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def forkserver_pid() -> int:
    """Return the process id of the forkserver."""
    return forkserver._forkserver._forkserver_pid or 0  # type: ignore[attr-defined]
