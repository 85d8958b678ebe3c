"""What is left of the samples that teams may have scored: a bucket each, paid afterwards.

A request is let in while its team's bucket holds anything, and then takes as many samples out as it has. A batch larger
than what is left is so let in whole, and what it owes is waited for afterwards.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

BURST_S = 10.0
"""A bucket holds what flows into it in this time."""


class Allowances(Protocol):
    """Every team's bucket."""

    @property
    def replicas(self) -> int:
        """How many replicas of the service there are, this one among them."""
        ...

    def wait_s(self, team: str, per_s: float) -> float:
        """Return how long a team, to whom so many samples flow, has to wait until it may have more scored; 0 if not."""
        ...

    def charge(self, team: str, per_s: float, samples: int) -> None:
        """Take samples out of a team's bucket."""
        ...

    def start(self) -> None:
        """Begin to keep up with other replicas."""
        ...

    def stop(self) -> None:
        """End that."""
        ...


@dataclass(slots=True)
class _Bucket:
    """What is left to a team."""

    samples: float
    counted_at: float

    def fill(self, per_s: float, now: float) -> None:
        """Add what has flowed in since it was last counted."""
        self.samples = min(per_s * BURST_S, self.samples + per_s * (now - self.counted_at))
        self.counted_at = now


class OwnAllowances:
    """Buckets of a replica that is the only one.

    Args:
        clock: Seconds.
    """

    replicas = 1

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def wait_s(self, team: str, per_s: float) -> float:
        """Return how long a team has to wait until it may have more scored; 0 if not."""
        left = self._filled(team, per_s).samples
        return 0.0 if left > 0 else -left / per_s

    def charge(self, team: str, per_s: float, samples: int) -> None:
        """Take samples out of a team's bucket."""
        self._filled(team, per_s).samples -= samples

    def start(self) -> None:
        """Return: there is nobody to keep up with."""

    def stop(self) -> None:
        """Return."""

    def _filled(self, team: str, per_s: float) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.setdefault(team, _Bucket(per_s * BURST_S, now))
        bucket.fill(per_s, now)
        return bucket
