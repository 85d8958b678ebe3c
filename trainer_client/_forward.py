"""What a reward adds to the trainer's own log."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from trainer_client._statistics import Statistics
from trainer_client._types import Failure, Outcome, Score

LogExtra = Callable[[str, list[Any]], None]
LogMetric = Callable[[str, float], None]

STATISTICS = ("fire_rate", "saturation", "in_group_variance", "share_without_variance")
"""Of the service's statistics, those of which a mean over batches means something."""


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


def figures(
    name: str, outcomes: Sequence[Outcome], wait_s: float, statistics: Statistics | None = None
) -> dict[str, float]:
    """The figures that a reward adds to the trainer's metrics: the mean of each numeric detail among them."""
    found = {f"{name}/wait_s": wait_s}
    for figure in STATISTICS if statistics is not None else ():
        value = getattr(statistics, figure)
        if value is not None:
            found[f"{name}/{figure}"] = value
    if outcomes:
        found[f"{name}/failed"] = sum(isinstance(each, Failure) for each in outcomes) / len(outcomes)
    numbers: dict[str, list[float]] = {}
    for outcome in outcomes:
        for key, value in outcome.details.items() if isinstance(outcome, Score) else ():
            if isinstance(value, (int, float)) and math.isfinite(value):
                numbers.setdefault(f"{name}/{key}", []).append(value)
    return {key: sum(values) / len(values) for key, values in numbers.items()} | found


def forward_columns(name: str, outcomes: Sequence[Outcome], log_extra: LogExtra | None) -> None:
    """Hand a batch's reasons and details to the trainer's table, if it offers one."""
    if log_extra is not None:
        for column, values in columns(name, outcomes).items():
            log_extra(column, list(values))


def forward_figures(found: Mapping[str, float], log_metric: LogMetric | None) -> None:
    """Hand a batch's figures to the trainer's metrics, if it offers them."""
    if log_metric is not None:
        for figure, value in found.items():
            log_metric(figure, value)
