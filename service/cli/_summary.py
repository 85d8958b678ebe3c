"""What `touchstone score` prints when all is scored."""

from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from service.cli._failure import fail
from trainer_client import Failure, Outcome, Score, Statistics

_LEAST_SCORED = 50
"""Values that say something about a reward; a few may be equal by chance."""
_MOST_MESSAGES = 3


def summarise(reward: str, outcomes: list[Outcome], statistics: Statistics | None, out: Path) -> None:
    """Print how often each outcome came, and what they say about the reward; end with an error if none has a value."""
    console = Console()
    scores = [outcome for outcome in outcomes if isinstance(outcome, Score)]
    table = Table(title=reward, title_style="bold cyan", box=None, header_style="bold")
    for column, justify in (
        ("outcome", "left"),
        ("value", "right"),
        ("samples", "right"),
        ("share", "right"),
    ):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    counted: Counter[tuple[str, str]] = Counter(
        (outcome.kind, "none") if isinstance(outcome, Failure) else (outcome.reason, f"{outcome.value:g}")
        for outcome in outcomes
    )
    for (name, value), count in counted.most_common(20):
        table.add_row(name, value, f"{count:,}", f"{count / len(outcomes):.1%}")
    console.print(table)
    failed = len(outcomes) - len(scores)
    few = f" (of only {len(scores):,} out of {len(outcomes):,})" if failed > len(scores) else ""
    mean = f"mean {sum(score.value for score in scores) / len(scores):.4f}{few}, " if scores else ""
    console.print(
        f"{len(outcomes):,} samples: {mean}{len(scores):,} scored, {failed:,} failed. Outcomes: {out}", soft_wrap=True
    )
    if scores:
        _show_failures(console, outcomes)
    if statistics is not None and statistics.scored:
        _show(console, reward, statistics)
    kinds = {outcome.kind for outcome in outcomes if isinstance(outcome, Failure)}
    if failed == len(outcomes) and outcomes:
        first = next(outcome.message for outcome in outcomes if isinstance(outcome, Failure))
        hint = " Name the column with --column answer=..." if kinds == {"missing_reference"} else ""
        fail(f"no sample could be scored ({', '.join(sorted(kinds))}). {first}{hint}")


def _show_failures(console: Console, outcomes: list[Outcome]) -> None:
    """Print what failures say, the most frequent first."""
    said = Counter((each.kind, each.message) for each in outcomes if isinstance(each, Failure))
    for (kind, message), count in said.most_common(_MOST_MESSAGES):
        console.print(f"[red]{escape(kind)}[/red] {count:,}  {escape(message)}", soft_wrap=True)
    if len(said) > _MOST_MESSAGES:
        console.print(f"{len(said) - _MOST_MESSAGES:,} other messages stand with the outcomes.")


def _show(console: Console, reward: str, statistics: Statistics) -> None:
    """Print whether the reward fired, and whether it told the completions of a group apart."""
    fired, saturated = statistics.fire_rate or 0.0, statistics.saturation or 0.0
    console.print(f"Above the lowest value {fired:.1%}, at the highest {saturated:.1%}.", soft_wrap=True)
    flat = statistics.groups_without_variance
    if statistics.groups:
        variance = statistics.in_group_variance or 0.0
        text = f"{statistics.groups:,} groups: {flat:,} without variance, mean variance within a group {variance:.4g}."
        console.print(text, soft_wrap=True)
    if statistics.scored < _LEAST_SCORED:
        return
    remark = None
    if fired == 0.0:
        remark = f"{reward} never fired: every completion got its lowest value"
    elif saturated == 1.0:
        remark = f"{reward} is saturated: every completion got its highest value"
    elif statistics.groups == flat and flat:
        remark = f"{reward} gave the completions of each group the same value"
    if remark is not None:
        console.print(f"[yellow]warning[/yellow] {remark}. No run can learn from that.", soft_wrap=True)
