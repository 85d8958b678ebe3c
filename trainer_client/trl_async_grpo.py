"""Rewards for TRL's experimental `async_grpo`, which pickles them into the process that generates."""

from typing import Any

from trainer_client._override import override
from trainer_client._trl import RewardFunction, TRLRewards


class AsyncGRPORewards(TRLRewards):
    """`TRLRewards` whose numbers are weighted already, since that trainer has no `reward_weights`.

    A diagnostic reward's figures are all 0 there; `log_path` writes what it really said. Takes no `transport`, which
    rarely passes into another process.
    """

    @override
    def _function(self, position: int) -> "WeightedFunction":
        return WeightedFunction(self, position)


class WeightedFunction(RewardFunction):
    """One reward times its weight."""

    @override
    def __call__(self, *batch: Any, **columns: Any) -> list[float | None]:
        """A number for each completion of a group, None where there is none to be trusted.

        Raises:
            RewardServiceError: The group could not be scored, or too much of it.
        """
        weight = self._rewards.weights[self._position]
        return [None if value is None else value * weight for value in super().__call__(*batch, **columns)]
