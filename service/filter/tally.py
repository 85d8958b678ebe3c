"""Counts what a filter did, from its scores file, row by row."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.filter.conditions import Fate

BINS = 10
_SIGN = re.compile("[<>=]")
_SHOWN_VALUES = 10_000
"""Different values that are counted one by one for a reward without bounds; more are rounded."""


@dataclass(slots=True)
class Values:
    """How often each value of a reward came."""

    counts: Counter[float] = field(default_factory=Counter)

    def add(self, value: float) -> None:
        """Count one."""
        if value not in self.counts and len(self.counts) >= _SHOWN_VALUES:
            value = float(f"{value:.3g}")
        self.counts[value] += 1

    def histogram(self, low: float | None, high: float | None) -> list[tuple[float, float, int]]:
        """Return how many values lie in each of ten equal parts of a range: where it begins, where it ends, how many.

        Args:
            low: Where the range begins; None for the least value that came.
            high: Where it ends; None for the greatest.
        """
        least = min(self.counts, default=0.0) if low is None else low
        most = max(self.counts, default=1.0) if high is None else high
        if most <= least:
            return [(least, most, self.counts.total())]
        width = (most - least) / BINS
        parts = [0] * BINS
        for value, count in self.counts.items():
            parts[max(0, min(BINS - 1, int((value - least) / width)))] += count
        return [(least + width * part, least + width * (part + 1), count) for part, count in enumerate(parts)]


@dataclass(slots=True)
class Tally:
    """What became of the rows."""

    fates: Counter[str] = field(default_factory=Counter)
    dropped: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """For each condition that did not hold, the reasons of the reward, with how many rows; a row may break several."""
    failed: Counter[str] = field(default_factory=Counter)
    """Rows without a verdict, by kind of failure."""
    messages: dict[str, str] = field(default_factory=dict)
    """What the first failure of a kind said."""
    again: int = 0
    """Rows without a verdict that asking again may give one."""
    values: dict[str, Values] = field(default_factory=lambda: defaultdict(Values))
    """The values of each reward, of all rows for which it was asked."""

    def add(self, record: Mapping[str, Any]) -> None:
        """Count one row."""
        self.fates[record["fate"]] += 1
        for reward, outcome in record["rewards"].items():
            if outcome["status"] == "scored":
                self.values[reward].add(outcome["value"])
        for condition in record["broken"]:
            reward = _SIGN.split(condition)[0]
            self.dropped[condition][record["rewards"][reward]["reason"]] += 1
        if record["fate"] == Fate.FAILED:
            self.again += record["again"]
            first = record.get("fault") or _failure(record["rewards"])
            self.failed[first["kind"]] += 1
            self.messages.setdefault(first["kind"], first["message"])

    @property
    def rows(self) -> int:
        """How many rows there were."""
        return self.fates.total()


def _failure(outcomes: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    return next(each for each in outcomes.values() if each["status"] == "failed")
