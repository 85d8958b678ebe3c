"""One step of a SkyRL environment; docs/trainers/skyrl.md has the environment around it."""

from collections.abc import Mapping
from typing import Any

from trainer_client._rows import Row
from trainer_client._scorer import Scorer


class StepReward(Scorer):
    """One reward or rubric, for environments that end with the model's answer.

    The arguments are those of `Scorer`.
    """

    def step(self, action: str, extras: Mapping[str, Any], prompt: object = None) -> dict[str, Any]:
        """What `BaseTextEnv.step` returns for the answer: its number, and under `metadata` what to log.

        Args:
            action: What the model wrote.
            extras: The data set's row, as the environment was given it.
            prompt: The messages that `init` was given, where the reward reads them.

        Raises:
            RewardServiceError: There is no number.
        """
        label = (extras.get("reward_spec") or {}).get("ground_truth")
        verdict = self.score([Row(action, label, extras, prompt)])[0]
        return {"observations": [], "reward": verdict.value, "done": True, "metadata": verdict.report()}
