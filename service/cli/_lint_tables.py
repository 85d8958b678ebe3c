"""What a lint found, as tables."""

from rich.console import Console
from rich.markup import escape

from service.cli._lint_matrix import show_earned
from service.lint.findings import Finding, Findings, Level
from service.lint.session import Report

_COLOURS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "dim"}
_SHOWN_ROWS = 8


def show(console: Console, report: Report, *, frames: bool) -> None:
    """Print a report.

    Args:
        console: Where to.
        report: What was found.
        frames: Whether what the frames earn is worth seeing.
    """
    if frames and report.matrix is not None:
        show_earned(console, report.matrix)
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


def _summary(findings: Findings) -> str:
    levels = [found.level for found in findings]
    counts = [f"{count} {level.value}{'s' * (count > 1)}" for level in Level if (count := levels.count(level))]
    return ", ".join(counts) or "nothing found."
