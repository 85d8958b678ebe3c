"""A reward for `verifiers` and for prime-rl; docs/trainers/verifiers.md says where it goes."""

from collections.abc import Mapping, MutableMapping
from typing import Any

from trainer_client._rows import Row
from trainer_client._scorer import Scorer


class RubricReward(Scorer):
    """One reward or rubric, in the shape that a `Rubric` calls for each rollout.

    The arguments are those of `Scorer`. A `Rubric` takes an exception for a 0 and only logs it: the rollout's state
    says so too, by `error`, which trainers look at, and by `unscored`.
    """

    async def __call__(
        self,
        prompt: object,
        completion: object,
        answer: object = None,
        state: MutableMapping[str, Any] | None = None,
        **more: Any,
    ) -> float:
        """The number of one rollout.

        Raises:
            RewardServiceError: There is none.
        """
        told: MutableMapping[str, Any] = {} if state is None else state
        columns = {**more, **(more["info"] if isinstance(more.get("info"), Mapping) else {})}
        try:
            (verdict,) = await self.ascore([Row(completion, answer or None, columns, prompt)])
        except Exception as error:
            told["unscored"], told["error"] = 1, told.get("error") or error
            raise
        told["unscored"] = verdict.unscored
        return verdict.value
