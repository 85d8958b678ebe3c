"""How these tests score one sample: in this process, within the CPU time that the version declares."""

import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache

from rewards.declare import Reward
from rewards.registry import Registry, discover
from rewards.types import Needs, Outcome, Sample

Fields = Mapping[str, object]


class _BudgetSpent(BaseException):
    """Not an Exception, so that no library takes it for its own."""


@cache
def registry() -> Registry:
    """Return every declared reward."""
    return discover()


def score(reward_id: str, completion: str, reference: Fields | None = None, params: Fields | None = None) -> Outcome:
    """Return what a reward says of one completion: its lowest score once the budget is spent."""
    reward = registry()[reward_id]
    sample = Sample(completion, reward.reference.model_validate(reference or {}))
    try:
        with _budget(reward):
            return reward.score(sample, reward.params.model_validate(params or {}), Needs({}))
    except _BudgetSpent:
        return reward.lowest("answer_too_expensive", "Reading the answer took longer than its budget.")


def score_group(reward_id: str, completions: Sequence[str], params: Fields | None = None) -> list[Outcome]:
    """Return what a group reward that needs no reference says of the completions of one group."""
    reward = registry()[reward_id]
    samples = [Sample(completion, reward.reference(), group="g") for completion in completions]
    try:
        with _budget(reward):
            return reward.score_group(samples, reward.params.model_validate(params or {}), [Needs({})] * len(samples))
    except _BudgetSpent:
        return [reward.lowest("answer_too_expensive", "Reading the answers took longer than their budget.")] * len(
            samples
        )


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
