"""What was answered before under an idempotency key, as the database has it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import orjson

from rewards.frames import EncodedOutcome
from service.errors import ProblemError
from service.record.driver import Row
from service.record.outcomes import listed
from service.record.packing import unpack

LASTS_S = 86_400.0
"""How long a key stands for its request."""

Rows = Callable[..., list[Row]]
"""Gives the rows of a statement, which has `?` where its values go."""

Outcomes = list[list[EncodedOutcome]]


class Before(NamedTuple):
    """A request that had the key."""

    request_id: int
    asked: bytes


def find(rows: Rows, team_id: int, key: str, now: float) -> Before | None:
    """Return the request that a key stands for."""
    statement = (
        "select request_id, asked from idempotency "
        "where team_id = ? and key = ? and created_at > ? and request_id is not null"
    )
    found = rows(statement, team_id, key, now - LASTS_S)
    return Before(found[0][0], bytes(found[0][1])) if found else None


def check(before: Before, asked: bytes) -> None:
    """Do nothing where two requests ask the same.

    Raises:
        ProblemError: they do not.
    """
    if before.asked != asked:
        raise ProblemError(
            "idempotency-key-reused",
            422,
            "This Idempotency-Key came with other samples or rewards, or for another run or step, within the last 24 "
            "hours. Take a new key for a new request.",
        )


def outcomes(rows: Rows, before: Before) -> Outcomes:
    """Return what it was answered."""
    found = rows("select outcomes from results where request_id = ? order by position", before.request_id)
    return [_decoded(bytes(packed)) for (packed,) in found]


def _decoded(packed: bytes) -> list[EncodedOutcome]:
    return [EncodedOutcome(orjson.dumps(each), each.get("kind"), each["value"]) for each in unpack(packed)]


def packable(column: Sequence[EncodedOutcome]) -> bytes:
    """Return outcomes as one JSON list."""
    return listed([outcome.body for outcome in column])
