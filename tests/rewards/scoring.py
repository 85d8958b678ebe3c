"""How these tests score one sample: in this process, within the CPU time that the version declares."""

import asyncio
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

from rewards.declare import Reward
from rewards.registry import Registry, discover
from rewards.types import Failure, Frozen, Judge, Needs, Outcome, Sample
from tests.rewards.replay import ReplayJudge

Fields = Mapping[str, Any]


class _BudgetSpent(BaseException):
    """Not an Exception, so that no library takes it for its own."""


@cache
def registry() -> Registry:
    """Return every declared reward."""
    return discover()


def score(
    reward_id: str,
    completion: str,
    reference: Fields | None = None,
    params: Fields | None = None,
    budget_s: float | None = None,
    judge: Judge | None = None,
    **fields: object,
) -> Outcome:
    """Return what a reward says of one completion, after what it needs: its lowest score once the budget is spent.

    The budget is CPU time, the version's own unless another is given. Without a judge nobody answers those that ask.
    """
    reward = _with_budget(registry()[reward_id], budget_s)
    given = {"completion": completion, "reference": reference, **fields}
    needs = _needs(reward, given)
    if isinstance(needs, Failure):
        return needs
    sample, chosen = _sample(reward, given), reward.params.model_validate(params or {})
    try:
        with _budget(reward):
            if reward.is_judged:
                return asyncio.run(reward.score_judged(sample, chosen, needs, judge or ReplayJudge({})))
            return reward.score(sample, chosen, needs)
    except _BudgetSpent:
        return reward.lowest("answer_too_expensive", "Reading the answer took longer than its budget.")


def score_group(
    reward_id: str, group: Sequence[str | Fields], params: Fields | None = None, budget_s: float | None = None
) -> list[Outcome]:
    """Return what a group reward says of the completions of one group, given as texts or as fields of samples.

    As in the service, a sample whose need fails is no part of its group.
    """
    reward = _with_budget(registry()[reward_id], budget_s)
    items = [{"completion": each} if isinstance(each, str) else each for each in group]
    needed = [_needs(reward, item) for item in items]
    kept = [(item, needs) for item, needs in zip(items, needed, strict=True) if isinstance(needs, Needs)]
    try:
        with _budget(reward):
            scored = iter(
                reward.score_group(
                    [_sample(reward, {**item, "group": "g"}) for item, _ in kept],
                    reward.params.model_validate(params or {}),
                    [needs for _, needs in kept],
                )
            )
    except _BudgetSpent:
        lowest = reward.lowest("answer_too_expensive", "Reading the answers took longer than their budget.")
        scored = iter([lowest] * len(kept))
    return [needs if isinstance(needs, Failure) else next(scored) for needs in needed]


def _with_budget(reward: Reward, budget_s: float | None) -> Reward:
    return reward if budget_s is None else replace(reward, budget_s=budget_s)


def _needs(reward: Reward, given: Fields) -> Needs | Failure:
    """Return the scores that a reward needs, or the first failure among them."""
    scores = {}
    for reward_id in reward.needs:
        foreign = reward.reference.model_fields.keys() - registry()[reward_id].reference.model_fields.keys()
        reference = {name: value for name, value in (given.get("reference") or {}).items() if name not in foreign}
        outcome = score(reward_id, **{**given, "reference": reference})
        if isinstance(outcome, Failure):
            return outcome
        scores[reward_id] = outcome
    return Needs(scores)


def _sample(reward: Reward, given: Fields) -> Sample[Frozen]:
    """Return the sample as the reward sees it: with the fields of the reference that are its own."""
    reference = {name: value for name, value in (given.get("reference") or {}).items() if _is_own(reward, name)}
    ids = given.get("completion_ids")
    return Sample(
        given["completion"],
        reward.reference.model_validate(reference),
        prompt=given.get("prompt"),
        group=given.get("group"),
        completion_tokens=given.get("completion_tokens"),
        completion_ids=None if ids is None else tuple(ids),
    )


def _is_own(reward: Reward, field: str) -> bool:
    """Return whether a field is no other reward's: a misspelt one stays, and is refused."""
    others = {name for need in reward.needs for name in registry()[need].reference.model_fields}
    return field in reward.reference.model_fields or field not in others


@contextmanager
def _budget(reward: Reward) -> Iterator[None]:
    def spent(*_: object) -> None:
        raise _BudgetSpent

    before = signal.signal(signal.SIGPROF, spent)
    signal.setitimer(signal.ITIMER_PROF, reward.budget_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
