"""A group reward that reads its references apart and needs another reward."""

from rewards.declare import reward
from rewards.errors import BadReference
from rewards.types import Frozen, Needs, NoParams, Outcome, Sample, Score


class Reference(Frozen):
    """What a place is worth."""

    worth: str


def read_worth(reference: Reference, params: NoParams) -> float:
    """Read a number."""
    try:
        return float(reference.worth)
    except ValueError:
        raise BadReference("The worth is no number.") from None


@reward(range=(0.0, 100.0), needs=("length@v1",), read=read_worth)
def score(samples: list[Sample[Reference]], params: NoParams, golds: list[float], needs: list[Needs]) -> list[Outcome]:
    """The worth of the longest completion is its own, and nothing of the others."""
    lengths = [each["length@v1"].value for each in needs]
    return [
        Score(gold if length == max(lengths) else 0.0, "placed", "Placed.")
        for gold, length in zip(golds, lengths, strict=True)
    ]
