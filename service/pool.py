"""The killable worker pool: batches in, one outcome per sample out, whatever a completion does to its worker.

A batch is cut into shards, and a shard runs in one worker; small batches share one (see `coalescing`). Teams share the
workers, and a team's batches take turns. `crew` keeps the workers and says what becomes of what a dead one leaves.
"""

import asyncio
import math
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import forkserver

from rewards.declare import Reward
from rewards.frames import EncodedOutcome, Item, encode_outcome
from rewards.registry import version_modules
from rewards.types import Failure, FailureKind, Frozen
from rewards.worker import Limits
from service.batch import GRACE_S, Batch, Shard, Work
from service.coalescing import ShardQueue, line_of
from service.costs import Costs
from service.crew import PATIENCE, Crew
from service.metering.histogram import Histogram
from service.process import Recipe
from service.tracing import NoTracer, Stage, Tracer

_START_TIMEOUT_S = 60.0
_SHORTEST_WAIT_S, _LONGEST_WAIT_S = 1, 60
"""Of a caller that is refused: less would be a busy loop, and more is a guess about others' work."""


class PoolUnavailableError(Exception):
    """The pool cannot take this work now."""

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class PoolStatus:
    """What the pool is doing, for readiness and for people."""

    workers: int
    ready: int
    queued: int
    restarts: int


class Pool:
    """A fixed number of workers and one queue.

    Args:
        package: The package whose rewards the workers discover.
        workers: How many worker processes to keep.
        memory_bytes: Address space of each.
        recycle_after: Items after which a worker is replaced, against whatever its libraries accumulate.
        max_queued: Items that may wait; more is `PoolUnavailableError`. Teams have equal parts of it.
        tracer: Told how long batches wait.
    """

    def __init__(
        self,
        package: str,
        *,
        workers: int,
        memory_bytes: int,
        recycle_after: int = 50_000,
        max_queued: int = 100_000,
        tracer: Tracer | None = None,
    ) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["rewards.worker", *version_modules(package)])
        self._executor = ThreadPoolExecutor(1, "touchstone-spawn")
        recipe = Recipe(context, package, Limits(memory_bytes), self._executor, _START_TIMEOUT_S)
        self._size = workers
        self._tracer = tracer or NoTracer()
        self.waits = Histogram()
        """How long batches waited for their first worker."""
        self._max_queued = max_queued
        self._costs = Costs(workers)
        self._queue = ShardQueue(self._costs)
        self._crew = Crew(recipe, self._queue, self._costs, recycle_after)

    def warm_up(self) -> None:
        """Begin to preload the reward modules in the forkserver, before there is an event loop."""
        self._executor.submit(forkserver.ensure_running)

    async def start(self) -> None:
        """Begin to start the workers; `wait_ready` says when the first is up."""
        self._crew.start(self._size)

    async def wait_ready(self) -> None:
        """Return when a worker is ready."""
        await self._crew.some_ready.wait()

    async def stop(self) -> None:
        """End every worker. Batches still running never finish, so drain the callers first."""
        await self._crew.stop()
        self._executor.shutdown()

    @property
    def status(self) -> PoolStatus:
        """How the pool stands now."""
        return PoolStatus(self._size, self._crew.ready, self._queue.items, self._crew.restarts)

    @property
    def worker_pids(self) -> list[int]:
        """The process ids of the workers that are ready."""
        return self._crew.pids

    def check(self, team: str, items: int = 1) -> None:
        """Return if a team's work can be taken now.

        Raises:
            PoolUnavailableError: the queue has no room for it, or no worker can be started.
        """
        if items > self._queue.room(team, self._max_queued):
            wait_s = math.ceil(self._queue.drain_s(self._size))
            wait_s = max(_SHORTEST_WAIT_S, min(wait_s, _LONGEST_WAIT_S))
            raise PoolUnavailableError("The queue is full.", retry_after_s=wait_s)
        if self._crew.is_failing:
            raise PoolUnavailableError("No worker process can be started.", retry_after_s=10)

    async def run(
        self, reward: Reward, params: Frozen, items: Sequence[Item], deadline_s: float, team: str = ""
    ) -> list[list[EncodedOutcome]]:
        """Return the outcomes of each item, one per sample, in order.

        What is not scored within `deadline_s` seconds of wall time is `deadline`. Then, and where the caller is
        cancelled, nothing more of the batch is started, and workers that go on with it are killed in a moment. The team
        is charged what workers spend on it.

        Raises:
            PoolUnavailableError: the queue is full, or no worker can be started.
        """
        if not items:
            return []
        self.check(team, len(items))
        batch = Batch(reward, params, [None] * len(items), missing=len(items), team=team)
        line = line_of(batch)
        for works in self._costs.cut(reward, [Work(batch, item, position) for position, item in enumerate(items)]):
            self._queue.put(Shard(works, reward.budget_s * PATIENCE, line))
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(deadline_s):
                    await batch.done.wait()
        finally:
            batch.abandoned = True
            if batch.missing:
                # A worker that is about to finish its shard may: that is cheaper than a new worker.
                asyncio.get_running_loop().call_later(GRACE_S, batch.end_runs)
            self._note_wait(batch)
        late = encode_outcome(Failure(FailureKind.DEADLINE, f"Not scored within {deadline_s:g} s of wall time."))
        return [
            outcomes if outcomes is not None else [late] * len(item["samples"])
            for outcomes, item in zip(batch.outcomes, items, strict=True)
        ]

    def _note_wait(self, batch: Batch) -> None:
        """Count how long a batch waited for its first worker; for ever, where it never had one."""
        ended_at = batch.begun_at or time.perf_counter()
        self.waits.observe(ended_at - batch.queued_at)
        self._tracer.passed(Stage.WAIT, batch.queued_at, ended_at, items=len(batch.outcomes))
