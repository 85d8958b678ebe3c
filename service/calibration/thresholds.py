"""Which solutions to keep: the least value that one must have."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.calibration.metrics import NO_MISTAKE, Detection, Verdict


@dataclass(frozen=True, slots=True)
class Threshold:
    """A border, and how well it tells the solutions apart."""

    value: float
    """What a solution must have at least to be kept."""
    detection: Detection
    """What falls below it counts as seen."""


def thresholds(verdicts: Sequence[Verdict]) -> Iterator[Threshold]:
    """Yield every border that tells the solutions apart in a way of its own, the lowest first, and one that keeps all.

    Borders lie in the middle between two values, so that the last digit of a value decides nothing.
    """
    if not verdicts:
        return
    ordered = sorted(verdicts, key=lambda each: each.value)
    wrong = sum(each.label is not NO_MISTAKE for each in ordered)
    right = len(ordered) - wrong
    found = alarms = 0
    yield Threshold(ordered[0].value, Detection(0, wrong, 0, right))
    for below, above in itertools.pairwise(ordered):
        is_wrong = below.label is not NO_MISTAKE
        found, alarms = found + is_wrong, alarms + (not is_wrong)
        if below.value < above.value:
            middle = (below.value + above.value) / 2
            yield Threshold(
                middle if below.value < middle else above.value,
                Detection(found, wrong - found, alarms, right - alarms),
            )


def best_f1(verdicts: Sequence[Verdict]) -> Threshold | None:
    """Return the border with the best F1 of seeing a mistake, the lowest of several; None where none sees one."""
    found = [each for each in thresholds(verdicts) if each.detection.f1]
    return max(found, key=lambda each: each.detection.f1 or 0.0, default=None)


def most_precise(verdicts: Sequence[Verdict]) -> Threshold | None:
    """Return the border above which the largest share is right, the lowest of several; None without solutions."""
    return max(thresholds(verdicts), key=lambda each: each.detection.kept_precision or 0.0, default=None)


def for_precision(verdicts: Sequence[Verdict], precision: float) -> Threshold | None:
    """Return the lowest border above which at least such a share of the solutions is right; None where none does."""
    return next(
        (each for each in thresholds(verdicts) if (each.detection.kept_precision or 0.0) >= precision),
        None,
    )
