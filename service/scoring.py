"""Scores batches: what needs no worker is decided here, needs are scored first, and the pool does the rest.

Knows nothing of HTTP.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rewards.declare import Reward
from rewards.registry import Registry
from rewards.types import Failure, FailureKind, Frozen, Outcome, Score
from rewards.worker import Item, Json, SampleFields, encode_outcome
from service.pool import Pool

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Submission:
    """One completion as a caller sent it, its text already plain."""

    completion: str
    prompt: str | None = None
    group: str | None = None
    completion_tokens: int | None = None
    completion_ids: list[int] | None = None
    reference: Fields = field(default_factory=dict)
    """The union of what the rewards of one request compare with."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One reward to score over a batch."""

    reward: Reward
    params: Frozen


@dataclass(slots=True)
class Scorer:
    """Scores batches of submissions.

    Args:
        registry: Where needs are looked up.
        pool: Where rewards run.
        max_text_chars: Characters over which a reference or a prompt is `too_long`.
    """

    registry: Registry
    pool: Pool
    max_text_chars: int

    async def score(
        self, asks: Sequence[Ask], submissions: Sequence[Submission], deadline_s: float
    ) -> list[list[Outcome]]:
        """Return for each ask the outcomes of the submissions, in order.

        Raises:
            PoolUnavailableError: the pool cannot take the work now.
        """
        batch = _BatchScorer(self, submissions, time.monotonic() + deadline_s)
        tasks = [asyncio.ensure_future(batch.outcomes(ask.reward, ask.params)) for ask in asks]
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()  # when one failed, nobody waits for the others any more


class _BatchScorer:
    """One batch on its way: remembers the needs it has scored, so that two rewards share them."""

    def __init__(self, scorer: Scorer, submissions: Sequence[Submission], ends_at: float) -> None:
        self._scorer = scorer
        self._submissions = submissions
        self._ends_at = ends_at
        self._needs: dict[str, asyncio.Task[list[Outcome]]] = {}

    async def outcomes(self, reward: Reward, params: Frozen) -> list[Outcome]:
        """Return the outcome of each submission, in order."""
        needs = [await self._need(reward_id) for reward_id in reward.needs]
        decided: list[Outcome | None] = []
        for index, submission in enumerate(self._submissions):
            failed_need = _failed_need(reward, [outcomes[index] for outcomes in needs])
            decided.append(failed_need or self._decide(reward, submission))
        items = self._items(reward, decided, needs)
        scored = await self._scorer.pool.run(
            reward, params, [item for _, item in items], max(0.0, self._ends_at - time.monotonic())
        )
        for (indices, _), outcomes in zip(items, scored, strict=True):
            for index, outcome in zip(indices, outcomes, strict=True):
                decided[index] = outcome
        return [outcome for outcome in decided if outcome is not None]

    def _need(self, reward_id: str) -> "asyncio.Task[list[Outcome]]":
        if reward_id not in self._needs:
            reward = self._scorer.registry[reward_id]
            self._needs[reward_id] = asyncio.ensure_future(self.outcomes(reward, reward.params()))
        return self._needs[reward_id]

    def _decide(self, reward: Reward, submission: Submission) -> Outcome | None:
        """Return the outcome of a submission that no worker needs to see, if it is one."""
        limit = self._scorer.max_text_chars
        if len(submission.completion) > reward.max_completion_chars:
            length, most = len(submission.completion), reward.max_completion_chars
            return reward.lowest("too_long", f"The completion has {length:,} characters; at most {most:,} are read.")
        if submission.prompt is not None and len(submission.prompt) > limit:
            return Failure(FailureKind.TOO_LONG, f"The prompt is longer than {limit:,} characters.")
        reference = _reference(reward, submission)
        if reference is None:
            wanted = ", ".join(name for name, info in reward.reference.model_fields.items() if info.is_required())
            return Failure(FailureKind.MISSING_REFERENCE, f"{reward.id} compares with a reference: {wanted}.")
        if any(isinstance(text, str) and len(text) > limit for text in reference.values()):
            return Failure(FailureKind.TOO_LONG, f"The reference is longer than {limit:,} characters.")
        return None

    def _items(
        self, reward: Reward, decided: Sequence[Outcome | None], needs: Sequence[Sequence[Outcome]]
    ) -> list[tuple[list[int], Item]]:
        """Return the work for the pool: the indices of the submissions of each item, and the item."""
        members: dict[object, list[int]] = {}
        for index, outcome in enumerate(decided):
            if outcome is None:
                key = self._submissions[index].group if reward.is_group else index
                members.setdefault(key, []).append(index)
        return [
            (
                indices,
                Item(
                    samples=[_sample_fields(reward, self._submissions[index]) for index in indices],
                    needs=[_need_fields(reward, [outcomes[index] for outcomes in needs]) for index in indices],
                ),
            )
            for indices in members.values()
        ]


def _reference(reward: Reward, submission: Submission) -> Json | None:
    """Return the reference fields that a reward compares with, or None where a required one is absent."""
    fields = reward.reference.model_fields
    if any(info.is_required() and name not in submission.reference for name, info in fields.items()):
        return None
    return {name: submission.reference[name] for name in fields if name in submission.reference}


def _sample_fields(reward: Reward, submission: Submission) -> SampleFields:
    return SampleFields(
        completion=submission.completion,
        reference=_reference(reward, submission) or {},
        prompt=submission.prompt,
        group=submission.group,
        completion_tokens=submission.completion_tokens,
        completion_ids=submission.completion_ids,
    )


def _failed_need(reward: Reward, outcomes: Sequence[Outcome]) -> Failure | None:
    """Return the failure of a sample whose needs could not be scored, if one could not."""
    for reward_id, outcome in zip(reward.needs, outcomes, strict=True):
        if isinstance(outcome, Failure):
            return Failure(outcome.kind, f"{reward.id} needs {reward_id}: {outcome.message}")
    return None


def _need_fields(reward: Reward, outcomes: Sequence[Outcome]) -> dict[str, Json]:
    return {
        reward_id: encode_outcome(outcome)
        for reward_id, outcome in zip(reward.needs, outcomes, strict=True)
        if isinstance(outcome, Score)
    }
