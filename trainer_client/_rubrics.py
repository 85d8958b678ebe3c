"""Rubrics: several rewards of the service, scored as one number under a name of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, cast
from urllib.parse import quote

from trainer_client import _wire
from trainer_client._errors import BadReply, VersionMismatch
from trainer_client._exchange import Conversation, Terms, answered
from trainer_client._label import Label
from trainer_client._types import Outcome, Sample

__all__ = ["RubricInfo", "RubricPart", "RubricResult"]

PATH = "/v1/rubrics"

MOST_PARTS = 50
"""As many as a rubric can have; each of them is work in the service's queue."""


@dataclass(frozen=True, slots=True)
class RubricPart:
    """What one part of a rubric said about a batch."""

    name: str
    """What the rubric calls it."""

    reward: str
    """The reward's id."""

    behaviour: str | None
    """The digest of what this version returns; None while it is not released."""

    build: str | None
    """The digest of the code and the packages that produced the values."""

    values: tuple[float | None, ...]
    """One for each sample, in order; None where it could not be judged."""


@dataclass(frozen=True, slots=True)
class RubricResult:
    """What a rubric said about a batch."""

    rubric: str
    """The id that was asked for."""

    digest: str
    """The digest of what the rubric says."""

    elapsed_ms: float
    """How long the service worked on it."""

    parts: tuple[RubricPart, ...]
    """What each part said, in the rubric's order."""

    outcomes: tuple[Outcome, ...]
    """The whole: one for each sample, in order. One failed part makes it a failure."""


@dataclass(frozen=True, slots=True)
class RubricInfo:
    """One rubric that the service offers."""

    id: str
    """The name and the version, such as `maths@v1`."""

    digest: str | None
    """The digest of what it says."""

    range: tuple[float, float]
    """The lowest and the highest value that there can be."""

    rewards: Mapping[str, str]
    """The reward's id of each part, by the part's name."""

    raw: Mapping[str, Any] = field(repr=False, compare=False, default_factory=dict)
    """The entry as it arrived, with every field of a newer service."""


def rubrics(terms: Terms) -> Conversation[list[RubricInfo]]:
    """The rubrics that are offered."""
    content = yield from answered(terms, terms.clock(), "GET", PATH, lambda _: None)
    found = _wire.parsed(content).get("rubrics")
    try:
        return [info(each) for each in cast("list[dict[str, Any]]", found)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadReply("The reply does not hold a list of rubrics.") from error


def info(value: Mapping[str, Any]) -> RubricInfo:
    """One element of the list."""
    low, high = value["range"]
    rewards = {str(part.get("name") or part["reward"]): str(part["reward"]) for part in value["parts"]}
    return RubricInfo(value["id"], value.get("digest"), (float(low), float(high)), rewards, value)


def score_rubric(
    terms: Terms, rubric: str, samples: Sequence[Sample], *, digest: str | None, step: int | None = None
) -> Conversation[RubricResult]:
    """The result of a rubric over one batch, in as few requests as the service's limits allow."""
    started = terms.clock()
    bodies = [_wire.sample_json(sample) for sample in samples]
    path = f"{PATH}/{quote(rubric)}/score"
    label = Label(terms.run, step)
    found: list[tuple[list[int], RubricResult]] = []
    for chunk in _wire.chunks(samples, [len(body) for body in bodies], MOST_PARTS):
        body = partial(_wire.rubric_body, [bodies[position] for position in chunk])
        content = yield from answered(terms, started, "POST", path, body, label)
        found.append((chunk, result(content, rubric, len(chunk), digest)))
    return joined(found)


def result(content: bytes, rubric: str, samples: int, pinned: str | None) -> RubricResult:
    """What the service answered, checked against what was asked and pinned."""
    value = _wire.parsed(content)
    if value.get("rubric") != rubric:
        raise BadReply(f"The reply does not hold a result of {rubric}.")
    if pinned is not None and pinned != value.get("digest"):
        raise VersionMismatch(rubric, "rubric", pinned, value.get("digest"))
    try:
        parts = tuple(part(each) for each in value["parts"])
        outcomes = tuple(_wire.outcome(each) for each in value["outcomes"])
        elapsed_ms = float(value.get("elapsed_ms") or 0.0)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadReply(f"The reply holds something of another type than agreed: {error}") from error
    if any(len(each) != samples for each in (outcomes, *(part.values for part in parts))):
        raise BadReply(f"The reply does not hold one outcome of {rubric} for each of {samples} samples.")
    return RubricResult(rubric, str(value.get("digest")), elapsed_ms, parts, outcomes)


def part(value: Mapping[str, Any]) -> RubricPart:
    """One element of `parts`."""
    values = tuple(None if each is None else float(each) for each in value["values"])
    return RubricPart(value["name"], value["reward"], value.get("behaviour"), value.get("build"), values)


def joined(found: Sequence[tuple[Sequence[int], RubricResult]]) -> RubricResult:
    """One result from the results of a batch's chunks, everything back in order."""
    if len(found) == 1:
        return found[0][1]
    order = sorted((position, at, row) for at, (chunk, _) in enumerate(found) for row, position in enumerate(chunk))
    first = found[0][1]
    return replace(
        first,
        elapsed_ms=sum(each.elapsed_ms for _, each in found),
        outcomes=tuple(found[at][1].outcomes[row] for _, at, row in order),
        parts=tuple(
            replace(each, values=tuple(found[at][1].parts[number].values[row] for _, at, row in order))
            for number, each in enumerate(first.parts)
        ),
    )
