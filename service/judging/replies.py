"""Reads replies, and nothing into them: a verdict is the whole text of a finished reply, or there is none."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from rewards.errors import JudgeUnparsable
from rewards.judging.prompt import VerdictT

_THINK, _THOUGHT = "<think>", "</think>"
_FENCES = ("```json\n", "```\n")


@dataclass(frozen=True, slots=True)
class Reply:
    """What an endpoint answered."""

    text: str
    fault: str | None
    """Why the text is not to be read; None where it is whole."""
    likely: Sequence[tuple[str, float]]
    """The likeliest first tokens with their log probabilities, where they were asked for."""
    prompt_tokens: int
    completion_tokens: int


def verdict(reply: Reply, kind: type[VerdictT]) -> VerdictT:
    """Return the verdict that a reply's text is: one JSON object that fits, and nothing around it.

    A thought in front of it between `<think>` and `</think>` and a code fence around it are the form of some models'
    replies and are left away. Whatever follows the first `</think>` is the reply: a second one is somebody's text.

    Raises:
        JudgeUnparsable: the text is something else, or is not whole.
    """
    if reply.fault is not None:
        raise JudgeUnparsable(reply.fault)
    try:
        found = json.loads(_bare(reply.text), object_pairs_hook=_object, parse_float=_finite, parse_constant=_finite)
        whole = json.dumps(found, allow_nan=False)
    except (ValueError, RecursionError):
        raise JudgeUnparsable(
            f"The judge's reply is not the JSON object that it was asked for.{_hint(reply)}"
        ) from None
    try:
        return kind.model_validate_json(whole, strict=True)
    except ValidationError:
        raise JudgeUnparsable("The judge's reply is JSON, but not the verdict that it was asked for.") from None


def weights(likely: Sequence[tuple[str, float]], labels: Mapping[str, float]) -> dict[str, float]:
    """Return the probability of each label among the likeliest tokens; a space before a label does not matter.

    Raises:
        JudgeUnparsable: the endpoint gave no probabilities.
    """
    if not likely:
        raise JudgeUnparsable("The judge's endpoint gives no log probabilities; score by verdicts instead.")
    found = dict.fromkeys(labels, 0.0)
    for token, logprob in likely:
        label = token.strip(" \u2581\u0120")
        if label in found and math.isfinite(logprob):
            found[label] += math.exp(min(logprob, 0.0))
    return found


def _bare(text: str) -> str:
    """Return a text without a thought in front of it and a fence around it."""
    bare = text.strip()
    if bare.startswith(_THINK):
        bare = bare.partition(_THOUGHT)[2].strip()
    for fence in _FENCES:
        if bare.startswith(fence) and bare.endswith("```"):
            return bare[len(fence) : -3]
    return bare


def _hint(reply: Reply) -> str:
    is_headless = _THOUGHT in reply.text and _THINK not in reply.text
    return " It begins inside a thought: have its server take thoughts out of replies." if is_headless else ""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _finite(written: str) -> float:
    """Return a number as it is written, which may be over all bounds or none at all."""
    value = float(written)
    if not math.isfinite(value):
        raise ValueError(written)
    return value
