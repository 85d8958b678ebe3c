"""One sample to be scored again, and what was said of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from trainer_client import Sample

_DIGITS = 16
"""Enough that no two prompts of a file have the same."""


@dataclass(frozen=True, slots=True)
class Case:
    """One sample."""

    key: int
    """Its own, whenever the same job goes on."""
    where: Mapping[str, Any]
    """What a person finds it by."""
    sample: Sample
    group: str | None = None
    """What it has in common with the samples that it is compared with."""
    params: Mapping[str, Any] = field(default_factory=dict)
    """What it was scored with."""
    old: Mapping[str, Any] | None = None
    """What was said of it, as a line of JSON; None where that is yet to be asked."""


def group_of(sample: Sample) -> str | None:
    """Return which samples a sample is compared with, as far as it says itself: those of its group, or its prompt."""
    if sample.group is not None:
        return sample.group
    if sample.prompt is None:
        return None
    return f"prompt {sha256(repr(sample.prompt).encode('utf-8', 'surrogatepass')).hexdigest()[:_DIGITS]}"


def in_its_group(sample: Sample) -> Sample:
    """Return a sample that names the group that it is in, where it is in one."""
    return replace(sample, group=group_of(sample))
