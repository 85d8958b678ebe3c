"""Keeps a database that does not answer from holding up everybody: after a failure nobody tries it for a while."""

import threading
import time
from collections.abc import Callable

_FIRST_S = 1.0
_LONGEST_S = 30.0


class Breaker:
    """Says who may try. May be asked and told from any thread.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pause_s = 0.0
        self._tries_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the last try failed."""
        return self._pause_s > 0

    def admits(self) -> bool:
        """Return whether to try now. After a failure one may, when the pause is over, and the others wait for it."""
        if not self._pause_s:
            return True
        with self._lock:
            now = self._clock()
            if now < self._tries_at:
                return False
            self._tries_at = now + self._pause_s
            return True

    def succeeded(self) -> bool:
        """Note that a try went well; return whether the one before had not."""
        with self._lock:
            was_open, self._pause_s = self._pause_s > 0, 0.0
            return was_open

    def failed(self) -> bool:
        """Note that a try did not go well; return whether the one before had."""
        with self._lock:
            was_open = self._pause_s > 0
            self._pause_s = min(_LONGEST_S, 2 * self._pause_s or _FIRST_S)
            self._tries_at = self._clock() + self._pause_s
            return not was_open
