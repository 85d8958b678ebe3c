"""A team: its name, its row in the database, and what it may use."""

import re
import secrets
import time
from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from service.database.tables import teams
from service.teams.errors import TeamNameError

NAME_PATTERN = r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?"
_SECRET_BYTES = 32
_INSERT = text(
    "insert into teams (name, secret, created_at) values (:name, :secret, :created_at) on conflict (name) do nothing"
)
"""Two replicas may meet a team for the first time at once."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a team may use. None, here and below: as much as the service's settings let everybody."""

    samples_per_min: int | None = None
    concurrent_samples: int | None = None
    max_body_mb: float | None = None
    judge_usd_per_day: float | None = None


def checked_name(name: str) -> str:
    """Return a name that a team may have.

    Raises:
        TeamNameError: it is another one.
    """
    if not re.fullmatch(NAME_PATTERN, name):
        raise TeamNameError(
            f"A team's name is 1 to 40 small letters, digits and hyphens, first a letter, last no hyphen: "
            f"{name[:60]!r} is not."
        )
    return name


def team_id(connection: Connection, name: str) -> int:
    """Return the id of a team's row, which is made where there is none."""
    found = select(teams.c.id).where(teams.c.name == name)
    known: int | None = connection.execute(found).scalar()
    if known is not None:
        return known
    secret = secrets.token_bytes(_SECRET_BYTES)
    connection.execute(_INSERT, {"name": name, "secret": secret, "created_at": time.time()})
    made: int = connection.execute(found).scalar_one()
    return made
