"""What a run's results come to by the minute and the step, kept up to date while they are written and deleted.

Counting a million rows takes a second; a run of a month has some ten thousand of these.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from service.database.tables import requests, results, runs, tallies
from service.statistics import Counts

MINUTE_S = 60
NO_STEP = -1
"""Stands for no step: a primary key has no nulls."""

Change = tuple[str, tuple[float | int, ...]]
"""A statement, with `?` where its values go, and these."""

_COUNT_RUN = (
    "update runs set requests = requests + ?, samples = samples + ?, "
    "first_at = case when first_at <= ? then first_at else ? end, "
    "last_at = case when last_at >= ? then last_at else ? end where id = ?"
)
_COUNT = (
    "insert into tallies (series_id, minute, step, scored, failed, total, groups, flat_groups) "
    "values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (series_id, minute, step) do update set "
    "scored = tallies.scored + excluded.scored, failed = tallies.failed + excluded.failed, "
    "total = tallies.total + excluded.total, groups = tallies.groups + excluded.groups, "
    "flat_groups = tallies.flat_groups + excluded.flat_groups"
)


@dataclass(frozen=True, slots=True)
class Sums:
    """What a result adds to a tally."""

    scored: int
    failed: int
    total: float
    groups: int
    flat_groups: int

    @classmethod
    def of(cls, counts: Counts) -> "Sums":
        """Return what a reward's outcomes over a batch add."""
        failed = counts.samples - counts.scored
        return cls(counts.scored, failed, counts.total, counts.groups, counts.groups_without_variance)


@dataclass(frozen=True, slots=True)
class Written:
    """One request in the record."""

    run_id: int
    received_at: float
    step: int | None
    samples: int
    results: Sequence[tuple[int, Sums]]
    """For each of its rewards, the series and what it adds."""


def changes(written: Sequence[Written]) -> Iterator[Change]:
    """Yield what counts requests, to be executed in the transaction that writes them down, after all else in it.

    Several replicas may count in the same rows: these are taken in one order, so that none waits in a circle, and they
    are taken last, so that none waits long.
    """
    yield from _changes(written, 1)


def forget(connection: Connection, request_ids: Sequence[int]) -> None:
    """Delete requests and all that was recorded of them, and count them no longer."""
    gone = _read(connection, request_ids)
    connection.execute(delete(requests).where(requests.c.id.in_(request_ids)))
    for statement, values in _changes(gone, -1):
        connection.exec_driver_sql(_driven(connection, statement), values)
    series = {series for each in gone for series, _ in each.results}
    connection.execute(delete(tallies).where(tallies.c.series_id.in_(series), tallies.c.scored + tallies.c.failed <= 0))
    for run_id in sorted({each.run_id for each in gone}):
        first = select(requests.c.received_at).where(requests.c.run_id == run_id).order_by(requests.c.id).limit(1)
        connection.execute(update(runs).where(runs.c.id == run_id).values(first_at=first.scalar_subquery()))


def _changes(written: Sequence[Written], sign: int) -> Iterator[Change]:
    of_runs: dict[int, list[Written]] = {}
    of_series: dict[tuple[int, int, int], list[Sums]] = {}
    for each in written:
        of_runs.setdefault(each.run_id, []).append(each)
        step = NO_STEP if each.step is None else each.step
        for series, sums in each.results:
            of_series.setdefault((series, int(each.received_at // MINUTE_S), step), []).append(sums)
    for run_id in sorted(of_runs):
        mine = of_runs[run_id]
        low, high = min(each.received_at for each in mine), max(each.received_at for each in mine)
        samples = sum(each.samples for each in mine)
        yield _COUNT_RUN, (sign * len(mine), sign * samples, low, low, high, high, run_id)
    for key in sorted(of_series):
        yield _COUNT, (*key, *_added(of_series[key], sign))


def _added(sums: Sequence[Sums], sign: int) -> tuple[float | int, ...]:
    return (
        sign * sum(each.scored for each in sums),
        sign * sum(each.failed for each in sums),
        sign * sum(each.total for each in sums),
        sign * sum(each.groups for each in sums),
        sign * sum(each.flat_groups for each in sums),
    )


def _read(connection: Connection, request_ids: Sequence[int]) -> list[Written]:
    """Return requests as they were counted."""
    said: dict[int, list[tuple[int, Sums]]] = {}
    columns = (results.c.scored, results.c.failed, results.c.total, results.c.groups, results.c.flat_groups)
    wanted = results.c.request_id.in_(request_ids)
    for row in connection.execute(select(results.c.request_id, results.c.series_id, *columns).where(wanted)):
        said.setdefault(row[0], []).append((row[1], Sums(*row[2:])))
    known = (requests.c.id, requests.c.run_id, requests.c.received_at, requests.c.step, requests.c.samples)
    return [
        Written(row.run_id, row.received_at, row.step, row.samples, said.get(row.id, []))
        for row in connection.execute(select(*known).where(requests.c.id.in_(request_ids)))
    ]


def _driven(connection: Connection, statement: str) -> str:
    """Return a statement as the database's driver writes values."""
    return statement if connection.dialect.paramstyle == "qmark" else statement.replace("?", "%s")
