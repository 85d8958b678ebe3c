"""What a lint is at, on standard error: a bar for each phase on a terminal, one line for each in a pipe."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from service.lint.findings import Finding


@contextmanager
def phases(console: Console) -> Iterator["Phases"]:
    """Show the phases of a lint until it ends, well or badly.

    Args:
        console: Where to.
    """
    columns = (
        TextColumn("[cyan]{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[done]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        shown = Phases(console, bars)
        yield shown
        shown.end()


class Phases:
    """Shows what a lint is told to be at.

    Args:
        console: Where to.
        bars: The bars; they are drawn on a terminal alone.
    """

    def __init__(self, console: Console, bars: Progress) -> None:
        self._console = console
        self._bars = bars
        self._task: TaskID | None = None
        self._said: set[str] = set()
        self._began = time.monotonic()

    def phase(self, doing: str) -> None:
        """Show what is done now."""
        self.end()
        self._task = self._bars.add_task(escape(doing), total=None, done="")
        if not self._console.is_terminal:
            elapsed = time.monotonic() - self._began
            self._console.print(f"{elapsed:4.0f} s  {doing} ...", markup=False, soft_wrap=True)

    def advance(self, done: str, share: float | None) -> None:
        """Show how far it is."""
        if self._task is not None:
            self._bars.update(self._task, done=done)
            if share is not None:
                self._bars.update(self._task, total=1.0, completed=share)

    def found(self, finding: Finding) -> None:
        """Say at once what is wrong, and only once."""
        parts = (finding.level.value, finding.check, finding.reward, finding.message)
        line = "  ".join(part for part in parts if part)
        if line not in self._said:
            self._said.add(line)
            self._console.print(line, markup=False, soft_wrap=True)

    def end(self) -> None:
        """Stop the clock of the phase that has ended."""
        if self._task is not None:
            self._bars.update(self._task, total=1.0, completed=1.0)
            self._task = None
