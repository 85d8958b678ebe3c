"""What a judge is worth, from the verdicts it gave on solutions whose first mistake is known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

NO_MISTAKE = None
"""Stands for the step of the first mistake where there is none."""
BINS = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a solution, and what was said of it."""

    label: int | None
    """The step of its first mistake, counted from 0; None where it has none."""
    said: int | None
    """The step that was named; None where none was."""
    value: float
    """What the reward gave it, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Detection:
    """How well solutions with a mistake were told from those without."""

    found: int
    """Solutions with a mistake in which one was seen."""
    missed: int
    """Solutions with a mistake in which none was seen."""
    alarms: int
    """Solutions without a mistake in which one was seen."""
    passed: int
    """Solutions without a mistake in which none was seen."""

    @property
    def precision(self) -> float | None:
        """The share with a mistake among those in which one was seen; None where none was seen."""
        return _share(self.found, self.found + self.alarms)

    @property
    def recall(self) -> float | None:
        """The share in which one was seen among those with a mistake; None where no solution has one."""
        return _share(self.found, self.found + self.missed)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; None where no solution has a mistake."""
        return _share(2 * self.found, 2 * self.found + self.missed + self.alarms) if self.found + self.missed else None

    @property
    def kept_precision(self) -> float | None:
        """The share without a mistake among those in which none was seen; None where there are none of these."""
        return _share(self.passed, self.passed + self.missed)

    @property
    def kept_recall(self) -> float | None:
        """The share in which no mistake was seen among those without one; None where every solution has one."""
        return _share(self.passed, self.passed + self.alarms)


def detection(verdicts: Sequence[Verdict], sees: Callable[[Verdict], bool]) -> Detection:
    """Return how well mistakes are seen.

    Args:
        verdicts: The solutions.
        sees: Whether a mistake is seen in one.
    """
    seen = [(each.label is not NO_MISTAKE, sees(each)) for each in verdicts]
    return Detection(
        seen.count((True, True)), seen.count((True, False)), seen.count((False, True)), seen.count((False, False))
    )


@dataclass(frozen=True, slots=True)
class FirstMistake:
    """How well the first mistake was found, as ProcessBench measures it."""

    erroneous: float | None
    """Of the solutions with a mistake, the share whose first wrong step was named exactly."""
    correct: float | None
    """Of those without, the share of which that was said."""

    @property
    def f1(self) -> float | None:
        """The harmonic mean of the two; None where one of them is unknown."""
        if self.erroneous is None or self.correct is None:
            return None
        both = self.erroneous + self.correct
        return 2 * self.erroneous * self.correct / both if both else 0.0


def first_mistake(verdicts: Sequence[Verdict], failed: Sequence[int | None] = ()) -> FirstMistake:
    """Return how well the first mistake was found.

    Args:
        verdicts: The solutions that were judged.
        failed: The labels of those that could not be judged, where these are to count as wrong.
    """
    right = [(each.label, each.label == each.said) for each in verdicts] + [(label, False) for label in failed]
    erroneous = [is_right for label, is_right in right if label is not NO_MISTAKE]
    correct = [is_right for label, is_right in right if label is NO_MISTAKE]
    return FirstMistake(_share(sum(erroneous), len(erroneous)), _share(sum(correct), len(correct)))


@dataclass(frozen=True, slots=True)
class Bin:
    """The solutions whose values lie between two borders."""

    low: float
    high: float
    count: int
    value: float
    """Their mean value: how sure the judge is that they are right."""
    right: float
    """The share of them that is right."""


def reliability(verdicts: Sequence[Verdict]) -> list[Bin]:
    """Return for each tenth of the values how sure the judge was and how often it was right, without empty ones."""
    parts: list[list[Verdict]] = [[] for _ in range(BINS)]
    for each in verdicts:
        parts[max(0, min(BINS - 1, int(each.value * BINS)))].append(each)
    return [
        Bin(
            part / BINS,
            (part + 1) / BINS,
            len(within),
            sum(each.value for each in within) / len(within),
            sum(each.label is NO_MISTAKE for each in within) / len(within),
        )
        for part, within in enumerate(parts)
        if within
    ]


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Return by how much the values miss the share that is right, on average; None where there are no solutions."""
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.value - each.right) for each in bins) / total if total else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
