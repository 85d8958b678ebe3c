"""A group reward."""

from rewards.declare import reward
from rewards.types import NoParams, NoReference, Outcome, Sample, Score


@reward(range=(0.0, 100.0))
def score(samples: list[Sample[NoReference]], params: NoParams) -> list[Outcome]:
    """The rank of the completion in its group by length."""
    order = sorted(range(len(samples)), key=lambda index: len(samples[index].completion))
    return [Score(float(order.index(index)), "ranked", "Ranked.", {"of": len(samples)}) for index in range(len(order))]
