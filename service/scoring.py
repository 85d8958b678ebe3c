"""Scores batches: what needs no worker is decided here, needs are scored first, and the pool does the rest.

Samples that are equal in all that their reward can see are scored once, and not at all if the memo knows them.

Knows nothing of HTTP.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from rewards.declare import Reward
from rewards.frames import EncodedOutcome, Item, Json, SampleFields, encode_outcome
from rewards.registry import Registry
from rewards.types import Failure, FailureKind, Frozen, Outcome
from service.judging.bench import Bench
from service.memo import Keys, Memo
from service.pool import Pool

Submission = SampleFields
"""One completion as a caller sent it, its text already plain; `reference` is the union of what the rewards of one
request compare with. Not to be changed: a sample may be its submission itself."""

_NO_NEEDS: dict[str, Json] = {}


def submission(
    completion: str, reference: Json | None = None, *, prompt: str | None = None, group: str | None = None
) -> Submission:
    """Return a completion as a caller may send it."""
    return {
        "completion": completion,
        "reference": reference or {},
        "prompt": prompt,
        "group": group,
        "completion_tokens": None,
        "completion_ids": None,
    }


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
        bench: Where rewards run that ask a judge.
        max_text_chars: Characters over which a reference or a prompt is `too_long`.
        memo: What was scored before.
    """

    registry: Registry
    pool: Pool
    bench: Bench
    max_text_chars: int
    memo: Memo

    async def score(
        self, asks: Sequence[Ask], submissions: Sequence[Submission], deadline_s: float, team: str = ""
    ) -> list[list[EncodedOutcome]]:
        """Return for each ask the outcomes of the submissions, in order.

        Args:
            asks: The rewards to score.
            submissions: The completions.
            deadline_s: Wall time in seconds; what is not scored by then is `deadline`.
            team: Who pays for what workers and a judge cost.

        Raises:
            PoolUnavailableError: the pool cannot take the work now.
        """
        batch = _BatchScorer(self, submissions, time.monotonic() + deadline_s, team)
        if len(asks) == 1:
            return [await batch.outcomes(asks[0].reward, asks[0].params)]
        tasks = [asyncio.ensure_future(batch.outcomes(ask.reward, ask.params)) for ask in asks]
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()  # when one failed, nobody waits for the others any more


@dataclass(slots=True)
class _Task:
    """One item for the pool, and the submissions whose outcomes it gives."""

    item: Item
    indices: list[list[int]]
    """For each sample of the item, the submissions that are equal to it."""
    key: bytes | None = None
    """What to remember its outcome by."""


class _BatchScorer:
    """One batch on its way: remembers the needs it has scored, so that two rewards share them."""

    def __init__(self, scorer: Scorer, submissions: Sequence[Submission], ends_at: float, team: str) -> None:
        self._scorer = scorer
        self._submissions = submissions
        self._ends_at = ends_at
        self._team = team
        self._needs: dict[str, asyncio.Task[list[EncodedOutcome]]] = {}

    async def outcomes(self, reward: Reward, params: Frozen) -> list[EncodedOutcome]:
        """Return the outcome of each submission, in order."""
        needs = {reward_id: await self._need(reward_id) for reward_id in reward.needs}
        decided: list[EncodedOutcome | None] = [None] * len(self._submissions)
        tasks = _Groups() if reward.is_group else self._singles(reward, params, decided)
        reader = _SampleReader(reward, self._scorer.max_text_chars)
        needed = _NO_NEEDS
        for index, each in enumerate(self._submissions):
            found: SampleFields | Outcome | None = None
            if needs:
                scores = {reward_id: outcomes[index] for reward_id, outcomes in needs.items()}
                found = _failed_need(reward, scores)
                needed = {reward_id: orjson.loads(score.body) for reward_id, score in scores.items()}
            found = found or reader.read(each)
            if isinstance(found, dict):
                tasks.add(index, found, needed)
            else:
                decided[index] = encode_outcome(found)
        await self._run(reward, params, tasks.tasks(), decided)
        return [outcome for outcome in decided if outcome is not None]

    def _singles(self, reward: Reward, params: Frozen, decided: list[EncodedOutcome | None]) -> "_Singles":
        return _Singles(Keys(reward.id, params, self._team), self._scorer.memo, decided)

    async def _run(
        self, reward: Reward, params: Frozen, tasks: Sequence[_Task], decided: list[EncodedOutcome | None]
    ) -> None:
        """Have what is left scored, and enter the outcomes where they belong."""
        left_s = max(0.0, self._ends_at - time.monotonic())
        items = [task.item for task in tasks]
        if reward.is_judged:
            scored = await self._scorer.bench.run(reward, params, items, left_s, self._team)
        else:
            scored = await self._scorer.pool.run(reward, params, items, left_s, self._team)
        for task, outcomes in zip(tasks, scored, strict=True):
            for indices, outcome in zip(task.indices, outcomes, strict=True):
                for index in indices:
                    decided[index] = outcome
            if task.key is not None:
                self._scorer.memo.keep(task.key, outcomes[0])

    def _need(self, reward_id: str) -> "asyncio.Task[list[EncodedOutcome]]":
        if reward_id not in self._needs:
            reward = self._scorer.registry[reward_id]
            self._needs[reward_id] = asyncio.ensure_future(self.outcomes(reward, reward.params()))
        return self._needs[reward_id]


class _Singles:
    """Samples to score one by one: each that is new once, and what is known of the others at once."""

    def __init__(self, keys: Keys, memo: Memo, decided: list[EncodedOutcome | None]) -> None:
        self._keys = keys
        self._memo = memo
        self._decided = decided
        self._tasks: dict[bytes, _Task] = {}

    def add(self, index: int, sample: SampleFields, needs: dict[str, Json]) -> None:
        """Take a sample."""
        key = self._keys.key(sample, needs)
        known = self._memo.find(key)
        if known is not None:
            self._decided[index] = known
        elif key in self._tasks:
            self._tasks[key].indices[0].append(index)
        else:
            self._tasks[key] = _Task({"samples": [sample], "needs": [needs]}, [[index]], key)

    def tasks(self) -> list[_Task]:
        """Return what is left for the pool."""
        return list(self._tasks.values())


class _Groups:
    """Samples to score by their groups, since their outcomes depend on each other."""

    def __init__(self) -> None:
        self._tasks: dict[str | None, _Task] = {}

    def add(self, index: int, sample: SampleFields, needs: dict[str, Json]) -> None:
        """Take a sample."""
        task = self._tasks.setdefault(sample["group"], _Task({"samples": [], "needs": []}, []))
        task.item["samples"].append(sample)
        task.item["needs"].append(needs)
        task.indices.append([index])

    def tasks(self) -> list[_Task]:
        """Return what is left for the pool."""
        return list(self._tasks.values())


class _SampleReader:
    """What one reward gets to see of a submission."""

    def __init__(self, reward: Reward, max_text_chars: int) -> None:
        self._reward = reward
        self._limit = max_text_chars
        fields = reward.reference.model_fields
        self._names = fields.keys()
        self._required = tuple(name for name, info in fields.items() if info.is_required())

    def read(self, given: Submission) -> SampleFields | Outcome:
        """Return the sample, or the outcome of one that no worker needs to see."""
        reward, limit = self._reward, self._limit
        length, prompt, reference = len(given["completion"]), given["prompt"], given["reference"]
        if length > reward.max_completion_chars:
            most = reward.max_completion_chars
            return reward.lowest("too_long", f"The completion has {length:,} characters; at most {most:,} are read.")
        if prompt is not None and len(prompt) > limit:
            return Failure(FailureKind.TOO_LONG, f"The prompt is longer than {limit:,} characters.")
        for name in self._required:
            if name not in reference:
                wanted = ", ".join(self._required)
                return Failure(FailureKind.MISSING_REFERENCE, f"{reward.id} compares with a reference: {wanted}.")
        sample = given
        if not reference.keys() <= self._names:
            reference = {name: value for name, value in reference.items() if name in self._names}
            sample = {**given, "reference": reference}
        for text in reference.values():
            if isinstance(text, str):
                if len(text) > limit:
                    return Failure(FailureKind.TOO_LONG, f"The reference is longer than {limit:,} characters.")
            elif not _travels(text):
                return Failure(FailureKind.BAD_REFERENCE, "The reference holds a number of more than 64 bits.")
        return sample


def _travels(value: object) -> bool:
    """Return whether a field of a reference can be sent to a worker."""
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


def _failed_need(reward: Reward, needs: Mapping[str, EncodedOutcome]) -> Failure | None:
    """Return the failure of a sample whose needs could not be scored, if one could not."""
    for reward_id, encoded in needs.items():
        if encoded.kind is not None:
            outcome = encoded.outcome()
            if isinstance(outcome, Failure):
                return Failure(outcome.kind, f"{reward.id} needs {reward_id}: {outcome.message}")
    return None
