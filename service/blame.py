"""Whose fault a worker's death was, and what becomes of the items it leaves.

The item it was scoring is tried again alone, with its whole budget, and the rest of the shard goes to another worker.
Dying twice of its own limits settles an item. Where the reward reads references apart, the worker said whether it was
reading the reference or scoring the answer, and that one is to blame. Where it does not, a harmless completion is
tried in place of the item's: if that dies as well, the reference is to blame. A kill from outside is nobody's fault.
"""

from rewards.declare import Reward
from rewards.types import Failure, FailureKind, Outcome
from rewards.worker import control_item
from service.batch import Shard, Work
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
    suspects: list[Work] = []
    if done <= died.index < len(shard.works):
        suspects = [shard.works[died.index]]
    elif died.death is not Death.OUTSIDE:
        suspects = shard.works[done:]  # it died of this job but of none of its items, so each is tried alone
    rest = [work for work in shard.works[done:] if work not in suspects and not work.batch.abandoned]
    retries: list[Shard] = []
    for suspect in suspects:
        if suspect.batch.abandoned:
            continue
        retry = _judge(suspect, died)
        if retry is None:
            _tell(suspect, rest)
            continue
        company = _sharing(suspect, rest) if _is_own_reading(died) else []
        rest = [work for work in rest if work not in company]
        retries.append(Shard([retry, *company], retry.batch.reward.budget_s, suspect.batch, is_suspect=True))
    return retries, readable(rest)


def wanted(works: list[Work]) -> list[Work]:
    """Return the items that somebody waits for and that are not known to be unreadable, which are settled."""
    return readable([work for work in works if not work.batch.abandoned])


def readable(works: list[Work]) -> list[Work]:
    """Settle the items whose references are known to be too expensive to read, and return the others."""
    left = []
    for work in works:
        if work.batch.unreadable and references_of(work) in work.batch.unreadable:
            work.fail(_bad_reference(work.batch.reward))
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


def _judge(work: Work, died: WorkerDiedError) -> Work | None:
    """Count a death against the item it happened to; return what to try next unless that settles it."""
    work.own_limit_deaths += died.death is Death.OWN_LIMIT
    work.faults += died.death is Death.FAULT
    work.outside_kills += died.death is Death.OUTSIDE
    reward = work.batch.reward
    if work.is_control and work.own_limit_deaths:
        work.fail(Failure(FailureKind.BAD_REFERENCE, "The reference is too expensive for any completion."))
    elif work.own_limit_deaths >= _OWN_LIMIT_DEATHS and died.is_reading:
        work.batch.unreadable.add(references_of(work))
        work.fail(_bad_reference(reward))
    elif work.own_limit_deaths >= _OWN_LIMIT_DEATHS and reward.needs_reference and reward.read is None:
        return Work(work.batch, control_item(work.item), work.position, is_control=True)
    elif work.own_limit_deaths >= _OWN_LIMIT_DEATHS:
        work.fail(blamed_completion(reward))
    elif work.faults >= _MAX_FAULTS:
        work.fail(Failure(FailureKind.CRASH, f"{reward.id} crashed its worker twice on this sample."))
    elif work.outside_kills >= _MAX_OUTSIDE_KILLS:
        work.fail(Failure(FailureKind.CRASH, "The worker was killed from outside again and again."))
    else:
        return work
    return None


def _tell(settled: Work, works: list[Work]) -> None:
    """Have the batches of other items know that a reference they share is unreadable, if that is what was found."""
    if references_of(settled) in settled.batch.unreadable:
        for work in _sharing(settled, works):
            work.batch.unreadable.add(references_of(work))


def _is_own_reading(died: WorkerDiedError) -> bool:
    return died.is_reading and died.death is Death.OWN_LIMIT


def _sharing(suspect: Work, works: list[Work]) -> list[Work]:
    """Return the items with the suspect's references: what reading those takes is for one of them to find out."""
    references = references_of(suspect)
    return [work for work in works if references_of(work) == references]


def _bad_reference(reward: Reward) -> Outcome:
    text = f"Reading the reference took more than {reward.budget_s:g} CPU seconds, or more memory than a worker has."
    return Failure(FailureKind.BAD_REFERENCE, text)
