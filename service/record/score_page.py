"""A page of a run's scores, with the texts that were kept of them as far as there is room.

Everything here waits for the database, and is called from a thread.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, select

from service.database.tables import requests, results
from service.record.bodies import Row
from service.record.finding import Spot, find, key_parts
from service.record.outcomes import pick
from service.record.paging import Filters, cursor, key_of
from service.record.reading import RESULTS, Found, Texts, fingerprint, how, rewards_of, run_row, time_of
from service.record.shelf import Shelf
from service.record.shown_texts import ShownTexts


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the scores that are found goes on a page."""

    after: str | None = None
    """The cursor of the page; None for the first one."""
    limit: int = 100
    """Most scores."""
    texts: Texts = Texts.LEFT_OUT


def scores_page(connection: Connection, shelf: Shelf, run: tuple[str, str], filters: Filters, wanted: Wanted) -> Row:
    """Return a page of a run's scores.

    Args:
        connection: The database.
        shelf: Where to read their texts.
        run: Its team and its name.
        filters: Which scores.
        wanted: How many, and from where on.

    Raises:
        NoSuchRunError: the team has no such run.
        CursorError: there is no such page.
    """
    run_id = run_row(connection, *run).id
    question = filters.digest(run_id)
    key = None if wanted.after is None else key_of(question, wanted.after, key_parts(filters))
    names = rewards_of(connection, run_id)
    series_ids = [each for each, reward in names.items() if filters.reward in {None, reward}]
    found = find(connection, run_id, series_ids, filters, key, wanted.limit)
    read = _read(connection, found.spots)
    texts = _texts_of(read, ShownTexts(shelf), found.spots)
    found = found.cut(len(texts))
    rows = _score_rows(read, found.spots, names, texts)
    return {"scores": rows, "next": None if found.next is None else cursor(question, found.next)}


@dataclass(frozen=True, slots=True)
class _Read:
    """What the spots of a page are about."""

    results: Mapping[int, Found]
    requests: Mapping[int, Found]

    def request(self, spot: Spot) -> Found | None:
        """Return the request of a spot; None where it is gone since."""
        result = self.results.get(spot.result_id)
        return None if result is None else self.requests.get(result.request_id)


def _read(connection: Connection, spots: Sequence[Spot]) -> _Read:
    ids = {spot.result_id for spot in spots}
    said = {row.id: row for row in connection.execute(select(*RESULTS).where(results.c.id.in_(ids)))}
    return _Read(said, _requests_of(connection, {row.request_id for row in said.values()}))


def _texts_of(read: _Read, shown: ShownTexts, spots: Sequence[Spot]) -> list[orjson.Fragment | None]:
    """Return the texts at some spots, in their order: at the first ones, where there is no room for more."""
    texts: list[orjson.Fragment | None] = []
    for spot in spots:
        if texts and shown.is_full:
            break
        asked = read.request(spot)
        texts.append(None if asked is None else shown.of(asked.id, asked.texts, spot.position))
    return texts


def _score_rows(
    read: _Read, spots: Sequence[Spot], names: Mapping[int, str], texts: Sequence[orjson.Fragment | None]
) -> list[Row]:
    """Return what stands at some spots, in their order."""
    positions: dict[int, list[int]] = {}
    for spot in spots:
        if read.request(spot) is not None:
            positions.setdefault(spot.result_id, []).append(spot.position)
    said = {each: read.results[each] for each in positions}
    outcomes = {each: pick(row.outcomes, positions[each], row.scored + row.failed) for each, row in said.items()}
    heads = {each: _head(row, read.requests[row.request_id], names) for each, row in said.items()}
    return [
        {
            **heads[spot.result_id],
            "position": spot.position,
            **_whole(outcomes[spot.result_id][spot.position]),
            "fingerprint": fingerprint(read.requests[said[spot.result_id].request_id].fingerprints, spot.position),
            "text": text,
        }
        for spot, text in zip(spots, texts, strict=True)
        if spot.result_id in said
    ]


def _requests_of(connection: Connection, ids: set[int]) -> dict[int, Found]:
    return {row.id: row for row in connection.execute(select(requests).where(requests.c.id.in_(list(ids))))}


def _head(row: Found, asked: Found, names: Mapping[int, str]) -> Row:
    """Return what the samples of a result have in common."""
    about = {"request_id": asked.request_id, "step": asked.step, "time": time_of(asked.received_at)}
    return {**how(row, names), **about}


_NOTHING: Row = dict.fromkeys(("value", "reason", "explanation", "details", "kind", "message"))


def _whole(outcome: Row) -> Row:
    return {**_NOTHING, **{name: value for name, value in outcome.items() if name != "retryable"}}
