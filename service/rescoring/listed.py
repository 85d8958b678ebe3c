"""Samples out of a file, with what was said of them in a column."""

import math
from collections.abc import Iterator
from typing import Any

from service.lint.rows import Row, Rows
from service.rescoring.case import Case, group_of
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
