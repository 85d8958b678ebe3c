"""A reward with a reference and params."""

from pydantic import Field

from rewards.declare import reward
from rewards.types import Frozen, Sample, Score


class Reference(Frozen):
    """What is expected."""

    answer: str = Field(description="The expected text.")
    alternative: str | None = None


class Params(Frozen):
    """How to compare."""

    ignore_case: bool = Field(default=False, description="Whether case differs not.")


@reward(range=(0.0, 1.0))
def score(sample: Sample[Reference], params: Params) -> Score:
    """The completion is the reference."""
    texts = [sample.completion, sample.reference.answer]
    if params.ignore_case:
        texts = [text.lower() for text in texts]
    equal = texts[0] == texts[1]
    return Score(float(equal), "equal" if equal else "different", "Compared.", {"length": len(sample.completion)})
