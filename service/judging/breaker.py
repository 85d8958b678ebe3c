"""Stops asking a judge that does not answer, and tries again after a while with one question."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from rewards.errors import JudgeUnavailable, JudgeUnparsable
from service.telemetry import Telemetry


class Breaker:
    """Open after so many calls in a row without an answer. Then one call in `wait_s` is let through to see.

    Calls that come while that one is under way wait for what it finds, so that the batch that meets a judge which is
    back loses nothing.

    Args:
        failures: Calls in a row.
        wait_s: Seconds.
        log: Where it is said that the judge is gone, and that it is back.
        clock: A monotonic clock.
    """

    def __init__(
        self, failures: int, wait_s: float, log: Telemetry, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = failures
        self._wait_s = wait_s
        self._log = log
        self._clock = clock
        self._in_a_row = 0
        self._next_try = 0.0
        self._trying: asyncio.Future[None] | None = None
        self.reason: str | None = None
        """Why the last call was not answered; None where it was."""

    @property
    def is_open(self) -> bool:
        """Whether calls are not answered, for all that is known."""
        return self._in_a_row >= self._most

    def check(self) -> None:
        """Return if a call has a chance, so that none waits for its turn in vain.

        Raises:
            JudgeUnavailable: the judge has not answered for a while.
        """
        if self.is_open and self._trying is None and self._clock() < self._next_try:
            raise JudgeUnavailable(f"{self.reason} It has failed for a while, and is tried again soon.")

    def gone(self, reason: str) -> None:
        """Note that nobody is there, found out by other means than a question; the next question goes and sees."""
        self.reason = reason
        if not self.is_open:
            self._in_a_row, self._next_try = self._most, self._clock()
            self._say_gone()

    def back(self) -> None:
        """Note that somebody is there."""
        if self.is_open:
            self._log.event("judge_answering_again")
        self._in_a_row, self.reason = 0, None

    @asynccontextmanager
    async def call(self) -> AsyncIterator[None]:
        """Let a call through, note what became of it, and let those know who wait for it.

        Raises:
            JudgeUnavailable: the judge has not answered for a while.
        """
        trying = await self._enter()
        try:
            yield
        except JudgeUnavailable as error:
            self._failed(str(error))
            raise
        except JudgeUnparsable:
            self.back()
            raise
        else:
            self.back()
        finally:
            if trying is not None:
                self._trying = None
                trying.set_result(None)

    async def _enter(self) -> asyncio.Future[None] | None:
        """Return when a call may be made; where it is the one that tries, return what the others wait for."""
        while self.is_open:
            self.check()
            if self._trying is None:
                self._trying = asyncio.get_running_loop().create_future()
                return self._trying
            await asyncio.shield(self._trying)
        return None

    def _failed(self, reason: str) -> None:
        self._in_a_row += 1
        self.reason = reason
        self._next_try = self._clock() + self._wait_s
        if self._in_a_row == self._most:
            self._say_gone()

    def _say_gone(self) -> None:
        self._log.warning("judge_not_answering", reason=self.reason)
