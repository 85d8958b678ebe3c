"""A well-behaved reward."""

from rewards.declare import reward
from rewards.types import NoParams, NoReference, Sample, Score


@reward(range=(0.0, 1_000_000.0))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    """The number of characters."""
    return Score(float(len(sample.completion)), "counted", "The characters were counted.")
