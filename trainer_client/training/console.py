"""Progress bars on the terminal."""

from collections.abc import Mapping

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

__all__ = ["ConsoleProgress"]


class ConsoleProgress:
    """One bar for each stage, with the figures of the last step beside it.

    Args:
        console: Where to draw; the standard error if left out, so that results can be piped.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._bars = Progress(
            TextColumn("{task.description:<20}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[figures]}", style="dim"),
            console=console or Console(stderr=True),
        )
        self._stage: TaskID | None = None

    def start(self, title: str, total: int) -> None:
        """A new bar appears under those that are done."""
        if self._stage is None:
            self._bars.start()
        else:
            self._bars.stop_task(self._stage)
        self._stage = self._bars.add_task(title, total=total, figures="")

    def advance(self, figures: Mapping[str, float]) -> None:
        """The bar grows by a step."""
        if self._stage is not None:
            shown = "  ".join(f"{name} {value:.2f}" for name, value in figures.items())
            self._bars.update(self._stage, advance=1, figures=shown)

    def finish(self) -> None:
        """The bars stay as they are."""
        self._bars.stop()
