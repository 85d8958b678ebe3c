"""What right answers earn, as a table that leaves nothing out where it is narrow."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from service.lint.matrix import Cell, Column, Matrix

_TITLE = "What a right answer earns"
_MOST_FRAMES = 14
_HEADER_CHARS = 12
_FRAME_CHARS = 36
"""What the frames need at least, beside the rewards' names; beside their numbers they need less."""
_NARROW_FRAME_CHARS = 24
_PADDING = 2

_Line = tuple[str, str, list[Text]]
"""A frame, how many others earn alike, and what it earns from each reward."""


def show_earned(console: Console, found: Matrix) -> None:
    """Print what right answers earn, frames that earn alike in one line.

    Where the rewards' names do not fit beside each other, they are numbered; where not even the numbers do, each frame
    gets a block of its own. No figure is ever cut.
    """
    patterns = found.patterns()
    lines = [_line(found.columns, frames) for frames, _ in patterns[:_MOST_FRAMES]]
    names = [_header(column) for column in found.columns]
    numbers = [str(number) for number in range(1, len(names) + 1)]
    if _room(console, lines, names) >= _FRAME_CHARS:
        console.print(_table(console, lines, names))
    elif _room(console, lines, numbers) >= _NARROW_FRAME_CHARS:
        console.print(_table(console, lines, numbers))
        console.print()
        for number, column in zip(numbers, found.columns, strict=True):
            console.print(f" [bold]{number:>2}[/bold]  {_named(column)}", soft_wrap=True)
    else:
        _blocks(console, lines, found.columns)
    if any(cell.value is None for column in found.columns for cell in column.cells.values()):
        console.print("[dim] - nothing could be judged[/dim]", soft_wrap=True)
    if len(patterns) > _MOST_FRAMES:
        more = len(patterns) - _MOST_FRAMES
        console.print(f"[dim] and {more} that earn in other ways (--json has all)[/dim]", soft_wrap=True)


def _line(columns: Sequence[Column], frames: Sequence[str]) -> _Line:
    more = f" and {len(frames) - 1} alike" if len(frames) > 1 else ""
    return frames[0], more, [_figure([column.cells[frame] for frame in frames]) for column in columns]


def _figure(cells: Sequence[Cell]) -> Text:
    """Return what frames that earn alike earn: the least and the most, where that is not the same."""
    values = [cell.value for cell in cells if cell.value is not None]
    if not values:
        return Text("-", style="dim")
    share = cells[0].share
    said = f"{values[0]:.3g}"
    if any(f"{value:.3g}" != said for value in values):
        said = f"{min(values):.2g}..{max(values):.2g}"
    return Text(said, style="green" if share == 1 else "red" if share == 0 else "yellow")


def _room(console: Console, lines: Sequence[_Line], headers: Sequence[str]) -> int:
    """Return how many characters are left for the frames."""
    return console.width - _PADDING - sum(width + _PADDING for width in _widths(lines, headers))


def _widths(lines: Sequence[_Line], headers: Sequence[str]) -> list[int]:
    return [
        max([*map(len, header.split("\n")), *(len(figures[position]) for _, _, figures in lines)])
        for position, header in enumerate(headers)
    ]


def _table(console: Console, lines: Sequence[_Line], headers: Sequence[str]) -> Table:
    longest = max((len(frame) + len(more) for frame, more, _ in lines), default=_NARROW_FRAME_CHARS)
    table = Table(title=_TITLE, title_style="bold cyan", box=None, header_style="bold")
    table.add_column("frame", overflow="fold", width=min(longest, _room(console, lines, headers)))
    for header, width in zip(headers, _widths(lines, headers), strict=True):
        table.add_column(escape(header), justify="right", no_wrap=True, width=width)
    for frame, more, figures in lines:
        table.add_row(f"{escape(frame)}[dim]{more}[/dim]", *figures)
    return table


def _blocks(console: Console, lines: Sequence[_Line], columns: Sequence[Column]) -> None:
    console.print(f"[bold cyan]{_TITLE}[/bold cyan]", soft_wrap=True)
    for frame, more, figures in lines:
        console.print(f"[bold]{escape(frame)}[/bold][dim]{more}[/dim]", soft_wrap=True)
        width = max(map(len, figures))
        for figure, column in zip(figures, columns, strict=True):
            console.print(Text.assemble("  ", " " * (width - len(figure)), figure, f"  {_named(column)}"))


def _named(column: Column) -> str:
    return column.name + ("" if column.counts else " (watched)")


def _header(column: Column) -> str:
    """Return a reward's name over several short lines."""
    lines = [""]
    for part in column.name.replace("_", "_ ").replace("@", " @").split():
        if len(lines[-1]) + len(part) > _HEADER_CHARS:
            lines.append("")
        lines[-1] += part
    return "\n".join([*lines, *([] if column.counts else ["(watched)"])])
