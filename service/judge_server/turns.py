"""Who may ask: one question at a time, a few that wait, and nobody waits in vain."""

import asyncio
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from service.judge_server.errors import BusyError

ResultT = TypeVar("ResultT")

_LONGEST_WAIT_S = 60
_MEMORY = 0.8
"""How much of the average of what a turn takes is left after one more."""


class Turns:
    """Runs one piece of work after the other in a thread, so that the event loop never waits.

    Args:
        most: How many may be under way and waiting; one more is sent away.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._thread = ThreadPoolExecutor(1, "generation")
        self._usual_s = 1.0
        self.taken = 0
        self.done = 0

    async def take(self, work: Callable[[threading.Event], ResultT]) -> ResultT:
        """Return what a piece of work returns. Whoever stops waiting sets the event that it is given.

        Raises:
            BusyError: too many wait.
        """
        if self.taken >= self._most:
            wait_s = min(_LONGEST_WAIT_S, max(1, math.ceil(self._usual_s)))
            raise BusyError(f"{self.taken} requests wait already; come again in {wait_s} s.", wait_s)
        gone = threading.Event()
        self.taken += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._timed, work, gone)
        finally:
            gone.set()
            self.taken -= 1

    def close(self) -> None:
        """Start nothing more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _timed(self, work: Callable[[threading.Event], ResultT], gone: threading.Event) -> ResultT:
        began = time.perf_counter()
        try:
            return work(gone)
        finally:
            self.done += 1
            self._usual_s = _MEMORY * self._usual_s + (1 - _MEMORY) * (time.perf_counter() - began)
