"""The killable worker pool: batches in, one outcome per sample out, whatever a completion does to its worker.

A batch is cut into shards, and a shard runs in one worker; small batches share one (see `coalescing`). When a worker
dies, what it had answered counts, and `blame` says what becomes of the rest. Scoring is pure, so trying again is always
safe. Batches take turns.
"""

import asyncio
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
from rewards.types import Failure, FailureKind, Frozen, Outcome
from rewards.worker import IDLE, Limits
from service import blame, telemetry
from service.batch import GRACE_S, Batch, Run, Shard, Work
from service.coalescing import ShardQueue, line_of
from service.costs import Costs
from service.process import Death, Recipe, WorkerDiedError, WorkerProcess

_PATIENCE = 0.1
"""Share of the budget that an item gets beside others; alone, it gets all of it."""
_START_TIMEOUT_S = 60.0
_BREAKER_DEATHS = 3
_BREAKER_MAX_WAIT_S = 30.0


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
        max_queued: Items that may wait; more is `PoolUnavailableError`.
    """

    def __init__(
        self,
        package: str,
        *,
        workers: int,
        memory_bytes: int,
        recycle_after: int = 50_000,
        max_queued: int = 100_000,
    ) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["rewards.worker", *version_modules(package)])
        self._executor = ThreadPoolExecutor(1, "touchstone-spawn")
        self._recipe = Recipe(context, package, Limits(memory_bytes), self._executor, _START_TIMEOUT_S)
        self._size = workers
        self._recycle_after = recycle_after
        self._max_queued = max_queued
        self._costs = Costs(workers)
        self._queue = ShardQueue(self._costs)
        self._slots: list[asyncio.Task[None]] = []
        self._alive: set[WorkerProcess] = set()
        self._restarts = 0
        self._deaths_before_ready = 0
        self._some_ready = asyncio.Event()

    def warm_up(self) -> None:
        """Begin to preload the reward modules in the forkserver, before there is an event loop."""
        self._executor.submit(forkserver.ensure_running)

    async def start(self) -> None:
        """Begin to start the workers; `wait_ready` says when the first is up."""
        self._slots = [asyncio.create_task(self._keep_slot()) for _ in range(self._size)]

    async def wait_ready(self) -> None:
        """Return when a worker is ready."""
        await self._some_ready.wait()

    async def stop(self) -> None:
        """End every worker. Batches still running never finish, so drain the callers first."""
        for slot in self._slots:
            slot.cancel()
        await asyncio.gather(*self._slots, return_exceptions=True)
        self._executor.shutdown()

    @property
    def status(self) -> PoolStatus:
        """How the pool stands now."""
        return PoolStatus(self._size, len(self._alive), self._queue.items, self._restarts)

    @property
    def worker_pids(self) -> list[int]:
        """The process ids of the workers that are ready."""
        return [process.pid for process in self._alive]

    async def run(
        self, reward: Reward, params: Frozen, items: Sequence[Item], deadline_s: float
    ) -> list[list[EncodedOutcome]]:
        """Return the outcomes of each item, one per sample, in order.

        What is not scored within `deadline_s` seconds of wall time is `deadline`. Then, and where the caller is
        cancelled, nothing more of the batch is started, and workers that go on with it are killed in a moment.

        Raises:
            PoolUnavailableError: the queue is full, or no worker can be started.
        """
        if not items:
            return []
        if self._queue.items + len(items) > self._max_queued:
            raise PoolUnavailableError("The queue is full.", retry_after_s=2)
        if self._deaths_before_ready >= _BREAKER_DEATHS and not self._alive:
            raise PoolUnavailableError("No worker process can be started.", retry_after_s=10)
        batch = Batch(reward, params, [None] * len(items), missing=len(items))
        line = line_of(batch)
        for works in self._costs.cut(reward, [Work(batch, item, position) for position, item in enumerate(items)]):
            self._queue.put(Shard(works, reward.budget_s * _PATIENCE, line))
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(deadline_s):
                    await batch.done.wait()
        finally:
            batch.abandoned = True
            if batch.missing:
                # A worker that is about to finish its shard may: that is cheaper than a new worker.
                asyncio.get_running_loop().call_later(GRACE_S, batch.end_runs)
        late = encode_outcome(Failure(FailureKind.DEADLINE, f"Not scored within {deadline_s:g} s of wall time."))
        return [
            outcomes if outcomes is not None else [late] * len(item["samples"])
            for outcomes, item in zip(batch.outcomes, items, strict=True)
        ]

    async def _keep_slot(self) -> None:
        """Keep one worker alive and busy, for ever."""
        while True:
            process = await self._start_worker()
            self._alive.add(process)
            self._some_ready.set()
            try:
                while process.scored < self._recycle_after:
                    shard = await self._next_shard(process)
                    await self._run_shard(process, shard)
            except WorkerDiedError:
                self._restarts += 1
            finally:
                self._alive.discard(process)
                await asyncio.shield(process.close())

    async def _start_worker(self) -> WorkerProcess:
        """Return a ready worker, waiting longer after each one that died before it was ready."""
        while True:
            try:
                process = await WorkerProcess.start(self._recipe)
            except Exception as error:  # noqa: BLE001 - whatever it is, the slot tries again
                telemetry.defect("worker_not_started", error)
                self._deaths_before_ready += 1
                if self._deaths_before_ready >= _BREAKER_DEATHS:
                    await asyncio.sleep(min(2.0 ** (self._deaths_before_ready - 2), _BREAKER_MAX_WAIT_S))
            else:
                self._deaths_before_ready = 0
                return process

    async def _next_shard(self, process: WorkerProcess) -> Shard:
        """Return the next shard worth running.

        Raises:
            WorkerDiedError: the worker died while it waited.
        """
        while True:
            shard = await self._take(process)
            shard.works = blame.wanted(shard.works)
            if shard.works:
                return shard

    async def _take(self, process: WorkerProcess) -> Shard:
        """Return the first shard of the queue, watching the idle worker while there is none.

        Raises:
            WorkerDiedError: the worker died while it waited.
        """
        while True:
            shard = self._queue.pop()
            if shard is not None:
                return shard
            filled = self._queue.filled()
            await asyncio.wait({filled, process.ended}, return_when=asyncio.FIRST_COMPLETED)
            if process.ended.done():
                raise WorkerDiedError(Death.OUTSIDE, IDLE)

    async def _run_shard(self, process: WorkerProcess, shard: Shard) -> None:
        """Run a shard and settle its outcomes; on a death, see that the rest is scored elsewhere.

        Raises:
            WorkerDiedError: the worker is gone.
        """
        batch = shard.works[0].batch
        run = Run(process, shard)
        started = time.perf_counter()
        try:
            async for outcomes in process.run(
                {
                    "reward": batch.reward.id,
                    "params": batch.params.model_dump(mode="json"),
                    "limit_s": shard.limit_s,
                    "items": [work.item for work in shard.works],
                }
            ):
                work = shard.works[run.done]
                if work.is_control:  # it was cheap, so the completion in whose place it stood is to blame
                    work.fail(blame.blamed_completion(batch.reward))
                else:
                    work.settle(outcomes)
                run.done += 1
        except WorkerDiedError as died:
            self._rescue(shard, run.done, died)
            raise
        except Exception as error:  # noqa: BLE001 - a defect here costs a shard and a worker, never the slot
            self._give_up(run.left, error)
            raise WorkerDiedError(Death.FAULT, IDLE) from None
        finally:
            run.end()
        self._costs.learn(batch.reward.id, (time.perf_counter() - started) / len(shard.works))

    def _give_up(self, left: list[Work], error: Exception) -> None:
        """Settle what is left of a shard that the service could not send, or whose answer it could not read.

        Of several batches each is tried once more by itself, since one of them is to blame and the others are not.
        """
        telemetry.defect("shard_failed", error)
        batches = {work.batch: [other for other in left if other.batch is work.batch] for work in left}
        if len(batches) > 1:
            for batch, works in batches.items():
                self._queue.put(Shard(works, batch.reward.budget_s * _PATIENCE, batch))
            return
        failure: Outcome = Failure(FailureKind.CRASH, "The service could not bring this sample to a worker and back.")
        for work in left:
            work.fail(failure)

    def _rescue(self, shard: Shard, done: int, died: WorkerDiedError) -> None:
        """Queue what a dead worker left."""
        retries, rest = blame.sort_out(shard, done, died)
        for retry in retries:
            self._queue.put(retry)
        for works in self._costs.cut(shard.reward, rest) if rest else []:
            self._queue.put_first(Shard(works, shard.limit_s, shard.line))
