"""What a judge's verdicts are worth, as tables."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from service.calibration.report import Part, Report
from service.calibration.thresholds import Threshold
from service.cli._bars import bar
from service.judge_account import Account


def show_report(console: Console, reward: str, found: Report, cost: Account) -> None:
    """Print the figures of a calibration.

    Args:
        console: Where to.
        reward: What was calibrated.
        found: The figures.
        cost: What the judge was asked for it.
    """
    reading = found.reading
    labels = [*(each.label for each in reading.verdicts), *reading.failed]
    wrong = sum(label is not None for label in labels)
    judge = ", ".join(reading.judges) or "no judge"
    count = len(reading.verdicts)
    told = f"{len(labels):,} solutions, {wrong:,} with a mistake{f'; {count:,} were judged' if reading.failed else ''}"
    console.print(f"[bold cyan]{reward}[/bold cyan], {escape(judge)}: {told}", soft_wrap=True)
    _show_parts(console, found)
    settled = sum(reading.settled)
    console.print(f"{settled:,} solutions were settled by rules, {count - settled:,} by the judge.", soft_wrap=True)
    if reading.kinds:
        kinds = ", ".join(f"{kind} {number:,}" for kind, number in reading.kinds.items())
        console.print(
            f"[red]{len(reading.failed):,} could not be judged[/red] and are left out ({kinds}); counted as wrong, the "
            f"F1 of the first mistake is {_share(found.with_failures.f1)}.",
            soft_wrap=True,
        )
    if reading.cut_otherwise:
        console.print(
            f"[yellow]{reading.cut_otherwise:,} solutions were cut into other steps than the labels have[/yellow], so "
            "that the first mistake may be counted as missed where it was seen.",
            soft_wrap=True,
        )
    _show_bins(console, found)
    _show_thresholds(console, found)
    if cost.calls or cost.cached:
        console.print(f"cost: {cost}", soft_wrap=True)


def _show_parts(console: Console, found: Report) -> None:
    table = Table(box=None, header_style="bold")
    table.add_column("seeing a mistake", no_wrap=True)
    for column in ("solutions", "precision", "recall", "F1", "first\nmistake", "no\nmistake", "Process-\nBench F1"):
        table.add_column(column, justify="right")
    if any(found.reading.settled) or found.reading.unanswered:
        table.add_row("rules alone", f"{len(found.reading.unjudged):,}", *_figures(found.rules))
    if not all(found.reading.settled):
        table.add_row("with the judge", f"{len(found.reading.verdicts):,}", *_figures(found.whole))
    console.print(table)


def _figures(part: Part) -> list[str]:
    seen, first = part.detection, part.first
    return list(map(_share, (seen.precision, seen.recall, seen.f1, first.erroneous, first.correct, first.f1)))


def _show_bins(console: Console, found: Report) -> None:
    if found.error is None:
        return
    title = f"[bold cyan]values as probabilities[/bold cyan]{_over(found)}"
    console.print(f"{title}: expected calibration error {found.error:.3f}")
    table = Table(box=None, header_style="bold")
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("solutions", justify="right")
    table.add_column("mean", justify="right")
    table.add_column("right", justify="right")
    table.add_column("", no_wrap=True)
    for each in found.bins:
        table.add_row(
            f"{each.low:.1f} to {each.high:.1f}",
            f"{each.count:,}",
            f"{each.value:.2f}",
            f"{each.right:.2f}",
            f"[cyan]{bar(each.right)}[/cyan]",
        )
    console.print(table)


def _show_thresholds(console: Console, found: Report) -> None:
    table = Table(box=None, header_style="bold")
    table.add_column(f"keep{_over(found)}", no_wrap=True)
    for column in ("precision", "recall", "F1", "right of\nthe kept", "kept of\nthe right"):
        table.add_column(column, justify="right")
    if found.best is not None:
        table.add_row(f"values >= {found.best.value:.4g}, the best F1", *_kept(found.best))
    if found.precise is not None:
        table.add_row(
            f"values >= {found.precise.value:.4g}, for --precision {found.precision:g}", *_kept(found.precise)
        )
    elif found.precision is not None and found.most is not None:
        table.add_row(f"values >= {found.most.value:.4g}, the most precise", *_kept(found.most))
    if table.row_count:
        console.print(table)


def _over(found: Report) -> str:
    """Return what figures are over that leave out what could not be judged."""
    return f", of the {len(found.reading.verdicts):,} that were judged" if found.reading.failed else ""


def _kept(found: Threshold) -> list[str]:
    seen = found.detection
    return list(map(_share, (seen.precision, seen.recall, seen.f1, seen.kept_precision, seen.kept_recall)))


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
