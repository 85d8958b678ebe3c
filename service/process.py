"""One worker process, seen from the service: start it, hand it a job, read its outcomes, kill it.

Processes come from the standard library's forkserver with the reward modules preloaded, so a new one costs
milliseconds. Each has its own socket pair and shares no lock with any other: killing one cannot hurt the next.
"""

import asyncio
import os
import signal
import socket
import time
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from contextlib import suppress
from ctypes import c_longlong
from dataclasses import dataclass
from enum import Enum
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext, ForkServerProcess

from typing_extensions import override

from rewards import worker
from rewards.frames import PREFIX_BYTES, EncodedOutcome, Job, decode_outcomes, encode_job

_JOIN_S = 10.0
_LOOK_S = 0.002
_CPU_CLOCK = 2
"""What Linux makes the clock of a process's CPU time of, beside its id."""
_OWN_SIGNALS = {signal.SIGPROF, signal.SIGXCPU}


class Death(Enum):
    """Why a worker is gone."""

    OWN_LIMIT = "own_limit"
    """It used more CPU seconds or memory than its item may."""
    FAULT = "fault"
    """It crashed: a fault signal, or an error outside any reward."""
    OUTSIDE = "outside"
    """Somebody killed it: an operator, the kernel, or this service."""


class WorkerDiedError(Exception):
    """The worker is gone and its current job is unfinished."""

    def __init__(self, death: Death, progress: int) -> None:
        super().__init__(f"{death.value} at {progress}")
        self.death = death
        self.is_reading = progress >= worker.READING
        """Whether it was reading the item's references, and had not looked at its completions."""
        self.index = progress - worker.READING if self.is_reading else progress
        """Index of the item it was scoring, or `worker.IDLE`."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How workers of one pool are made."""

    context: ForkServerContext
    package: str
    limits: worker.Limits
    executor: Executor
    """One thread: `multiprocessing` is not safe to use from several."""
    start_timeout_s: float
    niceness: int = 0
    """How much they come after everything else, from their beginning."""


class _Channel(asyncio.Protocol):
    """One end of a worker's connection, cut into frames."""

    def __init__(self) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the other end is closed."""
        self._buffer = bytearray()
        self._frames: deque[bytes] = deque()
        self._waiter: asyncio.Future[None] | None = None

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= PREFIX_BYTES:
            end = PREFIX_BYTES + int.from_bytes(self._buffer[:PREFIX_BYTES], "big")
            if len(self._buffer) < end:
                break
            self._frames.append(bytes(memoryview(self._buffer)[PREFIX_BYTES:end]))
            del self._buffer[:end]
        if self._frames:
            self._wake()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)
        self._wake()

    async def frame(self) -> bytes:
        """Return the next frame, without its length.

        Raises:
            EOFError: there is none and will be none.
        """
        while not self._frames:
            if self.ended.done():
                raise EOFError
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._frames.popleft()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class WorkerProcess:
    """A live worker. Made by `start`; whoever made it calls `close`."""

    def __init__(
        self,
        process: ForkServerProcess,
        progress: worker.Progress,
        connection: tuple[asyncio.Transport, _Channel],
        executor: Executor,
    ) -> None:
        self._process = process
        self._progress = progress
        self._transport, self._channel = connection
        self._executor = executor
        self.scored = 0
        """Items scored since the start."""

    @classmethod
    async def start(cls, recipe: Recipe) -> "WorkerProcess":
        """Return a worker that has said it is ready.

        Raises:
            WorkerDiedError: it died or stayed silent instead.
        """
        progress = recipe.context.RawArray(c_longlong, [worker.IDLE])
        ours, theirs = socket.socketpair()
        process = recipe.context.Process(
            target=worker.main,
            args=(theirs, progress, recipe.package, recipe.limits),
            daemon=True,
            name="touchstone-worker",
        )
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(recipe.executor, process.start)
            _lower_priority(process.pid or 0, recipe.niceness)
            connection = await loop.create_connection(_Channel, sock=ours)
        except BaseException:
            ours.close()
            # A start that was cancelled goes on in its thread; this waits behind it.
            await asyncio.shield(loop.run_in_executor(recipe.executor, _discard, process))
            raise
        finally:
            theirs.close()
        self = cls(process, progress, connection, recipe.executor)
        try:
            # Not `wait_for`: on Python 3.11 that swallows a cancellation which meets the frame, and the slot lives on.
            async with asyncio.timeout(recipe.start_timeout_s):
                await self._frame()
        except (TimeoutError, WorkerDiedError):
            await self.close()
            raise WorkerDiedError(Death.FAULT, worker.IDLE) from None
        except asyncio.CancelledError:
            await self.close()
            raise
        return self

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid or 0

    def cpu_s(self) -> float | None:
        """Return the CPU seconds that it has used; None where it is gone or this system cannot tell."""
        try:
            return time.clock_gettime((~self.pid << 3) | _CPU_CLOCK)
        except OSError:
            return None

    @property
    def scoring(self) -> int | None:
        """Index of the item of its job that it is busy with; None between two jobs."""
        progress: int = self._progress[0]
        if progress == worker.IDLE:
            return None
        return progress - worker.READING if progress >= worker.READING else progress

    @property
    def ended(self) -> asyncio.Future[None]:
        """Done when the process has closed its end. Not to be cancelled."""
        return self._channel.ended

    async def run(self, job: Job) -> AsyncIterator[list[EncodedOutcome]]:
        """Yield the outcomes of each item of the job, in order.

        Raises:
            TypeError: JSON cannot say what the job holds.
            WorkerDiedError: the worker is gone; what was yielded before still counts.
        """
        self._transport.write(encode_job(job))
        missing = len(job["items"])
        while missing:
            for item in await self._frame():
                yield item
                self.scored += 1
                missing -= 1

    def kill(self) -> None:
        """End the process now, whatever it is doing."""
        self._process.kill()

    async def close(self) -> None:
        """End the process and give back everything it held."""
        if self._process.exitcode is None:  # else its process id may be another's by now
            self._process.kill()
        self._transport.close()
        await self._join()
        self._process.close()

    async def _frame(self) -> list[list[EncodedOutcome]]:
        try:
            return decode_outcomes(await self._channel.frame())
        except (EOFError, ValueError):
            raise await self._died() from None

    async def _died(self) -> WorkerDiedError:
        await self._join()
        return WorkerDiedError(_cause(self._process.exitcode), self._progress[0])

    async def _join(self) -> None:
        """Return when the process is gone, without keeping the one thread that starts others waiting for that.

        A killed one of low priority takes a while to die on a busy machine.
        """
        ends_at = time.monotonic() + _JOIN_S
        while not wait([self._process.sentinel], 0) and time.monotonic() < ends_at:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(_LOOK_S)
        await asyncio.get_running_loop().run_in_executor(self._executor, self._process.join, _JOIN_S)


def _lower_priority(pid: int, niceness: int) -> None:
    """Have everything else come before a process."""
    if niceness:
        with suppress(OSError):  # it is gone, or this system lets nobody
            os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, 0) + niceness)


def _discard(process: ForkServerProcess) -> None:
    """End a process that nobody will use."""
    if process.pid is not None:
        process.kill()
        process.join(_JOIN_S)
    process.close()


def _cause(exit_code: int | None) -> Death:
    """Read the cause of death off an exit code; 255 is what a worker that outlived its forkserver leaves."""
    if exit_code == worker.EXIT_MEMORY or (exit_code is not None and -exit_code in _OWN_SIGNALS):
        return Death.OWN_LIMIT
    if exit_code is None or exit_code in {-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, 255}:
        return Death.OUTSIDE
    return Death.FAULT
