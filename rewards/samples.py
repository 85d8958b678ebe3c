"""Turns what travelled back into what a reward's function takes."""

from collections.abc import Mapping
from typing import cast

from rewards.declare import Reward
from rewards.frames import Json, SampleFields, decode_outcome
from rewards.types import Frozen, Needs, NoReference, Sample, Score

_NO_NEEDS = Needs({})
_NO_REFERENCE = NoReference()


def reference_of(reward: Reward, fields: SampleFields) -> Frozen:
    """Return the reference that a sample came with, as its reward declares it."""
    given = fields["reference"]
    if not given and not reward.needs_reference:
        return _NO_REFERENCE
    return reward.reference.model_validate(given)


def sample_of(fields: SampleFields, reference: Frozen) -> Sample[Frozen]:
    """Return a sample, with its reference as it was read."""
    ids = fields["completion_ids"]
    return Sample(
        completion=fields["completion"],
        reference=reference,
        prompt=fields["prompt"],
        group=fields["group"],
        completion_tokens=fields["completion_tokens"],
        completion_ids=None if ids is None else tuple(ids),
    )


def needs_of(fields: Mapping[str, Json]) -> Needs:
    """Return the scores that a sample's reward needs."""
    if not fields:
        return _NO_NEEDS
    return Needs({reward_id: cast("Score", decode_outcome(score)) for reward_id, score in fields.items()})
