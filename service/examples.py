"""Reads the example beside each version: one prompt, and an honest right and an honest wrong completion of it.

The documentation shows it, the API page sends it, and dishonest completions are measured against it.
"""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from rewards.declare import Reward


class Example(BaseModel):
    """One prompt, and two honest completions in the form that the reward wants."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str = Field(min_length=1)
    reference: dict[str, Any] = {}
    """What the reward and its needs compare with."""
    params: dict[str, Any] = {}
    tokens: bool = False
    """Whether the reward counts tokens, so that a sample shows them."""
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
