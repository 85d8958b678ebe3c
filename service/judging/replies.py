"""Reads replies, and nothing into them: a verdict is the whole text of a finished reply, or there is none."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from rewards.errors import JudgeUnparsable
from rewards.judging.prompt import VerdictT

_FINISHED = frozenset({"stop", "eos_token", "stop_sequence"})
_THOUGHT = "</think>"
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


def fault_of(choice: Any) -> str | None:  # noqa: ANN401 - whatever the endpoint sent as a choice
    """Return why a choice is no whole reply, or None where it is one."""
    message = choice.message
    if getattr(message, "refusal", None) or choice.finish_reason == "content_filter":
        return "The judge refused to answer."
    if getattr(message, "tool_calls", None):
        return "The judge called a tool instead of answering."
    if choice.finish_reason == "length":
        return "The judge's reply was cut off: see TOUCHSTONE_JUDGE_REASONING_TOKENS."
    if choice.finish_reason not in _FINISHED:
        return "The judge's reply did not come to its end."
    if isinstance(message.content, str) and message.content.strip():
        return None
    thought = getattr(message, "reasoning_content", None) or getattr(message, "reasoning", None)
    return f"The judge's reply is empty.{' All it wrote is in its reasoning, which is not read.' if thought else ''}"


def verdict(reply: Reply, kind: type[VerdictT]) -> VerdictT:
    """Return the verdict that a reply's text is: one JSON object that fits, and nothing around it.

    A thought in front of it that ends in `</think>` and a code fence around it are the form of some models' replies and
    are left away.

    Raises:
        JudgeUnparsable: the text is something else, or is not whole.
    """
    if reply.fault is not None:
        raise JudgeUnparsable(reply.fault)
    bare = _unfenced(reply.text.rpartition(_THOUGHT)[2].strip())
    try:
        found = json.loads(bare, object_pairs_hook=_object, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise JudgeUnparsable("The judge's reply is not the JSON object that it was asked for.") from None
    try:
        return kind.model_validate_json(json.dumps(found))
    except (ValidationError, ValueError):
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


def _unfenced(text: str) -> str:
    for fence in _FENCES:
        if text.startswith(fence) and text.endswith("```"):
            return text[len(fence) : -3]
    return text


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _refuse(constant: str) -> object:
    raise ValueError(constant)
