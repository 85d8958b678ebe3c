"""What travels between the service and its workers: jobs one way, outcomes the other, each in frames.

A frame is four bytes of length, four bytes of the length of its header, the header in JSON, and the texts that the
header gives the lengths of. Completions are texts: escaping and parsing them as JSON would cost more than a cheap
reward. Outcomes are texts too, JSON already as it stands in a response, so that the service need not read them.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypedDict

import orjson

from rewards.types import Failure, FailureKind, Outcome, Score

PREFIX_BYTES = 4
"""Length of the number before a frame, which says how many bytes follow."""

Json = dict[str, object]


class SampleFields(TypedDict):
    """A `Sample` as it travels to the worker."""

    completion: str
    reference: Json
    prompt: str | None
    group: str | None
    completion_tokens: int | None
    completion_ids: list[int] | None


class Item(TypedDict):
    """What is scored in one go and pays for itself: one sample, or the samples of one group."""

    samples: list[SampleFields]
    needs: list[dict[str, Json]]
    """For each sample, the scores that its reward needs, by reward id."""


class Job(TypedDict):
    """One frame of work."""

    reward: str
    params: Json
    limit_s: float
    """CPU seconds that each item may use, and as many again for reading its references where that is done apart."""
    items: list[Item]


class EncodedOutcome(NamedTuple):
    """An outcome as it stands in a response, and what the service has to know of it."""

    body: bytes
    """The outcome's fields as a JSON object."""
    kind: str | None
    """The kind of a failure; None for a score."""
    value: float | None
    """The value of a score; None for a failure."""
    lasts: bool = False
    """Whether the same sample gets the same outcome whenever it is scored: the reward returned it, and no limit of
    the machine had a part in it."""

    def outcome(self) -> Outcome:
        """Return the outcome."""
        return decode_outcome(orjson.loads(self.body))


def encode_outcome(outcome: Outcome, *, lasts: bool = False) -> EncodedOutcome:
    """Return an outcome as it travels.

    Raises:
        TypeError: it holds what JSON cannot say.
    """
    body = orjson.dumps(outcome_fields(outcome))
    if isinstance(outcome, Failure):
        return EncodedOutcome(body, outcome.kind.value, None, lasts)
    return EncodedOutcome(body, None, outcome.value, lasts)


def outcome_fields(outcome: Outcome) -> Json:
    """Return an outcome as plain data."""
    if isinstance(outcome, Failure):
        return {
            "status": "failed",
            "value": None,
            "kind": outcome.kind.value,
            "message": outcome.message,
            "retryable": outcome.retryable,
        }
    return {
        "status": "scored",
        "value": outcome.value,
        "reason": outcome.reason,
        "explanation": outcome.explanation,
        "details": outcome.details,
    }


def decode_outcome(fields: Mapping[str, Any]) -> Outcome:
    """Return the outcome that `outcome_fields` wrote."""
    if fields["status"] == "failed":
        return Failure(FailureKind(fields["kind"]), fields["message"])
    return Score(fields["value"], fields["reason"], fields["explanation"], fields["details"])


def encode_job(job: Job) -> bytes:
    """Return a job as one frame.

    Raises:
        TypeError: it holds what JSON cannot say.
        UnicodeEncodeError: a completion is not valid Unicode.
    """
    texts: list[bytes] = []
    items = []
    for item in job["items"]:
        samples = []
        for sample in item["samples"]:
            text = sample["completion"].encode()
            texts.append(text)
            samples.append(
                (
                    len(text),
                    sample["reference"],
                    sample["prompt"],
                    sample["group"],
                    sample["completion_tokens"],
                    sample["completion_ids"],
                )
            )
        items.append((samples, item["needs"]))
    head = _head((job["reward"], job["params"], job["limit_s"], items), sum(map(len, texts)))
    return b"".join([head, *texts])


def decode_job(frame: bytes) -> Job:
    """Return the job whose frame this is, without its first four bytes."""
    (reward, params, limit_s, packed), start = _split(frame)
    texts = memoryview(frame)  # a slice of it is no copy
    items: list[Item] = []
    for packed_samples, needs in packed:
        samples: list[SampleFields] = []
        for length, reference, prompt, group, tokens, ids in packed_samples:
            samples.append(
                {
                    "completion": str(texts[start : start + length], "utf-8"),
                    "reference": reference,
                    "prompt": prompt,
                    "group": group,
                    "completion_tokens": tokens,
                    "completion_ids": ids,
                }
            )
            start += length
        items.append({"samples": samples, "needs": needs})
    return {"reward": reward, "params": params, "limit_s": limit_s, "items": items}


def encode_outcomes(items: Iterable[Iterable[EncodedOutcome]]) -> bytes:
    """Return the outcomes of some items as one frame."""
    header = [[(len(body), kind, value, lasts) for body, kind, value, lasts in item] for item in items]
    bodies = b"".join([body for item in items for body, _, _, _ in item])
    return _head(header, len(bodies)) + bodies


def decode_outcomes(frame: bytes) -> list[list[EncodedOutcome]]:
    """Return the outcomes whose frame this is, without its first four bytes.

    Raises:
        ValueError: it is no frame.
    """
    header, start = _split(frame)
    items = []
    for lengths in header:
        item = []
        for length, kind, value, lasts in lengths:
            item.append(EncodedOutcome(frame[start : start + length], kind, value, lasts))
            start += length
        items.append(item)
    return items


def _head(header: object, text_bytes: int) -> bytes:
    """Return the beginning of a frame: everything but its texts."""
    encoded = orjson.dumps(header)
    length = PREFIX_BYTES + len(encoded) + text_bytes
    return length.to_bytes(PREFIX_BYTES, "big") + len(encoded).to_bytes(PREFIX_BYTES, "big") + encoded


def _split(frame: bytes) -> tuple[Any, int]:
    """Return a frame's header, and where its texts begin."""
    start = PREFIX_BYTES + int.from_bytes(frame[:PREFIX_BYTES], "big")
    return orjson.loads(memoryview(frame)[PREFIX_BYTES:start]), start
