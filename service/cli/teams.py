"""`touchstone teams`: list the teams, and say what each may use."""

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from service.cli._failure import fail
from service.cli._key_store import key_store

if TYPE_CHECKING:
    from service.teams.key_store import Team

app = typer.Typer(
    help="List the teams, and say how much each may use. A team is made with its first key (`touchstone keys create`). "
    "A running service knows of every change within two seconds.",
    no_args_is_help=True,
)
_DEFAULT = "default"
_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON; null is the service's default.")]


@app.command("list")
def list_teams(as_json: _AsJson = False) -> None:
    """List every team with its limits and the number of its keys that work."""
    with key_store() as store:
        _show(store.every_team(), as_json=as_json)


@app.command("set")
def set_limits(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The team.")],
    samples_per_min: Annotated[
        str | None, typer.Option(metavar="N", help="Samples that it may have scored in a minute.")
    ] = None,
    concurrent_samples: Annotated[
        str | None, typer.Option(metavar="N", help="Samples that it may have under way at once.")
    ] = None,
    max_body_mb: Annotated[str | None, typer.Option(metavar="X", help="Largest body of its requests in MiB.")] = None,
    judge_usd_per_day: Annotated[
        str | None,
        typer.Option(metavar="X", help="What it may spend on the judge in a day (UTC), by the prices that are set."),
    ] = None,
    as_json: _AsJson = False,
) -> None:
    """Change a team's limits, those that are named. `default` goes back to what the service's settings say."""
    changed = {
        "samples_per_min": _count("--samples-per-min", samples_per_min),
        "concurrent_samples": _count("--concurrent-samples", concurrent_samples),
        "max_body_mb": _amount("--max-body-mb", max_body_mb, least=1 / 1024),
        "judge_usd_per_day": _amount("--judge-usd-per-day", judge_usd_per_day, least=0.0),
    }
    given = (samples_per_min, concurrent_samples, max_body_mb, judge_usd_per_day)
    named = {limit: value for (limit, value), text in zip(changed.items(), given, strict=True) if text is not None}
    if not named:
        fail(
            "name a limit to change: --samples-per-min, --concurrent-samples, --max-body-mb, --judge-usd-per-day",
            code=2,
        )
    with key_store() as store:
        _show([store.set_limits(name, named)], as_json=as_json)


def _count(option: str, given: str | None) -> int | None:
    """Return a limit that is a whole number; None is the default, or says nothing."""
    if given is None or given == _DEFAULT:
        return None
    if not (given.isascii() and given.isdigit()) or not 0 < int(given) < 2**31:
        fail(f"{option} {given!r}: write a whole number of at least 1, or `{_DEFAULT}`", code=2)
    return int(given)


def _amount(option: str, given: str | None, *, least: float) -> float | None:
    """Return a limit that is any number; None is the default, or says nothing."""
    if given is None or given == _DEFAULT:
        return None
    try:
        value = float(given)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= least):
        fail(f"{option} {given!r}: write a number of at least {least:g}, or `{_DEFAULT}`", code=2)
    return value


def _show(teams: "list[Team]", *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([_entry(team) for team in teams], indent=2))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("team", no_wrap=True)
    for column in ("keys", "samples/min", "at once", "body MiB", "judge USD/day"):
        table.add_column(column, justify="right")
    for team in teams:
        limits = ("default" if value is None else f"{value:,.10g}" for value in asdict(team.limits).values())
        table.add_row(team.name, str(team.active_keys), *limits)
    Console().print(table)


def _entry(team: "Team") -> dict[str, Any]:
    return {"name": team.name, "active_keys": team.active_keys, **asdict(team.limits)}
