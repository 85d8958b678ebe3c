"""Reads a value off the probabilities of labels."""

from collections.abc import Mapping

from rewards.errors import JudgeUnparsable
from rewards.judging.prompt import Scale

LEAST_MASS = 0.9
"""Probability that the labels must have together. A judge that would rather say something else has no opinion."""


def expected(scale: Scale, weights: Mapping[str, float]) -> float:
    """Return the expected value of a scale, the probabilities of its labels brought to a sum of one.

    Raises:
        JudgeUnparsable: the labels have less than `LEAST_MASS` together.
    """
    mass = sum(weights.get(label, 0.0) for label in scale.values)
    if not mass >= LEAST_MASS:  # also where it is no number
        raise JudgeUnparsable(
            f"The judge abstains from {scale.name}: its labels have a probability of {mass:.2f}, under {LEAST_MASS}."
        )
    return sum(weights.get(label, 0.0) * value for label, value in scale.values.items()) / mass
