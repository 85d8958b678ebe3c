"""A reward that the reference or the completion can make too expensive."""

from rewards.declare import reward
from rewards.types import Frozen, NoParams, Sample, Score


class Reference(Frozen):
    """What is expected."""

    answer: str


def _read(text: str) -> str:
    while text == "burn":
        pass
    return text


@reward(range=(0.0, 1.0), budget_s=0.3)
def score(sample: Sample[Reference], params: NoParams) -> Score:
    """The completion is the reference, and neither is `burn`."""
    equal = _read(sample.reference.answer) == _read(sample.completion)
    return Score(float(equal), "equal" if equal else "different", "Compared.")
