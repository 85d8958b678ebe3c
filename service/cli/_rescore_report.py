"""What scoring again has shown, as tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from service.rescoring.comparison import Comparison, GroupChange
from service.rescoring.coverage import Coverage

_MOST_VALUES = 12
_BECAME = {"turned": "red", "silenced": "yellow", "woken": "green"}
_POLICIES = {
    None: "the service's default policy, `sample` unless it was set",
    "none": "the policy `none`",
    "sample": "the policy `sample`: a few a request, and what failed, was expensive or is disputed",
    "all": "the policy `all`",
}


def show_coverage(console: Console, coverage: Coverage) -> None:
    """Print how much of a run's text is there."""
    texts = coverage.texts
    share = texts.with_text / texts.samples if texts.samples else 0.0
    told = f"{texts.with_text:,} of {texts.samples:,} samples have their text ({share:.1%}), by "
    console.print(told + _POLICIES[texts.policy] + ".", soft_wrap=True, markup=False)
    if coverage.told:
        console.print(coverage.told, soft_wrap=True, markup=False)


def show_flips(console: Console, rewards: tuple[str, str], flips: Sequence[Mapping[str, Any]], total: int) -> None:
    """Print samples of which the versions say different things, side by side."""
    if not flips:
        return
    table = Table(box=None, header_style="bold")
    table.add_column("sample", overflow="fold")
    for reward in rewards:
        table.add_column(escape(reward), overflow="fold")
    for each in flips:
        table.add_row(escape(_place(each["where"])), _told(each["old"]), _told(each["new"]))
    console.print(table)
    if total > len(flips):
        console.print(f"[dim]and {total - len(flips):,} more[/dim]")


def show_groups(console: Console, groups: Sequence[GroupChange], most: int) -> None:
    """Print the groups whose advantages are others."""
    if not groups[:most]:
        return
    table = Table(box=None, header_style="bold")
    table.add_column("group", overflow="fold")
    table.add_column("advantages")
    table.add_column("values before", overflow="fold")
    table.add_column("values now", overflow="fold")
    for each in groups[:most]:
        became = f"[{_BECAME[each.became]}]{each.became}[/]"
        table.add_row(escape(each.name), became, _values(each.old), _values(each.new))
    console.print(table)
    if len(groups) > most:
        console.print(f"[dim]and {len(groups) - most:,} more[/dim]")


def show_summary(console: Console, rewards: tuple[str, str], found: Comparison, files: Mapping[str, Path]) -> None:
    """Print what it all comes to."""
    line = found.line()
    table = Table(box=None, show_header=False)
    table.add_column("", no_wrap=True)
    table.add_column("", justify="right")
    table.add_column("", justify="right")
    rows = (("compared", found.compared), ("equal", found.equal), ("higher now", found.up), ("lower now", found.down))
    for name, count in rows:
        table.add_row(name, f"{count:,}", f"{count / found.compared:.2%}" if found.compared else "")
    if found.compared:
        table.add_row("mean change", f"{found.change / found.compared:+.4f}", "")
    for (old, new), count in found.transitions.most_common():
        table.add_row(f"{escape(old)} -> {escape(new)}", f"{count:,}", "")
    table.add_row("groups compared", f"{found.whole_groups:,}", "")
    for name in _BECAME:
        table.add_row(f"  advantages {name}", f"{line[f'groups_{name}']:,}", "")
    console.print(f"[bold]{escape(rewards[0])} -> {escape(rewards[1])}[/bold]")
    console.print(table)
    for kind, message in found.messages.items():
        console.print(f"[red]{escape(kind)}[/red]  {escape(message)}", soft_wrap=True)
    for what, path in files.items():
        console.print(f"{what}: {path}", soft_wrap=True, markup=False)


def _place(where: Mapping[str, Any]) -> str:
    """Return where a sample is found, the name of its request last, which is long and says the least."""
    parts = [f"{name.removesuffix('_id')} {value}" for name, value in where.items() if value is not None]
    return ", ".join(sorted(parts, key=lambda part: part.startswith("request")))


def _told(outcome: Mapping[str, Any]) -> str:
    if outcome["value"] is None:
        return f"[red]{escape(outcome['kind'])}[/red]  [dim]{escape(outcome['message'])}[/dim]"
    return f"{outcome['value']:g}  {escape(outcome['reason'])}  [dim]{escape(outcome['explanation'])}[/dim]"


def _values(values: Sequence[float]) -> str:
    shown = " ".join(f"{value:g}" for value in values[:_MOST_VALUES])
    return f"{shown} ..." if len(values) > _MOST_VALUES else shown
