"""The buckets that replicas share, in the database, and the list of the replicas. All times are the database's."""

from sqlalchemy import Connection, Engine, text

from service.database.clock import NOW
from service.quotas.allowance import BURST_S

ALIVE_S = 10.0
"""A replica counts for so long after it was last seen."""
_FORGOTTEN_S = 3600.0

_OPEN = """
insert into allowances (team_id, samples, counted_at)
select id, cast(:burst as float), {now} from teams where name = :team
on conflict (team_id) do nothing
"""
_FILL = """
update allowances set
  samples = case
    when samples + :per_s * ({now} - counted_at) < :burst then samples + :per_s * ({now} - counted_at) else :burst
  end - :owed,
  counted_at = {now}
where team_id = (select id from teams where name = :team)
returning samples
"""
_TAKE = "update allowances set samples = samples - :samples where team_id = (select id from teams where name = :team)"
_SHOW = """
insert into replicas (name, seen_at) values (:name, {now}) on conflict (name) do update set seen_at = excluded.seen_at
"""
_COUNT = "select count(*) from replicas where seen_at > {now} - :alive_s"
_FORGET = "delete from replicas where name = :name or seen_at < {now} - :forgotten_s"


class Ledger:
    """What replicas agree on.

    Args:
        engine: The database, with its tables.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._now = NOW[engine.dialect.name]

    def draw(self, team: str, per_s: float, *, owed: float, wanted: float) -> tuple[float, float] | None:
        """Pay what is owed to a team's bucket, and take as much of what is wanted as it then holds.

        The row is locked between the two statements, so that no other replica is given the same samples.

        Returns:
            What was taken, and what the bucket holds now, which is below zero where more was paid than it held; None
            where there is no such team.
        """
        with self._engine.begin() as connection:
            left = self._fill(connection, team, per_s, owed)
            if left is None:
                connection.execute(text(_OPEN.format(now=self._now)), {"team": team, "burst": per_s * BURST_S})
                left = self._fill(connection, team, per_s, owed)
            if left is None:
                return None
            taken = max(0.0, min(wanted, left))
            if taken:
                connection.execute(text(_TAKE), {"team": team, "samples": taken})
            return taken, left - taken

    def show(self, name: str) -> int:
        """Note that a replica is there, and return how many are."""
        with self._engine.begin() as connection:
            connection.execute(text(_SHOW.format(now=self._now)), {"name": name})
            found = connection.execute(text(_COUNT.format(now=self._now)), {"alive_s": ALIVE_S}).scalar_one()
        return max(1, int(found))

    def forget(self, name: str) -> None:
        """Note that a replica is gone, and all that have been gone for long."""
        with self._engine.begin() as connection:
            connection.execute(text(_FORGET.format(now=self._now)), {"name": name, "forgotten_s": _FORGOTTEN_S})

    def _fill(self, connection: Connection, team: str, per_s: float, owed: float) -> float | None:
        """Fill a bucket up to now and pay what is owed; return what it holds, None where it is not there."""
        values = {"team": team, "per_s": per_s, "burst": per_s * BURST_S, "owed": owed}
        left: float | None = connection.execute(text(_FILL.format(now=self._now)), values).scalar()
        return left
