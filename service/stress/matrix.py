"""Scores the attacks on a reward beside its honest completions."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from rewards.declare import Reward
from rewards.registry import Registry
from rewards.types import Frozen, Outcome, Score
from service.examples import Example, token_ids
from service.examples import example as example_of
from service.offline import offline_scorer
from service.scoring import Ask, Scorer, Submission, submission
from service.stress.attacks import Attack, attacks
from service.stress.bought import BoughtJudge

_DEADLINE_S = 600.0


@dataclass(frozen=True, slots=True)
class Matrix:
    """What a reward pays for one example's completions."""

    reward_id: str
    right: Outcome
    wrong: Outcome
    attacks: Sequence[tuple[Attack, Outcome]]
    is_judged: bool = False
    """Whether a judge was asked, and taken to be bought: it gave whatever earns most."""

    @property
    def paid(self) -> list[tuple[Attack, Score]]:
        """The attacks that earn as much as the honest right completion, or more."""
        least = self.right.value if isinstance(self.right, Score) else float("-inf")
        return [(each, score) for each, score in self._scored() if score.value >= least]

    @property
    def best(self) -> tuple[Attack, Score] | None:
        """The attack that earns most; None where none has a score."""
        return max(self._scored(), key=lambda pair: pair[1].value, default=None)

    def _scored(self) -> list[tuple[Attack, Score]]:
        return [(each, outcome) for each, outcome in self.attacks if isinstance(outcome, Score)]


async def stress(scorer: Scorer, reward: Reward, example: Example, params: dict[str, Any] | None = None) -> Matrix:
    """Return what a reward pays for an example's honest completions and for every attack.

    A group reward sees each completion in a group of its own, behind two right ones and a wrong one. A reward that asks
    a judge wants the scorer of `stress_scorer`.

    Args:
        scorer: What scores.
        reward: The version to try.
        example: The prompt, the reference and the honest completions.
        params: In place of the example's.

    Raises:
        pydantic.ValidationError: the params are not the reward's.
        PoolUnavailableError: no worker can be started.
    """
    found = attacks(example)
    texts = [example.right, example.wrong, *(each.completion for each in found)]
    chosen: Frozen = reward.params.model_validate(example.params if params is None else params)
    batch = [
        sample(example, text, str(index))
        for index, last in enumerate(texts)
        for text in ([example.right, example.right, example.wrong, last] if reward.is_group else [last])
    ]
    (encoded,) = await scorer.score([Ask(reward, chosen)], batch, _DEADLINE_S)
    step = len(batch) // len(texts)
    right, wrong, *others = (outcome.outcome() for outcome in encoded[step - 1 :: step])
    return Matrix(reward.id, right, wrong, list(zip(found, others, strict=True)), reward.is_judged)


def stress_scorer(registry: Registry) -> AbstractAsyncContextManager[Scorer]:
    """Return a scorer whose judge is bought, so that what is not paid was held back by rules."""
    return offline_scorer(registry, judge_for=lambda _: BoughtJudge())


async def stress_all(registry: Registry) -> dict[str, Matrix]:
    """Return the matrix of every version that has an example, by its id, scored by one pool."""
    async with stress_scorer(registry) as scorer:
        examples = {reward.id: example for reward in registry.values() if (example := example_of(reward)) is not None}
        return {reward_id: await stress(scorer, registry[reward_id], given) for reward_id, given in examples.items()}


def sample(example: Example, completion: str, group: str | None = None) -> Submission:
    """Return one completion of an example's prompt, with tokens: its words and its marks."""
    ids = token_ids(completion)
    given = submission(completion, example.reference, prompt=example.prompt, group=group)
    return {**given, "completion_tokens": len(ids), "completion_ids": ids}
