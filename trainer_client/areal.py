"""A reward for AReaL's workflows; docs/trainers/areal.md says what to set."""

from collections.abc import Mapping, Sequence
from typing import Any

from trainer_client._rows import Row
from trainer_client._scorer import Scorer

DEADLINE_S = 12.0
"""AReaL gives a call 15 s and takes what is later for a 0; an error in time is repeated, and raised in the end."""


class ArealReward(Scorer):
    """One reward or rubric, in the shape that AReaL calls in a process of its own.

    The arguments are those of `Scorer`, but the deadline, which AReaL sets.
    """

    def __init__(self, target: str, *, url: str, deadline_s: float = DEADLINE_S, **settings: Any) -> None:
        super().__init__(target, url=url, deadline_s=min(deadline_s, DEADLINE_S), **settings)

    def __call__(
        self,
        prompt: object,
        completions: object,
        prompt_ids: Sequence[int] | None = None,
        completion_ids: Sequence[int] | None = None,
        **row: object,
    ) -> float:
        """The number of one completion.

        Raises:
            RewardServiceError: There is none.
        """
        columns: Mapping[str, object] = row
        return self.score([Row(completions, None, columns, prompt, completion_ids)])[0].value
