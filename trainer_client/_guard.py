"""The limit on completions that could not be judged."""

import threading
from collections import Counter, deque
from collections.abc import Sequence

from trainer_client._errors import TooManyFailures

WINDOW = 256
"""Completions looked back on: a few batches, so that a bad minute shows and a bad moment does not."""


class FailureGuard:
    """Raises when too large a share of the recent completions could not be judged.

    One failure alone never stops a run, however small its batches, unless no failure at all is allowed.

    Args:
        max_share: The share that is allowed.
    """

    def __init__(self, max_share: float) -> None:
        self._max_share = max_share
        self._recent: deque[str | None] = deque()
        self._lock = threading.Lock()

    def watch(self, kinds: Sequence[str | None]) -> None:
        """Count a batch, each completion by the kind of its failure or None.

        Raises:
            TooManyFailures: The share of failures among the recent completions is above the limit.
        """
        with self._lock:
            self._recent.extend(kinds)
            while len(self._recent) > max(WINDOW, len(kinds)):
                self._recent.popleft()
            failures = Counter(kind for kind in self._recent if kind is not None)
            judged = len(self._recent)
        failed = failures.total()
        if failed > max(self._max_share * judged, 1 if self._max_share else 0):
            raise TooManyFailures(failed, judged, self._max_share, failures)
