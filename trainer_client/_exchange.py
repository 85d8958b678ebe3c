"""Whole conversations with the service, without any input or output.

A conversation is a generator. It yields what to do next, `Send` or `Pause`, and is sent what came of it. The
two clients only carry these steps out, one with threads and one with an event loop, so that nothing is
written twice.
"""

import logging
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from trainer_client import _wire
from trainer_client._errors import Rejected, Unreachable
from trainer_client._label import Label
from trainer_client._retry import RETRIED_STATUSES, Backoff, retry_after_s
from trainer_client._statistics import merged
from trainer_client._types import RewardInfo, RewardRequest, RewardResult, Sample

SERVICE_SHARE = 0.9
"""The share of the remaining time that the service may use: the rest is for sending, reading and parsing."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send this request and answer with a `Reply`, or with `Lost`."""

    method: str
    path: str
    content: bytes | None
    timeout_s: float
    headers: Mapping[str, str] = field(default_factory=dict)
    """Beside those of every request."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Let this time pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    content: bytes
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """Nothing came back."""

    reason: str


Answer = Reply | Lost | None
_LOG = logging.getLogger("trainer_client")

T = TypeVar("T")
Conversation = Generator[Send | Pause, Answer, T]


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for every conversation of a client."""

    url: str
    """Where the service is, for messages."""

    deadline_s: float
    """How long a conversation may take, waits and repeats included."""

    backoff: Backoff
    """The waits between attempts."""

    clock: Callable[[], float] = time.monotonic
    """The time in seconds."""

    run: str | None = None
    """The training run that every conversation belongs to."""


def rewards(terms: Terms) -> Conversation[list[RewardInfo]]:
    """The catalogue."""
    content = yield from answered(terms, terms.clock(), "GET", "/v1/rewards", lambda _: None)
    return _wire.catalogue(content)


def score_many(
    terms: Terms,
    asked: Sequence[RewardRequest],
    samples: Sequence[Sample],
    *,
    statistics: bool = False,
    step: int | None = None,
) -> Conversation[list[RewardResult]]:
    """The results of several rewards over one batch, in as few requests as the service's limits allow.

    A service that is too old for statistics is asked again without.
    """
    started = terms.clock()
    bodies = [_wire.sample_json(sample) for sample in samples]
    head = _wire.rewards_json(asked)
    label = Label(terms.run, step)
    parts: list[tuple[list[int], list[RewardResult]]] = []
    for chunk in _wire.chunks(samples, [len(body) for body in bodies], len(asked)):
        picked = [bodies[position] for position in chunk]
        body = partial(_wire.score_body, head, picked)
        try:
            content = yield from answered(
                terms, started, "POST", "/v1/score", partial(body, statistics=statistics), label
            )
        except Rejected as refusal:
            if not statistics or all(path != "body.statistics" for path, _ in refusal.errors):
                raise
            statistics = False
            content = yield from answered(terms, started, "POST", "/v1/score", body, label)
        parts.append((chunk, _wire.results(content, asked, len(chunk))))
    return [joined([(chunk, found[each]) for chunk, found in parts]) for each in range(len(asked))]


def joined(parts: Sequence[tuple[Sequence[int], RewardResult]]) -> RewardResult:
    """One result from the results of a batch's chunks, its outcomes back in order."""
    if len(parts) == 1:
        return parts[0][1]
    placed = {
        position: outcome
        for positions, result in parts
        for position, outcome in zip(positions, result.outcomes, strict=True)
    }
    return replace(
        parts[-1][1],
        elapsed_ms=sum(result.elapsed_ms for _, result in parts),
        outcomes=tuple(placed[position] for position in sorted(placed)),
        statistics=merged([result.statistics for _, result in parts]),
    )


def answered(
    terms: Terms,
    started: float,
    method: str,
    path: str,
    body: Callable[[int], bytes | None],
    label: Label | None = None,
) -> Conversation[bytes]:
    """The content of a reply that means success, to one request in as many attempts as it takes.

    Raises:
        Unreachable: None came before the deadline.
        Rejected: The service refused.
    """
    headers = {} if label is None else label.headers()
    attempt = 0
    while True:
        attempt += 1
        left = max(0.001, started + terms.deadline_s - terms.clock())
        answer = yield Send(method, path, body(max(1, int(left * SERVICE_SHARE * 1000))), left, headers)
        if isinstance(answer, Reply):
            if answer.status < 300:  # noqa: PLR2004  HTTP's own border
                return answer.content
            if answer.status not in RETRIED_STATUSES:
                raise _wire.rejection(answer.status, answer.content)
        spent = terms.clock() - started
        wait_s = terms.backoff.wait_within_s(terms.deadline_s - spent, attempt, asked_wait_s(answer))
        if wait_s is None:
            raise Unreachable(terms.url, attempt, spent, reason(answer))
        if attempt == 1:
            _LOG.warning("%s: %s; trying again for %.0f s", terms.url, reason(answer), terms.deadline_s)
        yield Pause(wait_s)


def asked_wait_s(answer: Answer) -> float | None:
    """Seconds that the service asked to be left alone."""
    return retry_after_s(answer.retry_after) if isinstance(answer, Reply) else None


def reason(answer: Answer) -> str:
    """Why an attempt led to nothing, in a few words."""
    if isinstance(answer, Reply):
        problem = _wire.rejection(answer.status, answer.content)
        return f"{answer.status} {problem.detail or problem.title}".rstrip(".")
    return answer.reason if answer else "nothing"
