"""A reward whose fields and results no frame can carry."""

from rewards.declare import reward
from rewards.types import Frozen, NoParams, Sample, Score


class Reference(Frozen):
    """A number, however large."""

    number: int


@reward(range=(0.0, 1.0))
def score(sample: Sample[Reference], params: NoParams) -> Score:
    """Echo the number, or return what the completion names."""
    details = {"number": sample.reference.number}
    if sample.completion == "surrogate":
        return Score(1.0, "\ud800", "Not Unicode.", details)
    if sample.completion == "nan":
        return Score(1.0, "nan", "Not a number.", {"number": float("nan")})
    if sample.completion == "huge":
        return Score(1.0, "huge", "More than 64 bits.", {"number": 2**70})
    return Score(1.0, "fine", "Fine.", details)
