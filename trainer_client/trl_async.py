"""Rewards for TRL's `GRPOTrainer` as coroutines, which it awaits together with every other asynchronous reward."""

import asyncio
from typing import Any

from trainer_client._override import override
from trainer_client._trl import RewardFunction, TRLRewards


class AsyncTRLRewards(TRLRewards):
    """`TRLRewards` whose functions are asynchronous: the trainer's other asynchronous rewards run meanwhile.

    One request still feeds all of them. Needs a TRL that knows an instance with an asynchronous `__call__`, as 1.16
    does; an older one needs `TRLRewards`.
    """

    @override
    def _function(self, position: int) -> "AsyncRewardFunction":
        return AsyncRewardFunction(self, position)


class AsyncRewardFunction(RewardFunction):
    """One reward, in the shape that TRL awaits."""

    @override
    async def __call__(self, *batch: Any, **columns: Any) -> list[float | None]:  # type: ignore[override]
        """A number for each completion, None where there is none to be trusted.

        Raises:
            RewardServiceError: The batch could not be scored, or too much of it.
        """
        return await asyncio.to_thread(super().__call__, *batch, **columns)
