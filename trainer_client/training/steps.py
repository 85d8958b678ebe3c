"""The trainer's steps, told to whoever shows the progress."""

from collections.abc import Sequence
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from typing_extensions import override

from trainer_client.training.progress import Progress

__all__ = ["StepReporter"]


class StepReporter(TrainerCallback):  # type: ignore[misc]
    """Tells each step, with the means of its rewards.

    Args:
        progress: Who is told.
        rewards: The names of the rewards.
    """

    def __init__(self, progress: Progress, rewards: Sequence[str]) -> None:
        self._progress = progress
        self._rewards = rewards
        self._figures: dict[str, float] = {}

    @override
    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        """A stage begins."""
        self._progress.start("GRPO", state.max_steps)

    @override
    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **kwargs: object,
    ) -> None:
        """The figures are those of the last logged step."""
        for name in self._rewards:
            value = (logs or {}).get(f"rewards/{name}/mean")
            if value is not None:
                self._figures[name.partition("@")[0]] = value

    @override
    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        """One step is done."""
        self._progress.advance(self._figures)
