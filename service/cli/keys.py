"""`touchstone keys`: make, list, rotate and revoke the keys that open the service."""

import json
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from service.call import LOCAL_TEAM, Role
from service.cli._key_store import key_store
from service.cli._times import duration_s, moment, shown

if TYPE_CHECKING:
    from service.teams.key_store import Key
    from service.teams.secret import Secret

app = typer.Typer(
    help="Make, list, rotate and revoke the keys that open the service, one team's each. They are kept in the database "
    "of TOUCHSTONE_DATABASE_URL, else in the folder TOUCHSTONE_DATA; a running service knows of every change within "
    "two seconds. docs/teams.md says what the roles may do.",
    no_args_is_help=True,
)
_COLOURS = {"active": "green", "expired": "yellow", "revoked": "red"}
_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_Name = Annotated[str, typer.Argument(metavar="KEYNAME", help="The key's name, as `touchstone keys list` shows it.")]
_Expires = Annotated[
    str | None, typer.Option(metavar="90d|DATE", help="When it stops working: a length of time or a date in UTC.")
]


_FIRST = (
    "This is the first key: from now on every request needs one, on loopback too. What was scored without a key is "
    f"the team {LOCAL_TEAM}'s: `touchstone keys create --team {LOCAL_TEAM} --role read` reads it."
)


@app.command()
def create(
    team: Annotated[str, typer.Option(help="Whose key it is. A team is made with its first key.")],
    role: Annotated[
        Role,
        typer.Option(help="score: score. read: read what was recorded. admin: all that its team can, and metrics."),
    ] = Role.SCORE,
    expires: _Expires = None,
    as_json: _AsJson = False,
) -> None:
    """Make a key, and print it. It is kept nowhere, so this is the one time that it can be read.

    The key alone goes to standard output: KEY=$(touchstone keys create --team maths).
    """
    until = None if expires is None else moment("--expires", expires, time.time())
    with key_store() as store:
        is_first = not store.roll().has_keys
        key, secret = store.create(team, role, until)
    if is_first:
        _say(_FIRST)
    if as_json:
        _print_json({**_entry(key), "key": secret.text})
        return
    _print_secret(secret)
    _say(f"[bold]{key.name}[/bold] of team [bold]{key.team}[/bold] has the role {key.role}, and expires {_until(key)}.")


@app.command("list")
def list_keys(
    team: Annotated[str | None, typer.Option(help="Only this team's.")] = None,
    as_json: _AsJson = False,
) -> None:
    """List every key there ever was, by team and age, without the keys themselves."""
    with key_store() as store:
        keys = [key for key in store.every_key() if team in {None, key.team}]
    if as_json:
        _print_json([_entry(key) for key in keys])
        return
    if not keys:
        _say("There are no keys. `touchstone keys create --team NAME` makes one.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("key", "team", "role", "state", "made (UTC)", "expires (UTC)"):
        table.add_column(column, no_wrap=True)
    now = time.time()
    for key in keys:
        state = key.state(now)
        colour = _COLOURS[state]
        table.add_row(key.name, key.team, key.role, f"[{colour}]{state}", shown(key.created_at), shown(key.expires_at))
    Console().print(table)


@app.command()
def rotate(
    name: _Name,
    overlap: Annotated[str, typer.Option(metavar="24h", help="How long the old one goes on working.")] = "24h",
    expires: _Expires = None,
    as_json: _AsJson = False,
) -> None:
    """Make a key that follows another, with its team and role, and print it. The old one expires after the overlap.

    Without --expires the new one lives as long as the old one was made to.
    """
    overlap_s = duration_s("--overlap", overlap)
    until = None if expires is None else moment("--expires", expires, time.time())
    with key_store() as store:
        old, new, secret = store.rotate(name, overlap_s, until)
    if as_json:
        _print_json({**_entry(new), "key": secret.text, "follows": _entry(old)})
        return
    _print_secret(secret)
    _say(
        f"[bold]{new.name}[/bold] follows [bold]{old.name}[/bold], which expires {_until(old)}. The new one expires "
        f"{_until(new)}."
    )


@app.command()
def revoke(
    name: _Name,
    as_json: _AsJson = False,
) -> None:
    """Revoke a key: within two seconds it opens nothing any more, on any replica. Nothing takes that back."""
    with key_store() as store:
        key = store.revoke(name)
    if as_json:
        _print_json(_entry(key))
        return
    _say(f"[bold]{key.name}[/bold] of team [bold]{key.team}[/bold] is revoked since {shown(key.revoked_at)} UTC.")


def _entry(key: "Key") -> dict[str, Any]:
    """Return a key as JSON shows it; times are seconds since the epoch."""
    return {
        "name": key.name,
        "team": key.team,
        "role": str(key.role),
        "state": str(key.state(time.time())),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }


def _until(key: "Key") -> str:
    return "never" if key.expires_at is None else f"on {shown(key.expires_at)} UTC"


def _print_secret(secret: "Secret") -> None:
    """Print a key by itself, so that it can be taken into a variable."""
    typer.echo(secret.text)
    _say("It is shown this once, and kept nowhere.")


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2))


def _say(message: str) -> None:
    Console(stderr=True, soft_wrap=True, highlight=False).print(message)
