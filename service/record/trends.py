"""What a run's rewards come to, as a whole and over time or steps, from the tallies."""

from datetime import datetime
from typing import Literal

from sqlalchemy import BigInteger, Column, Connection, cast, func, select

from service.database.tables import tallies
from service.record.bodies import Row
from service.record.reading import Found, rewards_of, run_entry, run_row, time_of
from service.record.tallies import MINUTE_S, NO_STEP

By = Literal["time", "step"]

_COUNTS = ("scored", "failed", "groups", "flat_groups")
_SUMS = [
    func.sum(tallies.c.total).label("total"),
    *(cast(func.sum(tallies.c[name]), BigInteger).label(name) for name in _COUNTS),
]


def shown(connection: Connection, team: str, run: str) -> Row:
    """Return a run, with what its rewards come to.

    Raises:
        NoSuchRunError: the team has no such run.
    """
    row = run_row(connection, team, run)
    names = rewards_of(connection, row.id)
    query = select(tallies.c.series_id, *_SUMS).where(tallies.c.series_id.in_(names)).group_by(tallies.c.series_id)
    sums = {each.series_id: each for each in connection.execute(query)}
    totals = [
        {
            "reward": reward,
            "scored": sums[series].scored if series in sums else 0,
            "failed": sums[series].failed if series in sums else 0,
            **_shares(sums.get(series)),
        }
        for series, reward in names.items()
    ]
    return {**run_entry(row, list(names.values())), "totals": totals}


def statistics(connection: Connection, team: str, run: str, reward: str | None, by: By, buckets: int) -> Row:
    """Return a run's rewards over time, or over its steps; without steps, the latter has no buckets.

    Args:
        connection: The database.
        team: Whose run it is.
        run: Its name.
        reward: The only reward that is wanted; None for all.
        by: What the buckets part.
        buckets: Most of them, at least two.

    Raises:
        NoSuchRunError: the team has no such run.
    """
    names = rewards_of(connection, run_row(connection, team, run).id)
    wanted = {series: name for series, name in names.items() if reward in {None, name}}
    along: Column[int] = tallies.c.minute if by == "time" else tallies.c.step
    mine = tallies.c.series_id.in_(wanted), along > NO_STEP
    first, last = connection.execute(select(func.min(along), func.max(along)).where(*mine)).one()
    trends: dict[int, list[Row]] = {series: [] for series in wanted}
    width = 1
    if first is not None:
        width = _width(last - first + 1, buckets)
        first -= first % width
        number = ((along - first) // width).label("number")
        query = select(tallies.c.series_id, number, *_SUMS).where(*mine).group_by(tallies.c.series_id, number)
        for row in connection.execute(query.order_by(number)):
            trends[row.series_id].append(_bucket(row, by, first + row.number * width, width))
    return {
        "run": run,
        "by": by,
        "width": width * (MINUTE_S if by == "time" else 1),
        "rewards": [{"reward": name, "buckets": trends[series]} for series, name in wanted.items()],
    }


def _width(length: int, buckets: int) -> int:
    """Return the width of buckets of which a length has at most so many, wherever the first of them begins."""
    return 1 if length <= buckets else -(-length // (buckets - 1))


def _bucket(row: Found, by: By, start: int, width: int) -> Row:
    return {
        "start": _place(by, start),
        "end": _place(by, start + width),
        "n": row.scored + row.failed,
        "failed": row.failed,
        **_shares(row),
    }


def _place(by: By, number: int) -> datetime | int:
    return time_of(number * MINUTE_S) if by == "time" else number


def _shares(row: Found | None) -> Row:
    if row is None:
        return {"mean": None, "groups": 0, "flat_groups": 0, "flat_share": None}
    return {
        "mean": row.total / row.scored if row.scored else None,
        "groups": row.groups,
        "flat_groups": row.flat_groups,
        "flat_share": row.flat_groups / row.groups if row.groups else None,
    }
