"""Keys and teams in the database."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Row, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.call import Caller, Role
from service.database.tables import keys, teams
from service.teams.errors import KeyEndedError, NoSuchError
from service.teams.secret import Secret, new_secret
from service.teams.team import Limits, checked_name, team_id

MadeT = TypeVar("MadeT")

_TRIES = 5
"""For a key's name, which another process may take first."""


class State(StrEnum):
    """Whether a key opens anything."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key, which is all but the key."""

    name: str
    team: str
    role: Role
    created_at: float
    expires_at: float | None
    revoked_at: float | None
    lifetime_s: float | None
    """How long it was made to live, whatever an overlap has left of that; None is for ever."""

    def state(self, now: float) -> State:
        """Return whether it opens anything."""
        if self.revoked_at is not None:
            return State.REVOKED
        is_over = self.expires_at is not None and self.expires_at <= now
        return State.EXPIRED if is_over else State.ACTIVE


@dataclass(frozen=True, slots=True)
class Team:
    """A team as it stands in the database."""

    name: str
    limits: Limits
    active_keys: int


@dataclass(frozen=True, slots=True)
class Grant:
    """What a key opens."""

    digest: bytes
    caller: Caller
    expires_at: float | None


@dataclass(frozen=True, slots=True)
class Roll:
    """Everything that the service has to know of keys to serve a request."""

    grants: Sequence[Grant] = ()
    """Of the keys that are not revoked and have not expired."""
    limits: Mapping[str, Limits] = field(default_factory=dict)
    """Of each team, by its name."""
    has_keys: bool = False
    """Whether a key was ever made."""


class KeyStore:
    """Makes, ends and lists keys, and says what teams may use.

    Args:
        engine: The database.
        clock: Seconds since the epoch.
    """

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._clock = clock

    def create(self, team: str, role: Role, expires_at: float | None = None) -> tuple[Key, Secret]:
        """Return a new key of a team, which is made with its first key.

        Raises:
            TeamNameError: no team can be called that.
        """
        checked_name(team)
        return self._with_free_name(lambda connection: self._insert(connection, team, role, expires_at))

    def rotate(self, name: str, overlap_s: float, expires_at: float | None = None) -> tuple[Key, Key, Secret]:
        """Return an old key, which expires after the overlap, and the new one that follows it.

        Without a time of its own, the new one lives as long as the old one was made to.

        Raises:
            NoSuchError: there is no such key.
            KeyEndedError: it opens nothing any more.
        """

        def succeed(connection: Connection) -> tuple[Key, Key, Secret]:
            now, old = self._clock(), self._one(connection, name)
            if (state := old.state(now)) is not State.ACTIVE:
                raise KeyEndedError(
                    f"{name} is {state}: make a new key with `touchstone keys create --team {old.team}`."
                )
            ends_at = now + overlap_s if old.expires_at is None else min(old.expires_at, now + overlap_s)
            follows_until = now + old.lifetime_s if expires_at is None and old.lifetime_s is not None else expires_at
            connection.execute(update(keys).where(keys.c.name == name).values(expires_at=ends_at))
            new, secret = self._insert(connection, old.team, old.role, follows_until)
            return replace(old, expires_at=ends_at), new, secret

        return self._with_free_name(succeed)

    def revoke(self, name: str) -> Key:
        """Return a key that opens nothing from now on.

        Raises:
            NoSuchError: there is no such key.
        """
        with self._engine.begin() as connection:
            still_valid = keys.c.name == name, keys.c.revoked_at.is_(None)
            connection.execute(update(keys).where(*still_valid).values(revoked_at=self._clock()))
            return self._one(connection, name)

    def every_key(self) -> list[Key]:
        """Return every key there ever was, by team and age."""
        with self._engine.connect() as connection:
            found = connection.execute(_KEYS.order_by(teams.c.name, keys.c.id))
            return [_key(row) for row in found]

    def every_team(self) -> list[Team]:
        """Return every team, by name."""
        now = self._clock()
        is_active = (keys.c.team_id == teams.c.id) & _is_active(now)
        active = select(func.count()).where(is_active).correlate(teams).scalar_subquery()
        with self._engine.connect() as connection:
            rows = connection.execute(select(*_LIMITS, active.label("active")).order_by(teams.c.name))
            return [Team(row.name, _limits(row), row.active) for row in rows]

    def set_limits(self, team: str, changed: Mapping[str, float | None]) -> Team:
        """Return a team with other limits.

        Args:
            team: Its name.
            changed: The limits to change, by the names of `Limits`.

        Raises:
            NoSuchError: there is no such team.
        """
        with self._engine.begin() as connection:
            if changed:
                connection.execute(update(teams).where(teams.c.name == team).values(**changed))
        found = next((each for each in self.every_team() if each.name == team), None)
        if found is None:
            raise NoSuchError(f"There is no team {team!r}: it is made with its first key, `touchstone keys create`.")
        return found

    def roll(self) -> Roll:
        """Return what the service has to know."""
        granted = select(keys.c.digest, keys.c.role, keys.c.expires_at, teams.c.name)
        with self._engine.connect() as connection:
            rows = connection.execute(granted.join_from(keys, teams).where(_is_active(self._clock())))
            grants = tuple(Grant(row.digest, Caller(row.name, Role(row.role)), row.expires_at) for row in rows)
            limits = {row.name: _limits(row) for row in connection.execute(select(*_LIMITS))}
            has_keys = bool(grants) or bool(connection.execute(select(exists().select_from(keys))).scalar())
        return Roll(grants, limits, has_keys)

    def _with_free_name(self, make: Callable[[Connection], MadeT]) -> MadeT:
        """Return what is made in a transaction of its own, tried again where another process took its key's name."""
        for _ in range(_TRIES - 1):
            try:
                with self._engine.begin() as connection:
                    return make(connection)
            except IntegrityError:
                continue
        with self._engine.begin() as connection:
            return make(connection)

    def _insert(self, connection: Connection, team: str, role: Role, expires_at: float | None) -> tuple[Key, Secret]:
        owner = team_id(connection, team)
        number = connection.execute(select(func.count()).where(keys.c.team_id == owner)).scalar_one() + 1
        secret = new_secret(f"{team}-{number}")
        now = self._clock()
        lifetime_s = None if expires_at is None else expires_at - now
        made = Key(secret.name, team, role, now, expires_at, None, lifetime_s)
        values = {"team_id": owner, "name": made.name, "digest": secret.digest, "role": str(role)}
        times = {"created_at": now, "expires_at": expires_at, "lifetime_s": lifetime_s}
        connection.execute(insert(keys).values(**values, **times))
        return made, secret

    def _one(self, connection: Connection, name: str) -> Key:
        row = connection.execute(_KEYS.where(keys.c.name == name)).one_or_none()
        if row is None:
            raise NoSuchError(f"There is no key {name[:80]!r}: `touchstone keys list` has their names.")
        return _key(row)


_KEYS = select(
    keys.c.name,
    teams.c.name.label("team"),
    keys.c.role,
    keys.c.created_at,
    keys.c.expires_at,
    keys.c.revoked_at,
    keys.c.lifetime_s,
).join_from(keys, teams)
_LIMITS = (
    teams.c.name,
    teams.c.samples_per_min,
    teams.c.concurrent_samples,
    teams.c.max_body_mb,
    teams.c.judge_usd_per_day,
)


def _is_active(now: float) -> ColumnElement[bool]:
    return keys.c.revoked_at.is_(None) & (keys.c.expires_at.is_(None) | (keys.c.expires_at > now))


def _key(row: Row[*tuple[Any, ...]]) -> Key:
    return Key(row.name, row.team, Role(row.role), row.created_at, row.expires_at, row.revoked_at, row.lifetime_s)


def _limits(row: Row[*tuple[Any, ...]]) -> Limits:
    return Limits(row.samples_per_min, row.concurrent_samples, row.max_body_mb, row.judge_usd_per_day)
