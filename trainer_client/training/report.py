"""What came of a training run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer_client.training.timing import StepTime

__all__ = ["HeldOut", "TrainingReport"]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A figure over rows that were never trained on."""

    before: float
    """Its value before the training."""

    after: float
    """Its value after the training."""


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What came of a training run."""

    rewards: tuple[str, ...]
    """The names of the rewards."""

    history: Sequence[Mapping[str, Any]]
    """The trainer's log, one mapping for each logged step."""

    steps: Sequence[StepTime]
    """How long each step took, and how much of it was waiting for rewards."""

    held_out: Mapping[str, HeldOut]
    """Figures over rows that were never trained on."""

    seconds: float
    """How long the training took, without loading the model and without the held-out figures."""

    model_dir: Path
    """Where the trained model lies."""

    plot: Path
    """The picture of the run."""

    completions: Path
    """The file with every completion and the reason for its rewards."""

    warnings: tuple[str, ...] = ()
    """What was warned of: rewards from which nothing was learned."""

    @property
    def reward_wait_share(self) -> float:
        """The share of the steps' time that was spent waiting for rewards."""
        total = sum(step.seconds for step in self.steps)
        return sum(step.wait_s for step in self.steps) / total if total else 0.0

    def curve(self, figure: str) -> tuple[list[int], list[float]]:
        """The steps at which a figure was logged, and its values."""
        logged = [row for row in self.history if row.get(figure) is not None]
        return [int(row["step"]) for row in logged], [float(row[figure]) for row in logged]
