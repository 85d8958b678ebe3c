"""Figures over rows that were verified, under the names that NeMo Gym gives them."""

import math
from collections.abc import Iterator, Mapping, Sequence

_TASK, _ROLLOUT = "_ng_task_index", "_ng_rollout_index"
_OWN = frozenset({_TASK, _ROLLOUT, "mask_sample"})
"""Fields that are numbers and no measurement."""

MAX_FIELDS = 200
"""Most fields of a row, and of what it says of the use of tokens: each number has five figures."""

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


def crowded(rows: Sequence[Row]) -> int | None:
    """Return which row has too many fields to figure over; None where none has."""
    sizes = (max(len(row), len(_usage(row))) for row in rows)
    return next((index for index, size in enumerate(sizes) if size > MAX_FIELDS), None)


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
    for name, value in {**row, **_usage(row)}.items():
        if name not in _OWN and isinstance(value, int | float):
            yield name, float(value)


def _usage(row: Row) -> Row:
    response = row.get("response")
    usage = response.get("usage") if isinstance(response, dict) else None
    return usage if isinstance(usage, dict) else {}


def _described(values: Sequence[float]) -> Figures:
    """Return what describes some numbers; sums of huge ones are infinite, and no error."""
    mean = sum(values) / len(values)
    ranked = sorted(values)
    middle = len(ranked) // 2
    spread = sum((value - mean) * (value - mean) for value in values)
    return {
        "mean": mean,
        "max": max(values),
        "min": min(values),
        "median": ranked[middle] if len(ranked) % 2 else (ranked[middle - 1] + ranked[middle]) / 2,
        "std": math.sqrt(spread / (len(values) - 1)) if len(values) > 1 else 0.0,
    }
