"""Scores the rewards that ask a judge, on the event loop: each sample waits for its verdicts beside the others."""

import asyncio
import time
from collections.abc import Callable, Sequence

from rewards.declare import Reward
from rewards.frames import EncodedOutcome, Item, encode_outcome
from rewards.samples import needs_of, reference_of, sample_of
from rewards.types import Failure, FailureKind, Frozen, Judge, Outcome
from service import telemetry

_BEGUN_AT_ONCE = 8
"""Questions that are written before everything else on the event loop has its turn again."""


class Bench:
    """Scores items as a pool does, for rewards that wait and do not compute.

    Args:
        judge_for: Returns the judge, at the expense of the team named.
    """

    def __init__(self, judge_for: Callable[[str], Judge]) -> None:
        self._judge_for = judge_for

    async def run(
        self, reward: Reward, params: Frozen, items: Sequence[Item], deadline_s: float, team: str
    ) -> list[list[EncodedOutcome]]:
        """Return the outcomes of each item, which is one sample, in order.

        What has no verdict within `deadline_s` seconds is `deadline`. No outcome lasts: a judge's mistakes must not be
        remembered where nobody asks again.
        """
        if not items:
            return []
        judge = self._judge_for(team)
        ends_at = time.monotonic() + deadline_s
        tasks: list[asyncio.Task[Outcome]] = []
        try:
            for item in items:
                tasks.append(asyncio.ensure_future(_outcome(reward, params, item, judge)))
                if len(tasks) % _BEGUN_AT_ONCE == 0:
                    await asyncio.sleep(0)
            await asyncio.wait(tasks, timeout=max(0.0, ends_at - time.monotonic()))
            late = Failure(FailureKind.DEADLINE, f"Not judged within {deadline_s:g} s of wall time.")
            return [[encode_outcome(task.result() if task.done() else late)] for task in tasks]
        finally:
            for task in tasks:
                task.cancel()


async def _outcome(reward: Reward, params: Frozen, item: Item, judge: Judge) -> Outcome:
    """Return the outcome of one sample."""
    ((fields,), (needed,)) = item["samples"], item["needs"]
    sample = sample_of(fields, reference_of(reward, fields))
    try:
        return await reward.score_judged(sample, params, needs_of(needed), judge)
    except Exception as error:  # noqa: BLE001 - the boundary: a defect in a reward is a typed failure
        telemetry.defect("judged_reward_failed", error)
        where = telemetry.place_of(error)
        return Failure(FailureKind.CRASH, f"{reward.id} raised {type(error).__name__} at {where}.")
