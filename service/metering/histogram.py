"""Durations, counted by how long they were."""

from bisect import bisect_left
from itertools import accumulate
from operator import add
from typing import Self

BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


class Histogram:
    """Counts durations in buckets, and adds them up."""

    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BOUNDS_S) + 1)
        """Durations up to each bound and above the bound before; the last has none."""
        self.seconds = 0.0
        """All of them together."""

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        self.buckets[bisect_left(BOUNDS_S, seconds)] += 1
        self.seconds += seconds

    def add(self, other: Self) -> None:
        """Count what another one has counted."""
        self.buckets = list(map(add, self.buckets, other.buckets))
        self.seconds += other.seconds

    @property
    def count(self) -> int:
        """How many durations were counted."""
        return sum(self.buckets)

    def cumulative(self) -> list[tuple[str, float]]:
        """Return for each bound how many durations it holds, those below the bounds before among them."""
        return list(zip([*map(str, BOUNDS_S), "+Inf"], map(float, accumulate(self.buckets)), strict=True))
