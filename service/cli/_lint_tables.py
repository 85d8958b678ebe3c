"""What a lint found, as tables."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from service.lint.findings import Finding, Findings, Level
from service.lint.matrix import Cell, Matrix
from service.lint.session import Report

_COLOURS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "dim"}
_SHOWN_ROWS = 8
_MOST_FRAMES = 14
_HEADER_CHARS = 12


def show(console: Console, report: Report, *, frames: bool) -> None:
    """Print a report.

    Args:
        console: Where to.
        report: What was found.
        frames: Whether what the frames earn is worth seeing.
    """
    if frames and report.matrix is not None:
        console.print(_earned(report.matrix))
        console.print()
    for found in report.findings:
        _show(console, found, named=len(report.rows) > 1)
    count = len(report.rewards)
    looked = ", ".join(f"{_rows(count)} of {name}" for name, count in report.rows.items()) or "no rows"
    console.print(f"{looked}, {count} reward{'s' * (count != 1)}: {_summary(report.findings)}", soft_wrap=True)


def _show(console: Console, found: Finding, *, named: bool) -> None:
    colour = _COLOURS[found.level]
    about = "  ".join(part for part in (found.reward, found.source if named else None) if part)
    where = ""
    if found.count:
        rows = ", ".join(map(str, found.rows[:_SHOWN_ROWS])) + (", …" if found.count > _SHOWN_ROWS else "")
        where = _rows(found.count) + (f": {rows}" if found.rows else "")
    console.print(
        f"[bold {colour}]{found.level.value}[/bold {colour}]  [bold]{found.check}[/bold]  "
        f"[cyan]{escape(about)}[/cyan]  {where}".rstrip(),
        soft_wrap=True,
    )
    console.print(f"    {escape(found.message)}", soft_wrap=True)
    for example in found.examples:
        console.print(f"    [dim]{escape(example)}[/dim]", soft_wrap=True)


def _rows(count: int) -> str:
    return f"{count:,} row{'s' * (count != 1)}"


def _earned(found: Matrix) -> Table:
    """Return what right answers earn, frames that earn alike in one line."""
    table = Table(title="What a right answer earns", title_style="bold cyan", box=None, header_style="bold")
    table.add_column("frame", overflow="fold", min_width=24)
    for column in found.columns:
        table.add_column(escape(_header(column.name)) + ("" if column.counts else "\n(watched)"), justify="right")
    patterns = found.patterns()
    for frames, cells in patterns[:_MOST_FRAMES]:
        more = f" [dim]and {len(frames) - 1} alike[/dim]" if len(frames) > 1 else ""
        table.add_row(escape(frames[0]) + more, *(_figure(cell) for cell in cells))
    if len(patterns) > _MOST_FRAMES:
        table.add_row(f"[dim]and {len(patterns) - _MOST_FRAMES} that earn in other ways (--json has all)[/dim]")
    return table


def _header(name: str) -> str:
    """Return a reward's name over several short lines."""
    lines = [""]
    for part in name.replace("_", "_ ").replace("@", " @").split():
        if len(lines[-1]) + len(part) > _HEADER_CHARS:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _figure(cell: Cell) -> str:
    if cell.value is None:
        return "[dim]-[/dim]"
    colour = "green" if cell.share == 1 else "red" if cell.share == 0 else "yellow"
    return f"[{colour}]{cell.value:.3g}[/{colour}]"


def _summary(findings: Findings) -> str:
    levels = [found.level for found in findings]
    counts = [f"{count} {level.value}{'s' * (count > 1)}" for level in Level if (count := levels.count(level))]
    return ", ".join(counts) or "nothing found."
