"""What a reward adds to the trainer's own log."""

import json
import math
from collections.abc import Callable, Sequence
from typing import Any

from trainer_client._types import Failure, Outcome, Score

LogExtra = Callable[[str, list[Any]], None]
LogMetric = Callable[[str, float], None]


def columns(name: str, outcomes: Sequence[Outcome]) -> dict[str, list[str]]:
    """The columns that a reward adds to the trainer's table of completions.

    Always the same two, and always text: the trainer keeps each column apart and writes them as one table,
    which fails if one is shorter than the others or holds both numbers and text.
    """
    return {
        f"{name}/reason": [
            outcome.reason if isinstance(outcome, Score) else f"failed: {outcome.kind}" for outcome in outcomes
        ],
        f"{name}/details": [
            json.dumps(dict(outcome.details), default=str) if isinstance(outcome, Score) else outcome.message
            for outcome in outcomes
        ],
    }


def figures(name: str, outcomes: Sequence[Outcome], wait_s: float) -> dict[str, float]:
    """The figures that a reward adds to the trainer's metrics: the mean of each numeric detail among them."""
    found = {f"{name}/wait_s": wait_s}
    if outcomes:
        found[f"{name}/failed"] = sum(isinstance(each, Failure) for each in outcomes) / len(outcomes)
    numbers: dict[str, list[float]] = {}
    for outcome in outcomes:
        for key, value in outcome.details.items() if isinstance(outcome, Score) else ():
            if isinstance(value, (int, float)) and math.isfinite(value):
                numbers.setdefault(f"{name}/{key}", []).append(value)
    return {key: sum(values) / len(values) for key, values in numbers.items()} | found


def forward(
    name: str,
    outcomes: Sequence[Outcome],
    wait_s: float,
    log_extra: LogExtra | None,
    log_metric: LogMetric | None,
) -> None:
    """Hand a batch's reasons, details and figures to whichever log the trainer offers."""
    if log_extra is not None:
        for column, values in columns(name, outcomes).items():
            log_extra(column, list(values))
    if log_metric is not None:
        for figure, value in figures(name, outcomes, wait_s).items():
            log_metric(figure, value)
