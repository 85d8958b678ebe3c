"""`touchstone keys` and `touchstone teams`, on a database of their own."""

import json
import re
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli.commands import app
from service.teams.secret import PATTERN

DAY_S = 86_400


class Commands:
    """The commands, with a folder for what they keep."""

    def __init__(self, folder: Path) -> None:
        self._environment = {
            "COLUMNS": "200",
            "NO_COLOR": "1",
            "TERM": "dumb",
            "TOUCHSTONE_DATA": str(folder),
            "TOUCHSTONE_HOST": "0.0.0.0",  # noqa: S104 - a service that has no key yet
        }

    def run(self, *arguments: str) -> Result:
        """Return what came of a command."""
        return CliRunner().invoke(app, list(arguments), env=self._environment, prog_name="touchstone")

    def said(self, *arguments: str) -> str:
        """Return what a command printed that was carried out."""
        done = self.run(*arguments)
        assert 0 == done.exit_code, done.output
        return done.stdout

    def refused(self, *arguments: str) -> str:
        """Return why a command was not carried out."""
        done = self.run(*arguments)
        assert (2, "") == (done.exit_code, done.stdout), done.output
        return done.stderr


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """The commands, on an empty database."""
    return Commands(tmp_path / "data")


def test_a_key_is_shown_once(commands: Commands) -> None:
    """By itself on standard output, and in no list."""
    key = commands.said("keys", "create", "--team", "maths").strip()
    assert re.fullmatch(PATTERN, key)
    listed = commands.said("keys", "list")
    assert re.search(r"^maths-1 +maths +score +active +[0-9: -]+ never", listed, re.MULTILINE)
    assert key.rpartition("_")[2] not in listed + commands.said("keys", "list", "--json")


def test_the_first_key_says_what_it_ends(commands: Commands) -> None:
    """Who asked without one is shut out from then on, and finds what was scored with a key of the local team."""
    first, second = (commands.run("keys", "create", "--team", "maths") for _ in range(2))
    assert "from now on every request needs one" in first.stderr
    assert "keys create --team local --role read" in first.stderr
    assert "This is the first key" not in second.stderr


def test_a_key_expires_when_it_is_told_to(commands: Commands) -> None:
    """After a length of time, or on a date."""
    made = json.loads(commands.said("keys", "create", "--team", "a", "--expires", "90d", "--role", "admin", "--json"))
    assert ("a-1", "a", "admin", "active") == tuple(made[name] for name in ("name", "team", "role", "state"))
    assert abs(made["expires_at"] - time.time() - 90 * DAY_S) < 60
    commands.said("keys", "create", "--team", "a", "--expires", "2999-01-31")
    assert "2999-01-31 00:00" in commands.said("keys", "list", "--team", "a")


def test_a_key_is_rotated_and_revoked(commands: Commands) -> None:
    """The new one follows, the old one ends, and what has ended is followed by nothing."""
    commands.said("keys", "create", "--team", "a", "--role", "read")
    done = json.loads(commands.said("keys", "rotate", "a-1", "--overlap", "2h", "--json"))
    assert ("a-2", "read", "a-1") == (done["name"], done["role"], done["follows"]["name"])
    assert abs(done["follows"]["expires_at"] - time.time() - 7200) < 60
    assert re.fullmatch(PATTERN, commands.said("keys", "rotate", "a-2").strip())
    assert "revoked" == json.loads(commands.said("keys", "revoke", "a-1", "--json"))["state"]
    assert "revoked since" in commands.run("keys", "revoke", "a-1").stderr
    assert "a-1 is revoked" in commands.refused("keys", "rotate", "a-1")
    states = {key["name"]: key["state"] for key in json.loads(commands.said("keys", "list", "--json"))}
    assert {"a-1": "revoked", "a-2": "active", "a-3": "active"} == states


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("keys", "create", "--team", "A b"), "small letters"),
        (("keys", "create", "--team", "a", "--expires", "soon"), "such as 90d, or a date"),
        (("keys", "create", "--team", "a", "--expires", "2001-01-01"), "not in the future"),
        (("keys", "create", "--team", "a", "--expires", "0d"), "not in the future"),
        (("keys", "rotate", "a-1", "--overlap", "1 day"), "such as 45m"),
        (("keys", "rotate", "a-1"), "There is no key 'a-1'"),
        (("keys", "revoke", "[a]"), "There is no key '[a]'"),
        (("teams", "set", "a", "--samples-per-min", "5"), "made with its first key"),
        (("teams", "set", "a"), "name a limit"),
        (("teams", "set", "a", "--samples-per-min", "0"), "at least 1"),
        (("teams", "set", "a", "--concurrent-samples", "many"), "whole number"),
        (("teams", "set", "a", "--max-body-mb", "nan"), "--max-body-mb"),
        (("teams", "set", "a", "--judge-usd-per-day", "-1"), "--judge-usd-per-day"),
    ],
)
def test_what_cannot_be_done_is_said(commands: Commands, arguments: tuple[str, ...], said: str) -> None:
    """In a sentence, and nothing is done."""
    assert said in commands.refused(*arguments)
    assert "There are no keys" in commands.run("keys", "list").stderr


def test_a_team_s_limits_are_set_and_unset(commands: Commands) -> None:
    """One by one; what is not named stays."""
    commands.said("keys", "create", "--team", "a")
    commands.said("teams", "set", "a", "--samples-per-min", "1000000", "--judge-usd-per-day", "2.5")
    changed = ("--samples-per-min", "default", "--concurrent-samples", "80", "--max-body-mb", "0.5")
    (team,) = json.loads(commands.said("teams", "set", "a", *changed, "--json"))
    assert {
        "name": "a",
        "active_keys": 1,
        "samples_per_min": None,
        "concurrent_samples": 80,
        "max_body_mb": 0.5,
        "judge_usd_per_day": 2.5,
    } == team
    assert re.search(r"^a +1 +default +80 +0.5 +2.5$", commands.said("teams", "list"), re.MULTILINE)


def test_a_database_that_is_away_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its password."""
    monkeypatch.setenv("TOUCHSTONE_DATABASE_URL", "postgresql://u:sesame@127.0.0.1:1/x")
    done = Commands(tmp_path).run("keys", "list")
    assert (1, False) == (done.exit_code, "sesame" in done.output)
    assert "cannot be used" in done.stderr
