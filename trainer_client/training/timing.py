"""How long the steps of a training run take, and how much of that is waiting for rewards."""

import time
from dataclasses import dataclass

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from typing_extensions import override

from trainer_client._trl import TRLRewards

__all__ = ["StepTime", "Timing"]


@dataclass(frozen=True, slots=True)
class StepTime:
    """One step."""

    step: int
    """Its number, counted from 1."""

    seconds: float
    """How long it took, generation included."""

    wait_s: float
    """How long of that the trainer waited for rewards."""


class Timing(TrainerCallback):  # type: ignore[misc]
    """Takes the time of each step.

    Args:
        rewards: Whose waiting time is counted.
    """

    def __init__(self, rewards: TRLRewards) -> None:
        self.steps: list[StepTime] = []
        self._rewards = rewards
        self._began = 0.0
        self._waited_s = 0.0

    @override
    def on_step_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        """The clock starts."""
        self._began = time.perf_counter()
        self._waited_s = self._rewards.wait_s

    @override
    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        """The clock stops."""
        seconds = time.perf_counter() - self._began
        self.steps.append(StepTime(state.global_step, seconds, self._rewards.wait_s - self._waited_s))
