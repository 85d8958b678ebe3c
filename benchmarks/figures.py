"""How the benchmarks measure and print."""

import os
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import TypeVar

from rich.console import Console
from rich.table import Table

T = TypeVar("T")
_WIDTH = 160
"""Wide enough that no cell is cut, also where the output goes to a file."""


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return the seconds that the work took, and what it returned."""
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


def spread(seconds: Sequence[float]) -> str:
    """Return the median of some times and their range, in milliseconds."""
    return f"{median(seconds) * 1000:,.1f} ({min(seconds) * 1000:,.1f} to {max(seconds) * 1000:,.1f})"


def show(note: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a note, the machine and a table."""
    console = Console(width=_WIDTH, highlight=False)
    console.print(f"{note} {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}.")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    console.print(table)
