"""What a training run wants from one reward."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainer_client._types import RewardRequest

__all__ = ["RewardSpec"]


@dataclass(frozen=True, slots=True)
class RewardSpec:
    """One reward of a training run."""

    reward: str
    """The id, such as `math_equal@v2`."""

    weight: float = 1.0
    """Its share in the sum that is trained on."""

    params: Mapping[str, Any] | None = None
    """Settings that the reward's version offers."""

    columns: Mapping[str, str] | None = None
    """The data set's column for each field of the reference.

    A field that is not named here is looked for under its own name, and an answer also under the names that
    data sets give it: `answer`, `expected_answer`, `solution`, `ground_truth`, `label`.
    """

    diagnostic: bool = False
    """Whether it is only watched: its weight is 0 and its failures cost nothing."""

    behaviour: str | None = None
    """The behaviour digest that the service must answer with."""

    build: str | None = None
    """The build digest that the service must answer with."""

    @property
    def request(self) -> RewardRequest:
        """What the service is asked for."""
        return RewardRequest(self.reward, self.params, self.behaviour, self.build)

    @property
    def applied_weight(self) -> float:
        """The weight that the trainer gets."""
        return 0.0 if self.diagnostic else self.weight


def names(specs: list[RewardSpec]) -> list[str]:
    """A name for each, the id where it is unique.

    Trainers file figures under the name, so the second use of a reward needs one of its own.
    """
    found: list[str] = []
    for spec in specs:
        seen = sum(earlier.reward == spec.reward for earlier in specs[: len(found)])
        found.append(spec.reward if seen == 0 else f"{spec.reward}#{seen + 1}")
    return found
