"""The figures of a calibration, in the form in which they are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from service.calibration.metrics import (
    Bin,
    Detection,
    FirstMistake,
    Verdict,
    calibration_error,
    detection,
    first_mistake,
    reliability,
)
from service.calibration.session import Reading
from service.calibration.thresholds import Threshold, best_f1, for_precision, most_precise


@dataclass(frozen=True, slots=True)
class Part:
    """How well the mistakes were seen by one part of a reward, or by the whole."""

    detection: Detection
    first: FirstMistake

    @classmethod
    def of(cls, verdicts: Sequence[Verdict]) -> "Part":
        """Return how well these verdicts see the mistakes."""
        return cls(detection(verdicts, lambda each: each.said is not None), first_mistake(verdicts))

    def plain(self) -> dict[str, Any]:
        """Return the figures as JSON can say them."""
        return {
            "precision": self.detection.precision,
            "recall": self.detection.recall,
            "f1": self.detection.f1,
            "processbench_erroneous": self.first.erroneous,
            "processbench_correct": self.first.correct,
            "processbench_f1": self.first.f1,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of a calibration."""

    reading: Reading
    whole: Part
    rules: Part
    """What the rules see alone, where no judge is asked."""
    with_failures: FirstMistake
    """The first mistake, with what could not be judged counted as wrong."""
    bins: Sequence[Bin]
    best: Threshold | None
    precision: float | None
    """The share of what is kept that has to be right; None where nobody asked for one."""
    precise: Threshold | None
    """The threshold for that; None where it cannot be had."""
    most: Threshold | None
    """The threshold that comes nearest to that, however little it keeps."""

    @property
    def error(self) -> float | None:
        """The expected calibration error."""
        return calibration_error(self.bins)

    @property
    def chosen(self) -> Threshold | None:
        """The threshold that a filter uses; none takes the place of one for a precision that cannot be had."""
        return self.best if self.precision is None else self.precise

    def plain(self) -> dict[str, Any]:
        """Return the figures as JSON can say them."""
        reading = self.reading
        return {
            "solutions": len(reading.verdicts),
            "with_a_mistake": sum(each.label is not None for each in reading.verdicts),
            "settled_without_a_judge": sum(reading.settled),
            "failed": dict(reading.kinds),
            "whole": self.whole.plain(),
            "rules_alone": self.rules.plain(),
            "processbench_f1_with_failures": self.with_failures.f1,
            "expected_calibration_error": self.error,
            "reliability": [asdict(each) for each in self.bins],
            "best_f1": _threshold(self.best),
            "precision": self.precision,
            "for_precision": _threshold(self.precise),
            "most_precise": _threshold(self.most),
        }


def report(reading: Reading, precision: float | None) -> Report:
    """Return the figures.

    Args:
        reading: What was said.
        precision: The share of what is kept that has to be right; None where nobody asks for one.
    """
    return Report(
        reading,
        Part.of(reading.verdicts),
        Part.of(reading.unjudged),
        first_mistake(reading.verdicts, reading.failed),
        reliability(reading.verdicts),
        best_f1(reading.verdicts),
        precision,
        None if precision is None else for_precision(reading.verdicts, precision),
        most_precise(reading.verdicts),
    )


def _threshold(found: Threshold | None) -> Mapping[str, Any] | None:
    if found is None:
        return None
    seen = found.detection
    return {
        "value": found.value,
        "precision": seen.precision,
        "recall": seen.recall,
        "f1": seen.f1,
        "kept_precision": seen.kept_precision,
        "kept_recall": seen.kept_recall,
    }
