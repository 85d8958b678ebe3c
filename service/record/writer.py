"""The thread that writes the record: whatever waits when it is free goes into one transaction.

So a lone request waits for one `fsync`, and a thousand that come at once wait for one as well.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Engine, exc

from service import telemetry
from service.record.breaker import Breaker
from service.record.draft import Draft
from service.record.ledger import Ledger, Result
from service.record.upkeep import Upkeep
from service.serving import Written
from service.telemetry import Telemetry

_MOST_TOGETHER = 512
_MOST_ROWS = 50_000
"""Of one transaction, about."""
_MOST_WAITING = 10_000
_MOST_ROWS_WAITING = 2_000_000
_UPKEEP_EVERY_S = 60.0

_UNWRITTEN = Written(is_durable=False)


@dataclass(slots=True, eq=False)
class Job:
    """A draft, and who waits for it."""

    draft: Draft
    done: asyncio.Future[Result]


class Writer:
    """Writes drafts in a thread of its own. It is told and tells on the event loop.

    Args:
        engine: The database.
        ledger: How drafts are written.
        upkeep: What is to be done now and then between them.
        breaker: Told how it goes.
        log: Where trouble goes, by its type and never with its text, which may be somebody's.
    """

    def __init__(self, engine: Engine, ledger: Ledger, upkeep: Upkeep, breaker: Breaker, log: Telemetry) -> None:
        self._engine = engine
        self._ledger = ledger
        self._upkeep = upkeep
        self._breaker = breaker
        self._log = log
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="record-writer", daemon=True)
        self._is_stopping = False
        self._rows_waiting = 0
        self.waiting = 0
        """Drafts that are not written yet."""

    def start(self) -> None:
        """Start the thread, on whose running event loop it will tell."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self, patience_s: float) -> None:
        """Return when everything is written, or patience is over."""
        self._jobs.put(None)
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join, patience_s)

    def put(self, draft: Draft) -> asyncio.Future[Result] | None:
        """Return what will tell what came of a draft, and keeps it from being written where it is cancelled in time.

        None where too many wait.
        """
        if self._loop is None or self.waiting >= _MOST_WAITING or self._rows_waiting > _MOST_ROWS_WAITING:
            return None
        job = Job(draft, self._loop.create_future())
        self.waiting += 1
        self._rows_waiting += draft.size
        self._jobs.put(job)
        return job.done

    def _run(self) -> None:
        tidy_at = time.monotonic() + _UPKEEP_EVERY_S
        while not self._is_stopping:
            jobs = self._next(max(0.0, tidy_at - time.monotonic()))
            if jobs:
                self._tell(jobs, self._write(jobs))
            if time.monotonic() >= tidy_at or self._upkeep.is_urgent:
                tidy_at = time.monotonic() + (0.0 if self._keep_up() else _UPKEEP_EVERY_S)
        with suppress(Exception):
            self._ledger.close()

    def _next(self, patience_s: float) -> list[Job]:
        """Return the jobs that wait; if none does, wait for one."""
        jobs: list[Job] = []
        rows = 0
        with suppress(queue.Empty):
            while len(jobs) < _MOST_TOGETHER and rows < _MOST_ROWS:
                job = self._jobs.get_nowait() if jobs or not patience_s else self._jobs.get(timeout=patience_s)
                if job is None:
                    self._is_stopping = True
                    break
                jobs.append(job)
                rows += job.draft.size
        return jobs

    def _write(self, jobs: Sequence[Job]) -> list[Result]:
        """Return what came of each job. Nothing that goes wrong here ends the thread."""
        live = [job.draft for job in jobs if not job.done.cancelled()]
        written: dict[Draft, Result] = {}
        try:
            if live:
                written = dict(zip(live, self._written(live), strict=True))
        except Exception as error:  # noqa: BLE001 - whatever a database or a disk can say
            if self._breaker.failed():
                self._log.warning("record_unavailable", error=type(error).__name__, where=telemetry.place_of(error))
            return [_UNWRITTEN] * len(jobs)
        if live and self._breaker.succeeded():
            self._log.event("record_available")
        return [written.get(job.draft, _UNWRITTEN) for job in jobs]

    def _written(self, drafts: Sequence[Draft]) -> list[Result]:
        try:
            return self._ledger.write(drafts)
        except Exception as error:
            self._reset()
            if self._is_about_a_draft(error):
                return [self._written_alone(draft) for draft in drafts]
            if self._engine.dialect.name == "sqlite":
                raise
        return self._ledger.write(drafts)  # a server that was started anew has closed the connection

    def _written_alone(self, draft: Draft) -> Result:
        """Return what comes of a draft that must not spoil the others, and may have been told of a run that is gone."""
        try:
            (result,) = self._ledger.write([draft])
        except Exception as error:
            self._reset()
            if not self._is_about_a_draft(error):
                raise
            telemetry.defect("record", error)
            return _UNWRITTEN
        return result

    def _is_about_a_draft(self, error: Exception) -> bool:
        """Return whether a transaction failed for what is in it rather than for where it goes."""
        api = self._engine.dialect.loaded_dbapi
        if isinstance(error, (exc.IntegrityError, exc.DataError, api.IntegrityError, api.DataError)):
            return True
        return not isinstance(error, (exc.SQLAlchemyError, api.Error, OSError))

    def _reset(self) -> None:
        with suppress(Exception):  # what is broken may break while it is closed
            self._ledger.reset()

    def _keep_up(self) -> bool:
        """Do a little of what is to be done now and then, and return whether there is more."""
        try:
            return self._upkeep.step()
        except Exception as error:  # noqa: BLE001 - the next minute may be better
            telemetry.defect("record_upkeep", error)
            return False

    def _tell(self, jobs: Sequence[Job], results: Sequence[Result]) -> None:
        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._deliver, jobs, results)

    def _deliver(self, jobs: Sequence[Job], results: Sequence[Result]) -> None:
        for job, result in zip(jobs, results, strict=True):
            self.waiting -= 1
            self._rows_waiting -= job.draft.size
            if not job.done.done():
                job.done.set_result(result)
