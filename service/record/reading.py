"""Reads the record: one team's runs, and what their requests were answered.

Everything here waits for the database, and is called from a thread.
"""

import enum
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select

from service.database.tables import requests, results, runs, series, teams
from service.record.bodies import Row
from service.record.outcomes import whole
from service.record.paging import Part, cursor, key_of
from service.record.shelf import Shelf
from service.record.shown_texts import ShownTexts

Found = Any
"""A row of the database."""

FINGERPRINT_BYTES = 32
_RUNS = "runs"
_MOST_ALIKE = 10
"""Requests with one id that are shown."""
_MOST_OUTCOMES = 20_000
"""After so many outcomes no further request is."""
RESULTS = (
    results.c.id,
    results.c.request_id,
    results.c.series_id,
    results.c.params,
    results.c.behaviour,
    results.c.build,
    results.c.scored,
    results.c.failed,
    results.c.total,
    results.c.outcomes,
)


class NoSuchRunError(Exception):
    """A team has no run of this name, whatever others have."""


class NoSuchRequestError(Exception):
    """A run has no request with this id."""


class Texts(enum.Enum):
    """Whether the texts that were kept are answered."""

    SHOWN = True
    LEFT_OUT = False


def runs_page(connection: Connection, team: str, after: str | None, limit: int) -> Row:
    """Return a page of a team's runs, the newest first.

    Args:
        connection: The database.
        team: Whose runs.
        after: The cursor of the page; None for the first one.
        limit: Most runs.

    Raises:
        CursorError: `after` is no cursor of this.
    """
    question = _RUNS
    query = select(runs).join(teams).where(teams.c.name == team).order_by(runs.c.id.desc()).limit(limit + 1)
    if after is not None:
        query = query.where(runs.c.id < key_of(question, after, [Part.ID])[0])
    found = connection.execute(query).all()
    page = found[:limit]
    rewards = _rewards(connection, [row.id for row in page])
    onward = cursor(question, [page[-1].id]) if len(found) > limit else None
    return {"runs": [run_entry(row, list(rewards[row.id].values())) for row in page], "next": onward}


def requests_shown(connection: Connection, shelf: Shelf, run: tuple[str, str], request_id: str) -> Row:
    """Return the newest requests of a run with an id.

    Args:
        connection: The database.
        shelf: Where to read their texts.
        run: Its team and its name.
        request_id: Their id.

    Raises:
        NoSuchRunError: the team has no such run.
        NoSuchRequestError: the run has no such request.
    """
    run_id = run_row(connection, *run).id
    if "\0" in request_id:
        raise NoSuchRequestError
    names = rewards_of(connection, run_id)
    alike = select(requests).where(requests.c.run_id == run_id, requests.c.request_id == request_id)
    found = connection.execute(alike.order_by(requests.c.id.desc()).limit(_MOST_ALIKE)).all()
    if not found:
        raise NoSuchRequestError
    shown, entries, outcomes = ShownTexts(shelf), list[Row](), 0
    for row in found:
        entries.append(_request(connection, row, names, shown))
        outcomes += sum(result["scored"] + result["failed"] for result in entries[-1]["results"])
        if outcomes >= _MOST_OUTCOMES:
            break
    return {"requests": entries}


def run_row(connection: Connection, team: str, run: str) -> Found:
    """Return a run of a team.

    Raises:
        NoSuchRunError: there is none.
    """
    query = select(runs).join(teams).where(teams.c.name == team, runs.c.name == run)
    row = None if "\0" in run else connection.execute(query).first()  # a name that PostgreSQL would choke on
    if row is None:
        raise NoSuchRunError
    return row


def owners_hint(connection: Connection, run: str) -> str:
    """Return a sentence about whose run there is of a name, for the operator; empty where nobody has one."""
    query = (
        select(teams.c.name)
        .join_from(runs, teams)
        .where(runs.c.name == run, runs.c.requests > 0)
        .order_by(teams.c.name)
    )
    owners = [] if "\0" in run else connection.execute(query.limit(_MOST_ALIKE)).scalars().all()
    return f" There is one of {', '.join(owners)}: --team {owners[0]}" if owners else ""


def run_entry(row: Found, rewards: Sequence[str]) -> Row:
    """Return a run as a list shows it."""
    return {
        "run": row.name,
        "texts": row.texts,
        "rewards": list(rewards),
        "requests": row.requests,
        "samples": row.samples,
        "created_at": time_of(row.created_at),
        "first_at": None if row.first_at is None else time_of(row.first_at),
        "last_at": None if row.last_at is None or not row.requests else time_of(row.last_at),
    }


def time_of(seconds: float) -> datetime:
    """Return a time of the database."""
    return datetime.fromtimestamp(seconds, UTC)


def rewards_of(connection: Connection, run_id: int) -> dict[int, str]:
    """Return the rewards of a run by their series."""
    return _rewards(connection, [run_id])[run_id]


def _rewards(connection: Connection, run_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {run_id: {} for run_id in run_ids}
    for row in connection.execute(select(series).where(series.c.run_id.in_(run_ids)).order_by(series.c.id)):
        found[row.run_id][row.id] = row.reward
    return found


def how(row: Found, names: Mapping[int, str]) -> Row:
    """Return what gave a result its values."""
    digests = {"behaviour": row.behaviour or None, "build": row.build}
    return {"reward": names[row.series_id], "params": orjson.loads(row.params), **digests}


def fingerprint(packed: bytes, position: int) -> str:
    """Return the fingerprint of a request's sample."""
    return packed[position * FINGERPRINT_BYTES : (position + 1) * FINGERPRINT_BYTES].hex()


def _request(connection: Connection, row: Found, names: Mapping[int, str], shown: ShownTexts) -> Row:
    said = select(*RESULTS).where(results.c.request_id == row.id).order_by(results.c.position)
    samples, left_out = list[Row](), 0
    for each in range(row.samples):
        left_out += shown.is_full and shown.is_kept(row.id, row.texts, each)
        text = shown.of(row.id, row.texts, each)
        samples.append({"position": each, "fingerprint": fingerprint(row.fingerprints, each), "text": text})
    return {
        "request_id": row.request_id,
        "step": row.step,
        "time": time_of(row.received_at),
        "seconds": row.seconds,
        "texts_left_out": left_out,
        "samples": samples,
        "results": [
            {
                **how(each, names),
                "scored": each.scored,
                "failed": each.failed,
                "mean": each.total / each.scored if each.scored else None,
                "outcomes": whole(each.outcomes, each.scored + each.failed),
            }
            for each in connection.execute(said)
        ],
    }
