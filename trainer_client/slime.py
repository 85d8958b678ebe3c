"""A reward for slime's `--custom-rm-path` with `--group-rm`; docs/trainers/slime.md says when to prefer it."""

from collections.abc import Sequence
from typing import Protocol

from trainer_client._rows import Row
from trainer_client._scorer import Scorer


class SlimeSample(Protocol):
    """What is read of slime's sample."""

    prompt: object
    response: str
    label: object
    metadata: dict[str, object] | None
    response_length: int


class GroupReward(Scorer):
    """One reward or rubric, asked once for the samples of a prompt instead of once for each.

    The arguments are those of `Scorer`.
    """

    async def __call__(self, args: object, samples: Sequence[SlimeSample], **more: object) -> list[float]:
        """The number of each sample.

        Raises:
            RewardServiceError: There is not one for each.
        """
        rows = [
            Row(each.response, each.label, each.metadata or {}, each.prompt, completion_tokens=each.response_length)
            for each in samples
        ]
        return [verdict.value for verdict in await self.ascore(rows)]
