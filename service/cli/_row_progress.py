"""How far a long job over rows is, on standard error: a bar on a terminal, a line now and then in a pipe."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

_SAY_EVERY_S = 15.0


@contextmanager
def row_progress(console: Console, doing: str) -> Iterator["RowProgress"]:
    """Show a job until it ends, well or badly.

    Args:
        console: Where to.
        doing: What the job is.
    """
    columns = (
        TextColumn("[cyan]{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        yield RowProgress(console, bar, bar.add_task(doing, total=None, told=""))


class RowProgress:
    """Shows what it is told.

    Args:
        console: Where to.
        bar: The bar; it is drawn on a terminal alone.
        task: What of the bar is shown.
    """

    def __init__(self, console: Console, bar: Progress, task: TaskID) -> None:
        self._console = console
        self._bar = bar
        self._task = task
        self._began = self._said = time.monotonic()
        self._first_share: float | None = None

    def advance(self, rows: int, asked: int, share: float | None, counts: Mapping[str, int]) -> None:
        """Show how far it is.

        Args:
            rows: Rows that are done, those of earlier times among them.
            asked: Rows that were done this time.
            share: How much of it all is done, from 0 to 1; None where nobody knows.
            counts: What became of the rows.
        """
        now = time.monotonic()
        spent = max(1e-6, now - self._began)
        counted = ", ".join(f"{count:,} {name}" for name, count in counts.items())
        told = f"{rows:,} rows ({counted}), {asked / spent:,.1f} rows/s{self._left(share, spent)}"
        self._bar.update(self._task, told=told)
        if share is not None:
            self._bar.update(self._task, total=1.0, completed=share)
        if not self._console.is_terminal and now - self._said >= _SAY_EVERY_S:
            self._said = now
            self._console.print(f"{spent:5.0f} s  {told}", markup=False, soft_wrap=True)

    def _left(self, share: float | None, spent: float) -> str:
        """Return how long it may take yet, from what was done this time."""
        if share is None:
            return ""
        if self._first_share is None:
            self._first_share = share
            return ""
        done = share - self._first_share
        if done <= 0 or share >= 1:
            return ""
        seconds = int((1 - share) * spent / done)
        minutes, hours = seconds // 60, seconds // 3600
        return f", {hours} h {minutes % 60:02} min left" if hours else f", {minutes} min {seconds % 60:02} s left"
