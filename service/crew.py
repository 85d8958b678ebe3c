"""The pool's workers: each is kept alive and busy, and what a dead one leaves is seen to.

When a worker dies, what it had answered counts, and `blame` says what becomes of the rest. Scoring is pure, so trying
again is always safe. Whatever a shard takes its worker, and the worker's restart, is charged to the shard's team.

Workers of the side lane come on top, at a low priority, when there is first something for them: so a team whose work
holds workers for seconds on end costs the others neither a worker nor, on busy cores, much of a core.
"""

import asyncio
import time
from dataclasses import replace

from rewards.types import Failure, FailureKind, Outcome
from rewards.worker import IDLE
from service import blame, telemetry
from service.batch import Run, Shard, Work
from service.coalescing import Lane, ShardQueue
from service.costs import Costs
from service.process import Death, Recipe, WorkerDiedError, WorkerProcess

PATIENCE = 0.1
"""Share of the budget that an item gets beside others; alone, it gets all of it."""
_BREAKER_DEATHS = 3
_BREAKER_MAX_WAIT_S = 30.0
_SIDE_NICENESS = 10
"""Beside a busy process of the main lane on the same core, one of the side lane gets a tenth of it."""
_SIDE_IDLE_S = 30.0
"""How long a worker of the side lane is kept with nothing to do."""
_WATCH_S = 0.1
"""How often to look at a shard of the main lane that does not end."""
_LOOK_AGAIN_S = 1.0
"""After this, what waited for another lane may have become this one's, as debts are forgotten."""


class Crew:
    """Workers that take shards from a queue.

    Args:
        recipe: How they are made.
        queue: Where their work comes from.
        costs: Told what it cost.
        recycle_after: Items after which a worker is replaced.
    """

    def __init__(self, recipe: Recipe, queue: ShardQueue, costs: Costs, recycle_after: int) -> None:
        self._recipe = recipe
        self._side_recipe = replace(recipe, niceness=_SIDE_NICENESS)
        self._queue = queue
        self._costs = costs
        self._recycle_after = recycle_after
        self._slots: list[asyncio.Task[None]] = []
        self._alive: set[WorkerProcess] = set()
        self._deaths_before_ready = 0
        self.restarts = 0
        """How many died."""
        self.some_ready = asyncio.Event()
        """Set when the first is ready."""

    def start(self, size: int) -> None:
        """Begin to start the workers, so many for the main lane and half as many for the side."""
        self._slots = [asyncio.create_task(self._keep_slot()) for _ in range(size)]
        self._slots += [asyncio.create_task(self._keep_side_slot()) for _ in range(max(1, size // 2))]

    async def stop(self) -> None:
        """End every worker."""
        for slot in self._slots:
            slot.cancel()
        await asyncio.gather(*self._slots, return_exceptions=True)

    @property
    def ready(self) -> int:
        """How many workers of the main lane are ready."""
        return len(self._alive)

    @property
    def pids(self) -> list[int]:
        """Their process ids."""
        return [process.pid for process in self._alive]

    @property
    def is_failing(self) -> bool:
        """Whether none is ready and none can be started."""
        return self._deaths_before_ready >= _BREAKER_DEATHS and not self._alive

    async def _keep_slot(self) -> None:
        """Keep one worker of the main lane alive and busy, for ever."""
        culprit: str | None = None
        while True:
            process = await self._replace_worker(culprit, self._recipe)
            self._alive.add(process)
            self.some_ready.set()
            try:
                culprit = await self._serve(process, Lane.MAIN)
            finally:
                self._alive.discard(process)
                await asyncio.shield(process.close())

    async def _keep_side_slot(self) -> None:
        """Keep one worker of the side lane alive and busy while there is work for it, for ever."""
        culprit: str | None = None
        while True:
            if not self._queue.has_work(Lane.SIDE):
                await asyncio.wait({self._queue.filled(Lane.SIDE)})
                continue
            process = await self._replace_worker(culprit, self._side_recipe)
            try:
                culprit = await self._serve(process, Lane.SIDE)
            finally:
                await asyncio.shield(process.close())

    async def _replace_worker(self, culprit: str | None, recipe: Recipe) -> WorkerProcess:
        """Return a ready worker, charged to the team whose work ended the one before."""
        started = time.perf_counter()
        process = await self._start_worker(recipe)
        if culprit is not None:
            self._queue.charge(culprit, time.perf_counter() - started)
        return process

    async def _start_worker(self, recipe: Recipe) -> WorkerProcess:
        """Return a ready worker, waiting longer after each one that died before it was ready."""
        while True:
            try:
                process = await WorkerProcess.start(recipe)
            except Exception as error:  # noqa: BLE001 - whatever it is, the slot tries again
                telemetry.defect("worker_not_started", error)
                self._deaths_before_ready += 1
                if self._deaths_before_ready >= _BREAKER_DEATHS:
                    await asyncio.sleep(min(2.0 ** (self._deaths_before_ready - 2), _BREAKER_MAX_WAIT_S))
            else:
                self._deaths_before_ready = 0
                return process

    async def _serve(self, process: WorkerProcess, lane: Lane) -> str | None:
        """Have a worker run shards until it is to be replaced; return the team whose work ended it, if any's did."""
        team: str | None = None
        try:
            while process.scored < self._recycle_after:
                team = None
                shard = await self._next_shard(process, lane)
                if shard is None:
                    return None
                team = shard.team
                await self._run_shard(process, shard, lane)
        except WorkerDiedError:
            self.restarts += 1
            return team
        return None

    async def _next_shard(self, process: WorkerProcess, lane: Lane) -> Shard | None:
        """Return the next shard worth running; None where a worker of the side lane has had nothing to do for long.

        Raises:
            WorkerDiedError: the worker died while it waited.
        """
        while True:
            shard = await self._take(process, lane)
            if shard is None:
                return None
            shard.works = blame.wanted(shard.works)
            if shard.works:
                return shard

    async def _take(self, process: WorkerProcess, lane: Lane) -> Shard | None:
        """Return the first shard for a lane, watching the idle worker while there is none.

        Raises:
            WorkerDiedError: the worker died while it waited.
        """
        while (shard := self._queue.pop(lane)) is None:
            filled = self._queue.filled(lane)
            wait_s = _SIDE_IDLE_S if lane is Lane.SIDE else _LOOK_AGAIN_S if self._queue.items else None
            await asyncio.wait({filled, process.ended}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
            if process.ended.done():
                raise WorkerDiedError(Death.OUTSIDE, IDLE)
            if lane is Lane.SIDE and not filled.done():
                return None
        return shard

    async def _run_shard(self, process: WorkerProcess, shard: Shard, lane: Lane) -> None:
        """Run a shard and settle its outcomes; on a death, see that the rest is scored elsewhere.

        Raises:
            WorkerDiedError: the worker is gone.
        """
        run = Run(process, shard)
        started, burned_s = time.perf_counter(), None
        meter = _Meter(process, shard, self._queue)
        if lane is Lane.MAIN:
            meter.watch()
        try:
            await self._have_scored(process, shard, run)
            burned_s = meter.burned_s()
        except WorkerDiedError as died:
            self.rescue(shard, run.done, died)
            raise
        except Exception as error:  # noqa: BLE001 - a defect here costs a shard and a worker, never the slot
            self._give_up(run.left, error)
            raise WorkerDiedError(Death.FAULT, IDLE) from None
        finally:
            meter.end()
            run.end()
            seconds = time.perf_counter() - started
            self._queue.settle(shard, seconds, seconds if burned_s is None else burned_s)
            if run.done:
                self._costs.learn(shard.reward.id, seconds / run.done, shard.team)

    async def _have_scored(self, process: WorkerProcess, shard: Shard, run: Run) -> None:
        """Have a worker score a shard, and settle its outcomes as they come.

        Raises:
            WorkerDiedError: the worker is gone.
        """
        batch = shard.works[0].batch
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

    def _give_up(self, left: list[Work], error: Exception) -> None:
        """Settle what is left of a shard that the service could not send, or whose answer it could not read.

        Of several batches each is tried once more by itself, since one of them is to blame and the others are not.
        """
        telemetry.defect("shard_failed", error)
        batches = {work.batch: [other for other in left if other.batch is work.batch] for work in left}
        if len(batches) > 1:
            for batch, works in batches.items():
                self._queue.put(Shard(works, batch.reward.budget_s * PATIENCE, batch))
            return
        failure: Outcome = Failure(FailureKind.CRASH, "The service could not bring this sample to a worker and back.")
        for work in left:
            work.fail(failure)

    def rescue(self, shard: Shard, done: int, died: WorkerDiedError) -> None:
        """Queue what a dead worker left."""
        retries, rest = blame.sort_out(shard, done, died)
        for retry in retries:
            self._queue.put(retry)
        for works in self._costs.cut(shard.reward, rest) if rest else []:
            self._queue.put_first(Shard(works, shard.limit_s, shard.line, shard.is_suspect))


class _Meter:
    """The CPU seconds that a worker has used since this was made. Whoever watches calls `end`."""

    def __init__(self, process: WorkerProcess, shard: Shard, queue: ShardQueue) -> None:
        self._process = process
        self._shard = shard
        self._queue = queue
        self._before_s = process.cpu_s()
        self._timer: asyncio.TimerHandle | None = None

    def burned_s(self) -> float | None:
        """Return them; None where nobody can tell."""
        now_s = self._process.cpu_s()
        return None if now_s is None or self._before_s is None else now_s - self._before_s

    def watch(self) -> None:
        """End the worker once the shard has had enough."""
        if (burned_s := self.burned_s()) is not None and self._queue.has_had_enough(self._shard, burned_s):
            self._process.kill()
        else:
            self._timer = asyncio.get_running_loop().call_later(_WATCH_S, self.watch)

    def end(self) -> None:
        """Watch no longer."""
        if self._timer is not None:
            self._timer.cancel()
