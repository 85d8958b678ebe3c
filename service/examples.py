"""Reads the example beside each version: one prompt, and an honest right and an honest wrong completion of it.

The documentation shows it, the API page sends it, and dishonest completions are measured against it.
"""

import re
import zlib
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from rewards.declare import Reward

_PIECE = re.compile(r"\w+|[^\w\s]")
_VOCABULARY = 50_000


BATCH_EXAMPLES: dict[str, Any] = {
    "an answer and its form": {
        "value": {
            "rewards": [{"reward": "math_equal@v2"}, {"reward": "think_format@v2"}],
            "samples": [
                {
                    "prompt": "What is 6 * 7? Think in <think>, then give the answer in <answer>.",
                    "completion": "<think>Six sevens are seven and thirty-five more, 42.</think><answer>42</answer>",
                    "reference": {"answer": "42"},
                }
            ],
        }
    }
}
"""A request to `/v1/score`, as OpenAPI shows it."""


class Example(BaseModel):
    """One prompt, and two honest completions in the form that the reward wants."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str = Field(min_length=1)
    reference: dict[str, Any] = {}
    """What the reward and its needs compare with."""
    params: dict[str, Any] = {}
    tokens: bool = False
    """Whether the reward counts tokens, so that a request has to hold them."""
    right: str = Field(min_length=1)
    wrong: str = Field(min_length=1)


@cache
def example(reward: Reward) -> Example | None:
    """Return the example of a version, or None where there is none beside it.

    Raises:
        ValueError: the file is no example.
    """
    package, _, version = reward.module.rpartition(".")
    file = files(package).joinpath(f"{version}.example.yaml")
    if not file.is_file():
        return None
    return Example.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


def request_examples(reward: Reward) -> dict[str, Any]:
    """Return requests to a version's own route, as OpenAPI shows them; none where the version has no example."""
    given = example(reward)
    if given is None:
        return {}
    shown = {"two honest completions": [given.right, given.wrong], "an empty completion": [""]}
    if reward.is_group:
        shown = {"a group": [given.right, given.right, given.wrong]}
    params = {"params": given.params} if given.params else {}
    return {
        name: {"value": {"samples": [_sample(reward, given, text) for text in texts], **params}}
        for name, texts in shown.items()
    }


def _sample(reward: Reward, given: Example, completion: str) -> dict[str, Any]:
    fields: dict[str, Any] = {"completion": completion, "prompt": given.prompt}
    if given.reference:
        fields["reference"] = given.reference
    if reward.is_group:
        fields["group"] = "p1"
    if given.tokens:
        ids = token_ids(completion)
        fields |= {"completion_tokens": len(ids), "completion_ids": ids}
    return fields


def token_ids(text: str) -> list[int]:
    """Return ids for the words and the marks of a text, in place of a tokenizer's."""
    return [zlib.crc32(piece.encode()) % _VOCABULARY for piece in _PIECE.findall(text)]
