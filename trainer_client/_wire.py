"""The request bodies and the replies, without any input or output.

Bodies are JSON in valid UTF-8 whatever the texts hold, and a field that is None is left out. Replies are
checked before they are believed: a body that is not what the protocol promises raises `BadReply`.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

from trainer_client._errors import BadReply, Rejected, VersionMismatch
from trainer_client._json import decoded, encoded, quoted
from trainer_client._statistics import statistics
from trainer_client._types import Failure, Outcome, RewardInfo, RewardRequest, RewardResult, Sample, Score

MAX_SAMPLES = 8192
"""Samples in one request, below the 10,000 that the service takes by default."""

MAX_WORK = 50_000
"""Samples times rewards in one request, half of what the service's queue takes by default."""

MAX_BODY_BYTES = 32 * 1024 * 1024
"""Half the service's default limit, so that a smaller setting or a proxy still lets a request pass."""


def sample_json(sample: Sample) -> bytes:
    """One element of `samples`."""
    members = [b'{"completion":', value_json(sample.completion)]
    if sample.prompt is not None:
        members += (b',"prompt":', value_json(sample.prompt))
    if sample.group is not None:
        members += (b',"group":', value_json(sample.group))
    if sample.completion_tokens is not None:
        members += (b',"completion_tokens":', encoded(sample.completion_tokens))
    if sample.completion_ids is not None:
        members += (b',"completion_ids":', encoded(list(sample.completion_ids)))
    if sample.id is not None:
        members += (b',"id":', value_json(sample.id))
    if sample.reference:
        fields = [
            quoted(str(name)) + b":" + value_json(value)
            for name, value in sample.reference.items()
            if value is not None
        ]
        if fields:
            members += (b',"reference":{', b",".join(fields), b"}")
    members.append(b"}")
    return b"".join(members)


def value_json(value: object) -> bytes:
    """A value of a sample, most of which are texts."""
    return quoted(value) if isinstance(value, str) else encoded(value)


def rewards_json(rewards: Sequence[RewardRequest]) -> bytes:
    """The value of `rewards`."""
    return encoded([{"reward": r.reward} | ({"params": dict(r.params)} if r.params else {}) for r in rewards])


def score_body(rewards: bytes, samples: Sequence[bytes], deadline_ms: int, *, statistics: bool = False) -> bytes:
    """The body of `POST /v1/score`, put together from parts that are JSON already."""
    joined = b",".join(samples)
    more = b',"statistics":true' if statistics else b""
    return b'{"rewards":%b,"samples":[%b],"deadline_ms":%d%b}' % (rewards, joined, deadline_ms, more)


def rubric_body(samples: Sequence[bytes], deadline_ms: int) -> bytes:
    """The body of `POST /v1/rubrics/{id}/score`, of samples that are JSON already."""
    return b'{"samples":[%b],"deadline_ms":%d}' % (b",".join(samples), deadline_ms)


def chunks(samples: Sequence[Sample], sizes: Sequence[int], rewards: int = 1) -> list[list[int]]:
    """The positions of the samples, cut into requests that the service accepts.

    Samples of one group stay together, since a reward may compare them; only a group that is too large for
    any request is cut.
    """
    most = max(1, min(MAX_SAMPLES, MAX_WORK // rewards))
    if len(samples) <= most and sum(sizes) <= MAX_BODY_BYTES:
        return [list(range(len(samples)))]
    units: dict[object, list[int]] = {}
    for position, sample in enumerate(samples):
        units.setdefault(position if sample.group is None else sample.group, []).append(position)
    packed: list[list[int]] = [[]]
    filled = 0
    for unit in units.values():
        size = sum(sizes[position] for position in unit)
        if packed[-1] and (len(packed[-1]) + len(unit) > most or filled + size > MAX_BODY_BYTES):
            packed.append([])
            filled = 0
        for position in unit:
            if packed[-1] and (len(packed[-1]) == most or filled + sizes[position] > MAX_BODY_BYTES):
                packed.append([])
                filled = 0
            packed[-1].append(position)
            filled += sizes[position]
    return [sorted(chunk) for chunk in packed]


def parsed(content: bytes) -> dict[str, Any]:
    """The JSON object that a reply holds."""
    try:
        value = decoded(content)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise BadReply("The reply is no JSON object; check that the base URL is the reward service's.")
    return value


def results(content: bytes, rewards: Sequence[RewardRequest], samples: int) -> list[RewardResult]:
    """What `POST /v1/score` answered, checked against what was asked and pinned."""
    found = parsed(content).get("results")
    if not isinstance(found, list) or len(found) != len(rewards):
        raise BadReply(f"The reply does not hold the {len(rewards)} results that were asked for.")
    try:
        return [result(each, asked, samples) for each, asked in zip(found, rewards, strict=True)]
    except (TypeError, ValueError, OverflowError) as error:
        raise BadReply(f"The reply holds something of another type than agreed: {error}") from error


def result(value: object, asked: RewardRequest, samples: int) -> RewardResult:
    """One element of `results`."""
    if not isinstance(value, dict) or value.get("reward") != asked.reward:
        raise BadReply(f"The reply does not hold a result of {asked.reward} where it was asked for.")
    outcomes = value.get("outcomes")
    if not isinstance(outcomes, list) or len(outcomes) != samples:
        raise BadReply(f"The reply does not hold one outcome of {asked.reward} for each of {samples} samples.")
    for digest in ("behaviour", "build"):
        pinned = getattr(asked, digest)
        if pinned is not None and pinned != value.get(digest):
            raise VersionMismatch(asked.reward, digest, pinned, value.get(digest))
    return RewardResult(
        reward=asked.reward,
        behaviour=value.get("behaviour"),
        build=value.get("build"),
        elapsed_ms=float(value.get("elapsed_ms") or 0.0),
        outcomes=tuple(outcome(each) for each in outcomes),
        statistics=statistics(value.get("statistics")),
    )


def outcome(value: object) -> Outcome:
    """One element of `outcomes`."""
    if not isinstance(value, dict):
        raise _no_outcome()
    get = value.get
    status = get("status")
    if status == "failed":
        return Failure(
            kind=str(get("kind", "crash")),
            message=str(get("message", "")),
            retryable=bool(get("retryable")),
            id=get("id"),
        )
    if status != "scored" or not finite(get("value")):
        raise _no_outcome()
    # By place, which is faster than by name: value, reason, explanation, details, id.
    reason, explanation = str(get("reason", "")), str(get("explanation", ""))
    details = get("details") or {}
    if not isinstance(details, dict):
        raise _no_outcome()
    return Score(float(value["value"]), reason, explanation, details, get("id"))


def _no_outcome() -> BadReply:
    return BadReply("The reply holds an outcome that is neither a finite score nor a failure.")


def finite(value: object) -> bool:
    """Whether the value is a number that can be trained on."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def catalogue(content: bytes) -> list[RewardInfo]:
    """What `GET /v1/rewards` answered."""
    found = parsed(content).get("rewards")
    if not isinstance(found, list) or not all(isinstance(each, dict) and "id" in each for each in found):
        raise BadReply("The reply does not hold a catalogue of rewards.")
    try:
        return [info(each) for each in found]
    except TypeError as error:
        raise BadReply(f"The catalogue holds something of another type than agreed: {error}") from error


def info(value: Mapping[str, Any]) -> RewardInfo:
    """One element of the catalogue."""
    bounds = list(value.get("range") or (None, None))
    return RewardInfo(
        id=value["id"],
        behaviour=value.get("behaviour"),
        build=value.get("build"),
        summary=value.get("summary") or "",
        doc=value.get("doc") or "",
        range=cast("tuple[float | None, float | None]", tuple(bounds[:2])),
        reference=value.get("reference") or {},
        params=value.get("params") or {},
        needs=tuple(value.get("needs") or ()),
        group=bool(value.get("group")),
        raw=value,
    )


def rejection(status: int, content: bytes) -> Rejected:
    """The error that a problem document stands for."""
    try:
        problem = parsed(content)
    except BadReply:
        problem = {}
    errors = problem.get("errors")
    listed = [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    return Rejected(
        status=status,
        title=str(problem.get("title") or "without a reason"),
        detail=str(problem.get("detail") or ""),
        errors=[(str(each.get("path", "")), str(each.get("message", ""))) for each in listed],
    )
