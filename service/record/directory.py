"""Remembers the rows that requests hang on: teams, runs and their series.

Runs and series are made in the transaction that writes what belongs to them, and are remembered once it is durable.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
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

Name = tuple[int, str]
"""Of a run, its team and what it is called there; of a series, its run and its reward."""


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

    id: int | None
    """None where there is no such run yet."""
    texts: str
    """none, sample or all."""
    read_at: float


class Directory:
    """Knows rows by their names. May be asked from any thread.

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
        self._runs: OrderedDict[Name, Run] = OrderedDict()
        self._series: OrderedDict[Name, int] = OrderedDict()

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

    def texts(self, name: Name) -> str:
        """Return which texts of a run are kept: what the service keeps of any, where there is no such run yet.

        Raises:
            SQLAlchemyError: the database cannot be asked.
        """
        found = self._fresh(name)
        if found is None:
            query = text("select id, texts from runs where team_id = :team and name = :name")
            with self._engine.connect() as connection:
                row = connection.execute(query, {"team": name[0], "name": name[1]}).first()
            found = self._remember(name, *(row or (None, None)))
        return found.texts

    def run(self, name: Name) -> int | None:
        """Return the id of a run, as far as it is known."""
        found = self._fresh(name)
        return None if found is None else found.id

    def series(self, name: Name) -> int | None:
        """Return the id of one reward's series in a run, as far as it is known."""
        return self._series.get(name)

    def learn(self, runs: Mapping[Name, tuple[int, str | None]], series: Mapping[Name, int]) -> None:
        """Remember rows that are there.

        Args:
            runs: Ids of runs, and what was set of their texts.
            series: Ids of series.
        """
        for name, found in runs.items():
            self._remember(name, *found)
        with self._lock:
            self._series.update(series)
            _shorten(self._series)

    def forget(self) -> None:
        """Believe nothing any more that was read."""
        with self._lock:
            self._teams.clear()
            self._runs.clear()
            self._series.clear()

    def _fresh(self, name: Name) -> Run | None:
        found = self._runs.get(name)
        return found if found is not None and self._clock() - found.read_at < _FRESH_S else None

    def _remember(self, name: Name, run_id: int | None, texts: str | None) -> Run:
        found = Run(run_id, texts or self._texts, self._clock())
        with self._lock:
            self._runs[name] = found
            self._runs.move_to_end(name)
            _shorten(self._runs)
        return found


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
