"""When to ask the service again, and after how long."""

import email.utils
import random
import time
from dataclasses import dataclass

__all__ = ["Backoff"]

RETRIED_STATUSES = frozenset({429, 502, 503, 504})
"""Throttled, a proxy without its service, not ready, a proxy out of patience: all pass."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """The waits between attempts: doubling, with jitter so that many ranks do not come back at once."""

    first_s: float = 0.5
    """The longest wait after the first attempt."""

    longest_s: float = 5.0
    """The longest wait after any attempt, unless the service asks for more."""

    def wait_s(self, attempt: int, retry_after_s: float | None = None) -> float:
        """Seconds to wait after the given attempt, counted from 1.

        At least what the service asked for, plus a share of the doubling wait.
        """
        # The exponent is bounded because 2.0**1024 overflows.
        ceiling = min(self.longest_s, self.first_s * 2.0 ** min(attempt - 1, 32))
        jitter = ceiling * random.uniform(0.5, 1.0)  # noqa: S311  spreads load, guards nothing
        return jitter if retry_after_s is None else retry_after_s + jitter * 0.1

    def wait_within_s(self, left_s: float, attempt: int, retry_after_s: float | None = None) -> float | None:
        """Seconds to wait where so many are left, None where nothing would be left to ask again in.

        A wait that would outlast the time is shortened: a service that comes back late is still found.
        """
        wait_s = self.wait_s(attempt, retry_after_s)
        if wait_s < left_s:
            return wait_s
        halved_s = left_s / 2
        return halved_s if halved_s > max(self.first_s / 2, retry_after_s or 0.0) else None


def retry_after_s(header: str | None) -> float | None:
    """Seconds that a Retry-After header asks for: a number or an HTTP date, None if it is neither."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):  # no date, or one that no calendar has
        return None
