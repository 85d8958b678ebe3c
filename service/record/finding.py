"""Finds the scores that a page shows: by walking along the record, or by the index of values and failures.

Walked is what is wanted whole, and what is wanted of a step: requests in the order in which they were written. No page
walks for long; it ends with what it has found, perhaps nothing, and the next one goes on there. Found by the index are
failures, in the order of the record, and values, from the lowest up.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, select, tuple_

from rewards.types import FailureKind
from service.database.tables import requests, results, scores
from service.record.paging import Filters, Key, Part

_WALKED_KEY = (Part.ID, Part.ID, Part.POSITION)
"""Request, result and position, where a page begins that is walked to."""
_INDEXED_KEY = (Part.VALUE, Part.ID, Part.POSITION)
"""The value, the result and the position that came last before a page that is found."""
_WALKED_REQUESTS = 500
_WALKED_SAMPLES = 20_000

_WALKED = (results.c.request_id, results.c.id, results.c.scored, results.c.failed)
_FAILURES = sorted(kind.value for kind in FailureKind)


class Spot(NamedTuple):
    """Where a score is."""

    result_id: int
    position: int


@dataclass(frozen=True, slots=True)
class Found:
    """The scores of a page."""

    spots: Sequence[Spot]
    ends: Sequence[Key]
    """For each of them, where a page goes on that ends with it."""
    next: Key | None
    """Where the next page goes on; None where there is none."""

    def cut(self, most: int) -> "Found":
        """Return the page with its first so many scores, of which there is one at least."""
        if most >= len(self.spots):
            return self
        return Found(self.spots[:most], self.ends[:most], self.ends[most - 1])


def key_parts(filters: Filters) -> Sequence[Part]:
    """Return what the key of a page consists of."""
    return _INDEXED_KEY if filters.are_indexed else _WALKED_KEY


def find(
    connection: Connection, run_id: int, series: Sequence[int], filters: Filters, after: Key | None, limit: int
) -> Found:
    """Return the scores of a page.

    Args:
        connection: The database.
        run_id: The run.
        series: Its series that are wanted.
        filters: What is wanted of them.
        after: Where the page before said that this one goes on.
        limit: Most scores.
    """
    if not series or filters.low > filters.high:
        return Found([], [], None)
    if filters.are_indexed:
        return _by_index(connection, series, filters, after, limit)
    return _Walk(connection, run_id, series, filters, limit).page(after or (0, 0, 0))


def _by_index(connection: Connection, series: Sequence[int], filters: Filters, after: Key | None, limit: int) -> Found:
    """Return a page out of several streams, one for each series and kind, each of which is in order."""
    ranged = filters.wants_values and filters.low < filters.high
    order = (
        (scores.c.value, scores.c.result_id, scores.c.position) if ranged else (scores.c.result_id, scores.c.position)
    )
    found: list[tuple[float, int, int]] = []
    for wanted in _streams(series, filters):
        query = select(scores.c.value, scores.c.result_id, scores.c.position).where(wanted)
        if after is not None:
            last = after if ranged else after[1:]
            query = query.where(tuple_(*order) > tuple_(*last))
        rows = connection.execute(query.order_by(*order).limit(limit + 1))
        found += [(row.value if ranged else 0.0, row.result_id, row.position) for row in rows]
    found.sort()
    page = found[:limit]
    return Found([Spot(*each[1:]) for each in page], page, page[-1] if len(found) > limit else None)


def _streams(series: Sequence[int], filters: Filters) -> Iterator[ColumnElement[bool]]:
    """Yield what holds of the scores that are wanted, each time a range of the index."""
    kinds = [filters.kind] if filters.kind is not None else _FAILURES
    for each in series:
        mine = scores.c.series_id == each
        if filters.wants_failures:
            yield from (and_(mine, scores.c.kind == kind, scores.c.value.is_(None)) for kind in kinds)
        else:
            yield and_(mine, scores.c.kind.is_(None), *_bounds(filters))


def _bounds(filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.low == filters.high:
        yield scores.c.value == filters.low
        return
    if filters.low > -math.inf:
        yield scores.c.value >= filters.low
    if filters.high < math.inf:
        yield scores.c.value <= filters.high


class _Walk:
    """A page of what is walked to."""

    def __init__(
        self, connection: Connection, run_id: int, series: Sequence[int], filters: Filters, limit: int
    ) -> None:
        self._connection = connection
        self._run_id = run_id
        self._series = series
        self._filters = filters
        self._limit = limit

    def page(self, start: Key) -> Found:
        """Return the page that begins at a key."""
        request_id, result_id, first = (int(part) for part in start)
        walked, onward = self._results(request_id)
        rows = [row for row in walked if (row.request_id, row.id) >= (request_id, result_id)]
        many = self._few(rows)
        if many < len(rows):
            rows, onward = rows[:many], (rows[many].request_id, rows[many].id, 0)
        positions = self._positions(rows)
        spots: list[tuple[Key, Spot]] = []
        for row in rows:
            begin = first if (row.request_id, row.id) == (request_id, result_id) else 0
            spots += [
                ((row.request_id, row.id, position), Spot(row.id, position))
                for position in positions.get(row.id, ())
                if position >= begin
            ]
            if len(spots) > self._limit:
                break
        return self._found(spots, onward)

    def _few(self, rows: Sequence[Any]) -> int:
        """Return how many results, at least one, are looked through for this page."""
        looked = 0
        for number, row in enumerate(rows):
            looked += row.scored + row.failed
            if number and looked > _WALKED_SAMPLES:
                return number
        return len(rows)

    def _found(self, spots: Sequence[tuple[Key, Spot]], onward: Key | None) -> Found:
        if len(spots) > self._limit:
            onward = spots[self._limit][0]
        page = spots[: self._limit]
        ends = [(request_id, result_id, position + 1) for (request_id, result_id, position), _ in page]
        return Found([spot for _, spot in page], ends, onward)

    @property
    def _most(self) -> int:
        """How many requests, or results, are looked through for this page; one sample of each is enough of them all."""
        is_whole = not (self._filters.wants_failures or self._filters.wants_values)
        return min(_WALKED_REQUESTS, self._limit + 1) if is_whole else _WALKED_REQUESTS

    def _results(self, request_id: int) -> tuple[Sequence[Any], Key | None]:
        """Return the next results, and where to go on after them."""
        query = select(requests.c.id).where(requests.c.run_id == self._run_id, requests.c.id >= request_id)
        if self._filters.step is not None:
            query = query.where(requests.c.step == self._filters.step)
        if self._filters.reward is not None and self._filters.step is None:
            return self._results_of_one(request_id)
        ids = list(self._connection.execute(query.order_by(requests.c.id).limit(self._most)).scalars())
        found = select(*_WALKED).where(results.c.request_id.in_(ids), results.c.series_id.in_(self._series))
        rows = self._connection.execute(found.order_by(results.c.request_id, results.c.id)).all()
        return rows, (ids[-1] + 1, 0, 0) if len(ids) == self._most else None

    def _results_of_one(self, request_id: int) -> tuple[Sequence[Any], Key | None]:
        """Return the next results of the one series that is wanted, however seldom it comes."""
        query = select(*_WALKED).where(results.c.series_id == self._series[0], results.c.request_id >= request_id)
        order = (results.c.request_id, results.c.id)
        rows = self._connection.execute(query.order_by(*order).limit(self._most)).all()
        return rows, (rows[-1].request_id, rows[-1].id + 1, 0) if len(rows) == self._most else None

    def _positions(self, rows: Sequence[Any]) -> Mapping[int, Sequence[int]]:
        """Return for each result which of its samples are wanted."""
        filters = self._filters
        if not (filters.wants_failures or filters.wants_values):
            return {row.id: range(row.scored + row.failed) for row in rows}
        ids = [row.id for row in rows if (row.failed if filters.wants_failures else row.scored)]
        wanted: list[ColumnElement[bool]] = list(_bounds(filters))
        wanted.append(scores.c.kind.is_not(None) if filters.wants_failures else scores.c.kind.is_(None))
        if filters.kind is not None:
            wanted.append(scores.c.kind == filters.kind)
        query = select(scores.c.result_id, scores.c.position).where(scores.c.result_id.in_(ids), *wanted)
        found: dict[int, list[int]] = {}
        for each in self._connection.execute(query.order_by(scores.c.result_id, scores.c.position)):
            found.setdefault(each.result_id, []).append(each.position)
        return found
