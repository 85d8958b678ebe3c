"""Figures over rows that were verified, under the names that NeMo Gym gives them."""

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence

_TASK, _ROLLOUT = "_ng_task_index", "_ng_rollout_index"
_OWN = frozenset({_TASK, _ROLLOUT, "mask_sample"})
"""Fields that are numbers and no measurement."""

Row = Mapping[str, object]
Figures = dict[str, float]


def figures(rows: Sequence[Row]) -> dict[str, object]:
    """Return the figures of each task and of all rows."""
    tasks: dict[int, list[Row]] = {}
    for row in rows:
        index = row.get(_TASK)
        tasks.setdefault(index if isinstance(index, int) else 0, []).append(row)
    overall = _figures(rows)
    return {
        "group_level_metrics": [{_TASK: index, **_figures(tasks[index])} for index in sorted(tasks)],
        "agent_metrics": overall,
        "key_metrics": {name: value for name, value in overall.items() if name.startswith("mean/")},
    }


def _figures(rows: Sequence[Row]) -> Figures:
    judged = [row for row in rows if row.get("mask_sample") is not True]
    columns: dict[str, list[float]] = {}
    for row in judged:
        for name, value in _numbers(row):
            columns.setdefault(name, []).append(value)
    found: Figures = {"num_rollouts": len(rows), "num_masked": len(rows) - len(judged)}
    for name, values in columns.items():
        found |= {f"{figure}/{name}": value for figure, value in _described(values).items()}
    return found


def _numbers(row: Row) -> Iterator[tuple[str, float]]:
    """Yield what a row says in numbers, the use of tokens among it; yes is 1 and no 0."""
    response = row.get("response")
    usage = response.get("usage") if isinstance(response, dict) else None
    found = {**row, **usage} if isinstance(usage, dict) else row
    for name, value in found.items():
        if name not in _OWN and isinstance(value, int | float):
            yield name, float(value)


def _described(values: Sequence[float]) -> Figures:
    """Return what describes some numbers; sums of huge ones are infinite, and no error."""
    mean = sum(values) / len(values)
    spread = sum((value - mean) * (value - mean) for value in values)
    return {
        "mean": mean,
        "max": max(values),
        "min": min(values),
        "median": statistics.median(values),
        "std": math.sqrt(spread / (len(values) - 1)) if len(values) > 1 else 0.0,
    }
