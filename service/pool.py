"""The killable worker pool: batches in, one outcome per sample out, whatever a completion does to its worker.

A batch is cut into shards, and a shard runs in one worker. When a worker dies, what it had answered counts, and
`blame` says what becomes of the rest. Scoring is pure, so trying again is always safe. Batches take turns.
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
from rewards.types import Failure, FailureKind, Frozen, Outcome
from rewards.worker import IDLE, Limits
from service import blame, telemetry
from service.batch import Batch, Shard, Work
from service.process import Death, Recipe, WorkerDiedError, WorkerProcess
from service.queue import TurnQueue

_SHARD_S = 0.02
"""Work one shard should hold: enough to drown the cost of a frame, little enough to spread over workers."""
_WORTH_SHARING_S = 0.001
"""Work for each worker that is worth the cost of another frame."""
_SHARD_ITEMS = 512
_SHARD_CHARS = 1_000_000
_FIRST_GUESS_S = 0.001
"""Cost of an item of a reward not scored yet."""
_PATIENCE = 0.1
"""Share of the budget that an item gets beside others; alone, it gets all of it."""
_GRACE_S = 1.0
"""How long a worker may go on with a shard that nobody waits for."""
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
        self._queue: TurnQueue[Shard] = TurnQueue()
        self._queued = 0
        self._seconds: dict[str, float] = {}
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
        return PoolStatus(self._size, len(self._alive), self._queued, self._restarts)

    @property
    def worker_pids(self) -> list[int]:
        """The process ids of the workers that are ready."""
        return [process.pid for process in self._alive]

    async def run(
        self, reward: Reward, params: Frozen, items: Sequence[Item], deadline_s: float
    ) -> list[list[EncodedOutcome]]:
        """Return the outcomes of each item, one per sample, in order.

        What is not scored within `deadline_s` seconds of wall time is `deadline`, and its workers are killed. Where
        the caller is cancelled, nothing more of the batch is started.

        Raises:
            PoolUnavailableError: the queue is full, or no worker can be started.
        """
        if not items:
            return []
        if self._queued + len(items) > self._max_queued:
            raise PoolUnavailableError("The queue is full.", retry_after_s=2)
        if self._deaths_before_ready >= _BREAKER_DEATHS and not self._alive:
            raise PoolUnavailableError("No worker process can be started.", retry_after_s=10)
        batch = Batch(reward, params, [None] * len(items), missing=len(items))
        for works in self._cut(reward, [Work(item, position) for position, item in enumerate(items)]):
            self._put(Shard(batch, works, reward.budget_s * _PATIENCE))
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(deadline_s):
                    await batch.done.wait()
            batch.kill_workers()
        except asyncio.CancelledError:
            # The caller is gone. A worker that is about to finish its shard may: that is cheaper than a new worker.
            asyncio.get_running_loop().call_later(_GRACE_S, batch.kill_workers)
            raise
        finally:
            batch.abandoned = True
        late = encode_outcome(Failure(FailureKind.DEADLINE, f"Not scored within {deadline_s:g} s of wall time."))
        return [
            outcomes if outcomes is not None else [late] * len(item["samples"])
            for outcomes, item in zip(batch.outcomes, items, strict=True)
        ]

    def _cut(self, reward: Reward, works: list[Work]) -> list[list[Work]]:
        """Cut work into shards of about `_SHARD_S` each, as many for each worker where there is enough of it."""
        seconds = self._seconds.get(reward.id, _FIRST_GUESS_S) * len(works)
        if seconds < self._size * _WORTH_SHARING_S:
            shards = max(1, int(seconds / _WORTH_SHARING_S))
        else:
            shards = math.ceil(seconds / _SHARD_S / self._size) * self._size
        size = min(_SHARD_ITEMS, math.ceil(len(works) / shards))
        cut: list[list[Work]] = []
        chars = 0
        for work in works:
            length = sum([len(sample["completion"]) for sample in work.item["samples"]])
            if not cut or len(cut[-1]) >= size or chars + length > _SHARD_CHARS:
                cut.append([])
                chars = 0
            cut[-1].append(work)
            chars += length
        return cut

    def _put(self, shard: Shard) -> None:
        """Queue a shard behind what its batch has waiting."""
        self._queued += len(shard.works)
        self._queue.put(id(shard.batch), shard)

    def _put_first(self, shard: Shard) -> None:
        """Queue a shard before what its batch has waiting: its work was taken from the head already."""
        self._queued += len(shard.works)
        self._queue.put_first(id(shard.batch), shard)

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
            self._queued -= len(shard.works)
            if shard.batch.abandoned:
                continue
            shard.works = blame.readable(shard.batch, shard.works)
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
        batch = shard.batch
        batch.workers.add(process)
        started = time.perf_counter()
        done = 0
        try:
            async for outcomes in process.run(
                {
                    "reward": batch.reward.id,
                    "params": batch.params.model_dump(mode="json"),
                    "limit_s": shard.limit_s,
                    "items": [work.item for work in shard.works],
                }
            ):
                work = shard.works[done]
                if work.is_control:  # it was cheap, so the completion in whose place it stood is to blame
                    batch.fail(work, blame.blamed_completion(batch.reward))
                else:
                    batch.settle(work, outcomes)
                done += 1
        except WorkerDiedError as died:
            if not batch.abandoned:
                self._rescue(shard, done, died)
            raise
        except Exception as error:  # noqa: BLE001 - a defect here costs a shard and a worker, never the slot
            self._give_up(shard, done, error)
            raise WorkerDiedError(Death.FAULT, IDLE) from None
        finally:
            batch.workers.discard(process)
        self._learn_cost(batch.reward.id, (time.perf_counter() - started) / len(shard.works))

    def _learn_cost(self, reward_id: str, seconds: float) -> None:
        """Move the estimate of a reward's cost per item a fifth of the way to what was just seen."""
        self._seconds[reward_id] = 0.8 * self._seconds.get(reward_id, seconds) + 0.2 * seconds

    def _give_up(self, shard: Shard, done: int, error: Exception) -> None:
        """Settle what is left of a shard that the service could not send, or whose answer it could not read."""
        telemetry.defect("shard_failed", error)
        failure: Outcome = Failure(FailureKind.CRASH, "The service could not bring this sample to a worker and back.")
        for work in shard.works[done:]:
            shard.batch.fail(work, failure)

    def _rescue(self, shard: Shard, done: int, died: WorkerDiedError) -> None:
        """Queue what a dead worker left."""
        retries, rest = blame.sort_out(shard, done, died)
        for retry in retries:
            self._put(retry)
        for works in self._cut(shard.batch.reward, rest) if rest else []:
            self._put_first(Shard(shard.batch, works, shard.limit_s))
