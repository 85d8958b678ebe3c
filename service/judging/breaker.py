"""Stops asking a judge that does not answer, and tries again after a while with one question."""

import time
from collections.abc import Callable

from rewards.errors import JudgeUnavailable


class Breaker:
    """Open after so many calls in a row without an answer. Then one call in `wait_s` is let through to see.

    Args:
        failures: Calls in a row.
        wait_s: Seconds.
        clock: A monotonic clock.
    """

    def __init__(self, failures: int, wait_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = failures
        self._wait_s = wait_s
        self._clock = clock
        self._in_a_row = 0
        self._next_try = 0.0
        self._reason = ""

    @property
    def is_open(self) -> bool:
        """Whether nobody is asked now."""
        return self._in_a_row >= self._most and self._clock() < self._next_try

    def check(self) -> None:
        """Return if a call has a chance, so that none waits for its turn in vain.

        Raises:
            JudgeUnavailable: the judge has not answered for a while.
        """
        if self.is_open:
            raise JudgeUnavailable(f"{self._reason} It has failed for a while, and is tried again soon.")

    def enter(self) -> None:
        """Let a call through, or not.

        Raises:
            JudgeUnavailable: the judge has not answered for a while.
        """
        self.check()
        self._next_try = self._clock() + self._wait_s  # if this call is a try, the others wait for what it finds

    def answered(self) -> None:
        """Note that a call was answered."""
        self._in_a_row = 0

    def failed(self, reason: str) -> None:
        """Note that a call was not answered, and why, in a sentence."""
        self._in_a_row += 1
        self._reason = reason
        self._next_try = self._clock() + self._wait_s
