"""Whose fault a worker's death was, and what becomes of the items it leaves.

The item it was scoring is tried again alone, with its whole budget, and the rest of the shard goes to another worker.
Dying twice of its own limits settles an item. Where the reward reads references apart, the worker said whether it was
reading the reference or scoring the answer, and that one is to blame. Where it does not, a harmless completion is
tried in place of the item's: if that dies as well, the reference is to blame. A kill from outside is nobody's fault.
"""

from rewards.declare import Reward
from rewards.types import Failure, FailureKind, Outcome
from rewards.worker import control_item
from service.batch import Batch, Shard, Work
from service.process import Death, WorkerDiedError

_MAX_OUTSIDE_KILLS = 50
_MAX_FAULTS = 2
_OWN_LIMIT_DEATHS = 2


def sort_out(shard: Shard, done: int, died: WorkerDiedError) -> tuple[list[Shard], list[Work]]:
    """Settle what a death decides.

    Args:
        shard: What the dead worker was given.
        done: How many of its items were answered before.
        died: How it died, and of what.

    Returns:
        What to try again apart, and what to try again as before.
    """
    rest = shard.works[done:]
    suspects: list[Work] = []
    if done <= died.index < len(shard.works):
        suspects = [shard.works[died.index]]
    elif died.death is not Death.OUTSIDE:
        suspects = rest  # it died of this job but of none of its items, so each is tried alone
    rest = [work for work in rest if work not in suspects]
    retries: list[Shard] = []
    for suspect in suspects:
        retry = _judge(shard.batch, suspect, died)
        if retry is None:
            continue
        company = _sharing(suspect, rest) if _is_own_reading(died) else []
        rest = [work for work in rest if work not in company]
        retries.append(Shard(shard.batch, [retry, *company], shard.batch.reward.budget_s))
    return retries, readable(shard.batch, rest)


def readable(batch: Batch, works: list[Work]) -> list[Work]:
    """Settle the items whose references are known to be too expensive to read, and return the others."""
    if not batch.unreadable:
        return works
    left = []
    for work in works:
        if references_of(work) in batch.unreadable:
            batch.fail(work, _bad_reference(batch.reward))
        else:
            left.append(work)
    return left


def references_of(work: Work) -> str:
    """Return what an item's samples are compared with, to tell equal ones by."""
    return repr([sample["reference"] for sample in work.item["samples"]])


def blamed_completion(reward: Reward) -> Outcome:
    """Return the outcome of a completion that exceeded its own limits."""
    explanation = f"Scoring this took more than {reward.budget_s:g} CPU seconds, or more memory than a worker has."
    return reward.lowest("answer_too_expensive", explanation)


def _judge(batch: Batch, work: Work, died: WorkerDiedError) -> Work | None:
    """Count a death against the item it happened to; return what to try next unless that settles it."""
    work.own_limit_deaths += died.death is Death.OWN_LIMIT
    work.faults += died.death is Death.FAULT
    work.outside_kills += died.death is Death.OUTSIDE
    reward = batch.reward
    if work.is_control and work.own_limit_deaths:
        batch.fail(work, Failure(FailureKind.BAD_REFERENCE, "The reference is too expensive for any completion."))
    elif work.own_limit_deaths >= _OWN_LIMIT_DEATHS and died.is_reading:
        batch.unreadable.add(references_of(work))
        batch.fail(work, _bad_reference(reward))
    elif work.own_limit_deaths >= _OWN_LIMIT_DEATHS and reward.needs_reference and reward.read is None:
        return Work(control_item(work.item), work.position, is_control=True)
    elif work.own_limit_deaths >= _OWN_LIMIT_DEATHS:
        batch.fail(work, blamed_completion(reward))
    elif work.faults >= _MAX_FAULTS:
        batch.fail(work, Failure(FailureKind.CRASH, f"{reward.id} crashed its worker twice on this sample."))
    elif work.outside_kills >= _MAX_OUTSIDE_KILLS:
        batch.fail(work, Failure(FailureKind.CRASH, "The worker was killed from outside again and again."))
    else:
        return work
    return None


def _is_own_reading(died: WorkerDiedError) -> bool:
    return died.is_reading and died.death is Death.OWN_LIMIT


def _sharing(suspect: Work, works: list[Work]) -> list[Work]:
    """Return the items with the suspect's references: what reading those takes is for one of them to find out."""
    references = references_of(suspect)
    return [work for work in works if references_of(work) == references]


def _bad_reference(reward: Reward) -> Outcome:
    text = f"Reading the reference took more than {reward.budget_s:g} CPU seconds, or more memory than a worker has."
    return Failure(FailureKind.BAD_REFERENCE, text)
