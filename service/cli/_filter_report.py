"""What a filter did, as tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from service.cli._bars import bar
from service.filter.conditions import Fate
from service.filter.plan import Plan
from service.filter.session import Judged
from service.filter.tally import Tally
from trainer_client import Outcome, Score

_COLOURS = {Fate.KEPT: "green", Fate.DROPPED: "yellow", Fate.FAILED: "red"}
_MOST_REASONS = 5
_SUGGESTIONS = {
    "missing_reference": "Name its column with --column FIELD=COLUMN.",
    "judge_unavailable": "Configure the judge, or wait until it answers again, and run the same command once more.",
    "deadline": "Run the same command once more, with a smaller --batch.",
    "crash": "Run the same command once more.",
    "judge_unparsable": "The judge's replies were no verdicts, which another judge may mend.",
}
"""What a person can do about a kind of failure."""


def show_rows(console: Console, plan: Plan, judged: Sequence[Judged]) -> None:
    """Print what would become of some rows."""
    table = Table(box=None, header_style="bold")
    table.add_column("row", justify="right")
    table.add_column("", no_wrap=True)
    for reward in plan.infos:
        table.add_column(reward)
    for each in judged:
        fate = each.decision.fate
        told = (
            [_told(each.outcomes.get(reward)) for reward in plan.infos]
            if each.row.fault is None
            else [escape(each.row.fault[1]), *[""] * (len(plan.infos) - 1)]
        )
        table.add_row(str(each.row.number), f"[{_COLOURS[fate]}]{fate.value}[/]", *told)
    console.print(table)
    console.print(f"Nothing was written. Kept would be rows with {_conditions(plan)}.", soft_wrap=True)


def show_tally(console: Console, plan: Plan, tally: Tally, files: Mapping[str, Path]) -> None:
    """Print what became of all rows, and where it is written."""
    table = Table(box=None, header_style="bold", show_header=False)
    table.add_column("", no_wrap=True)
    table.add_column("", justify="right")
    table.add_column("", justify="right")
    table.add_column("", overflow="fold")
    table.add_row("[bold]rows[/bold]", f"{tally.rows:,}", "", "")
    for fate in Fate:
        count = tally.fates[fate.value]
        table.add_row(f"[{_COLOURS[fate]}]{fate.value}[/]", f"{count:,}", _share(count, tally.rows), "")
        for name, part, note in _parts(fate, tally):
            table.add_row(f"  {escape(name)}", f"{part:,}", _share(part, tally.rows), f"[dim]{escape(note)}[/dim]")
    console.print(table)
    for reward, info in plan.infos.items():
        values = tally.values.get(reward)
        if values is not None:
            _show_values(console, reward, values.histogram(*info.range))
    for kind, message in tally.messages.items():
        advice = _SUGGESTIONS.get(kind, "")
        console.print(f"[red]{escape(kind)}[/red]  {escape(message)} [dim]{advice}[/dim]".rstrip(), soft_wrap=True)
    if tally.failed:
        console.print(_failures(tally), soft_wrap=True)
    for what, path in files.items():
        console.print(f"{what}: {path}", soft_wrap=True, markup=False)


def _parts(fate: Fate, tally: Tally) -> list[tuple[str, int, str]]:
    """Return what a number of rows is made of: a name, how many, and the reasons."""
    if fate is Fate.DROPPED:
        return [
            (f"not {condition}", reasons.total(), _listed(reasons.most_common(_MOST_REASONS)))
            for condition, reasons in tally.dropped.items()
        ]
    if fate is Fate.FAILED:
        return [(kind, count, "") for kind, count in tally.failed.most_common()]
    return []


def _failures(tally: Tally) -> str:
    count = sum(tally.failed.values())
    rows = "1 row was not judged and is" if count == 1 else f"{count:,} rows were not judged and are"
    again = f" {tally.again:,} of them will be asked about again by the same command." if tally.again else ""
    return f"{rows} not kept; that says nothing about quality.{again} --allow-failures accepts it."


def _show_values(console: Console, reward: str, parts: Sequence[tuple[float, float, int]]) -> None:
    most = max(count for _, _, count in parts)
    console.print(f"[bold cyan]values of {reward}[/bold cyan]")
    table = Table(box=None, show_header=False)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("", justify="right", no_wrap=True)
    for low, high, count in parts:
        table.add_row(f"{low:.3g} to {high:.3g}", f"[cyan]{bar(count / max(1, most))}[/cyan]", f"{count:,}")
    console.print(table)


def _told(outcome: Outcome | None) -> str:
    if outcome is None:
        return "[dim]not asked[/dim]"
    if isinstance(outcome, Score):
        return f"{outcome.value:g}  [dim]{escape(outcome.reason)}[/dim]"
    return f"[red]{escape(outcome.kind)}[/red]  [dim]{escape(outcome.message)}[/dim]"


def _conditions(plan: Plan) -> str:
    return " and ".join(map(str, plan.conditions))


def _listed(counted: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{reason} {count:,}" for reason, count in counted)


def _share(count: int, total: int) -> str:
    return f"{count / total:.1%}" if total else ""
