"""Finds the rows that requests hang on, teams, runs and their series, and makes those that are new."""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from service.call import LOCAL_TEAM
from service.record.fingerprints import Fingerprints

_MOST = 10_000
"""Runs, or series, to remember."""
_FRESH_S = 10.0
"""How long to believe what was read of a run: somebody may set its texts anew, or delete it."""
_SECRET_BYTES = 32


class UnknownTeamError(Exception):
    """There is no such team, or not any more."""


@dataclass(frozen=True, slots=True)
class Team:
    """What the record has to know of a team."""

    id: int
    fingerprints: Fingerprints


@dataclass(frozen=True, slots=True)
class Run:
    """What the record has to know of a run."""

    id: int
    texts: str
    """none, sample or all."""
    read_at: float


class Directory:
    """Finds rows by their names. May be asked from any thread.

    Args:
        engine: The database.
        texts: Which texts to keep of a run that does not say.
        clock: Monotonic seconds.
    """

    def __init__(self, engine: Engine, texts: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._texts = texts
        self._clock = clock
        self._lock = threading.Lock()
        self._teams: dict[str, Team] = {}
        self._runs: OrderedDict[tuple[int, str], Run] = OrderedDict()
        self._series: OrderedDict[tuple[int, str], int] = OrderedDict()

    def team(self, name: str) -> Team:
        """Return a team. The local one is made where it is missing.

        Raises:
            UnknownTeamError: there is no such team.
            SQLAlchemyError: the database cannot be asked.
        """
        found = self._teams.get(name)
        if found is None:
            with self._lock, self._engine.begin() as connection:
                if name == LOCAL_TEAM:
                    _make_local(connection)
                row = connection.execute(
                    text("select id, secret from teams where name = :name"), {"name": name}
                ).first()
            if row is None:
                raise UnknownTeamError
            found = self._teams[name] = Team(row.id, Fingerprints(row.secret))
        return found

    def run(self, team: Team, name: str) -> Run:
        """Return a run of a team, made where it is missing.

        Raises:
            SQLAlchemyError: the database cannot be asked.
        """
        now = self._clock()
        found = self._runs.get((team.id, name))
        if found is not None and now - found.read_at < _FRESH_S:
            return found
        values = {"team": team.id, "name": name, "now": time.time()}
        make = "insert into runs (team_id, name, created_at) values (:team, :name, :now) on conflict do nothing"
        find = "select id, texts from runs where team_id = :team and name = :name"
        row = self._found_or_made(find, make, values)
        with self._lock:
            found = self._runs[team.id, name] = Run(row.id, row.texts or self._texts, now)
            _shorten(self._runs)
        return found

    def series(self, run: Run, reward: str) -> int:
        """Return the id of one reward's series in a run, made where it is missing.

        Raises:
            SQLAlchemyError: the database cannot be asked.
        """
        found = self._series.get((run.id, reward))
        if found is None:
            make = "insert into series (run_id, reward) values (:run, :reward) on conflict do nothing"
            find = "select id from series where run_id = :run and reward = :reward"
            row = self._found_or_made(find, make, {"run": run.id, "reward": reward})
            with self._lock:
                found = self._series[run.id, reward] = row.id
                _shorten(self._series)
        return int(found)

    def forget(self) -> None:
        """Believe nothing any more that was read."""
        with self._lock:
            self._teams.clear()
            self._runs.clear()
            self._series.clear()

    def _found_or_made(self, find: str, make: str, values: dict[str, Any]) -> Any:  # noqa: ANN401 - a row
        with self._engine.connect() as connection:
            row = connection.execute(text(find), values).first()
        if row is None:
            with self._engine.begin() as connection:
                connection.execute(text(make), values)
                row = connection.execute(text(find), values).one()
        return row


def _make_local(connection: Connection) -> None:
    connection.execute(
        text(
            "insert into teams (name, secret, created_at) values (:name, :secret, :now) on conflict (name) do nothing"
        ),
        {"name": LOCAL_TEAM, "secret": secrets.token_bytes(_SECRET_BYTES), "now": time.time()},
    )


def _shorten(kept: "OrderedDict[Any, Any]") -> None:
    """Forget what was learnt first."""
    while len(kept) > _MOST:
        kept.popitem(last=False)
