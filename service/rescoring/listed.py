"""Samples out of a file, with what was said of them in a column."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from service.lint.rows import Row, Rows
from service.rescoring.case import Case, group_of, in_its_group
from service.rescoring.portions import check_number
from service.samples import SampleColumns


class ListedCases:
    """The samples of a file.

    Args:
        rows: Its rows.
        columns: How a row becomes a sample.
        value: The column with the old values; None where the old version is to be asked.
    """

    def __init__(self, rows: Rows, columns: SampleColumns, value: str | None) -> None:
        self._rows = rows
        self._columns = columns
        self._value = value
        self.skipped = 0
        """Rows that cannot be read."""

    def __iter__(self) -> Iterator[Case]:
        for row in self._rows:
            if row.fault is not None:
                self.skipped += 1
                continue
            sample = self._columns.sample(row.fields)
            old = None if self._value is None else _said(row, self._value)
            yield Case(row.number, {self._rows.unit: row.number}, sample, group_of(sample), {}, old)


class ListedGroups:
    """The samples of a file by their groups, wherever in it their rows are.

    Args:
        cases: The samples.
        sizes: How many each group has.
    """

    def __init__(self, cases: ListedCases, sizes: Mapping[str, int]) -> None:
        self._cases = cases
        self._sizes = sizes

    def __iter__(self) -> Iterator[Sequence[Case]]:
        """Yield a group when its last row is read; a sample that is in none is one by itself, and named so."""
        waiting: dict[str, list[Case]] = {}
        for case in self._cases:
            if case.group is None:
                yield [case]
                continue
            group = waiting.setdefault(case.group, [])
            group.append(replace(case, sample=in_its_group(case.sample)))
            if len(group) == self._sizes[case.group]:
                yield waiting.pop(case.group)


def group_sizes(rows: Rows, columns: SampleColumns) -> Counter[str]:
    """Return how many samples each group of a file has.

    Raises:
        RescoringError: more than a request may have.
    """
    names = (group_of(columns.sample(row.fields)) for row in rows if row.fault is None)
    found = Counter(name for name in names if name is not None)
    for name, samples in found.most_common(1):
        check_number(name, samples)
    return found


def _said(row: Row, column: str) -> dict[str, Any]:
    given: Any = row.fields.get(column)
    try:
        value = float(given)
    except (TypeError, ValueError):
        value = math.nan
    if math.isfinite(value):
        return {"status": "scored", "value": value, "reason": "", "explanation": ""}
    message = f"The row has no number in {column}."
    return {"status": "failed", "value": None, "kind": "no_value", "message": message, "retryable": False}
