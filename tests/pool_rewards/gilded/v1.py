"""A reward that reads its references apart, and whose reading and scoring do as the texts say."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from rewards.declare import reward
from rewards.errors import BadReference
from rewards.types import Frozen, Sample, Score
from tests.pool_rewards.moody.v1 import MOODS

SERIALS = count()


class Reference(Frozen):
    """What is expected."""

    answer: str


class Params(Frozen):
    """How to compare."""

    suffix: str = ""


@dataclass(frozen=True)
class Gold:
    """A reference that has been read."""

    text: str
    serial: int
    """Tells one reading from the next in the same process."""


def _nothing() -> None:
    pass


def _act(text: str) -> None:
    act: Callable[[], None] = MOODS.get(text, _nothing)  # type: ignore[assignment]
    act()


def read_reference(reference: Reference, params: Params) -> Gold:
    """Read a reference."""
    if not reference.answer:
        raise BadReference("The reference is blank.")
    _act(reference.answer)
    return Gold(reference.answer + params.suffix, next(SERIALS))


@reward(range=(0.0, 1.0), budget_s=0.5, read=read_reference)
def score(sample: Sample[Reference], params: Params, gold: Gold) -> Score:
    """The completion is the reference and the suffix."""
    _act(sample.completion)
    equal = sample.completion == gold.text
    return Score(float(equal), "equal" if equal else "different", "Compared.", {"serial": gold.serial})
