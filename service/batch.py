"""What the pool has under way: batches, the items in them, the shards in which they travel and what a worker runs."""

import asyncio
import time
from collections.abc import Hashable
from dataclasses import dataclass, field

from rewards.declare import Reward
from rewards.frames import EncodedOutcome, Item, encode_outcome
from rewards.types import Frozen, Outcome
from service.process import WorkerProcess

GRACE_S = 1.0
"""How long a worker may go on with what nobody waits for: that is cheaper than a new worker."""


@dataclass(slots=True, eq=False)
class Batch:
    """The items of one call, and their outcomes as they come."""

    reward: Reward
    params: Frozen
    outcomes: list[list[EncodedOutcome] | None]
    missing: int
    team: str = ""
    """Whose it is, and who pays for it."""
    done: asyncio.Event = field(default_factory=asyncio.Event)
    runs: "set[Run]" = field(default_factory=set)
    """What workers are busy with that holds a part of this batch."""
    unreadable: set[str] = field(default_factory=set)
    """The references, as `blame.references_of` writes them, that are known to be too expensive to read."""
    abandoned: bool = False
    queued_at: float = field(default_factory=time.perf_counter)
    begun_at: float | None = None
    """When the first worker took a part of it."""

    def settle(self, work: "Work", outcomes: list[EncodedOutcome]) -> None:
        """Note the outcomes of an item, one for each of its samples."""
        self.outcomes[work.position] = outcomes
        self.missing -= 1
        if not self.missing:
            self.done.set()

    def end_runs(self) -> None:
        """End the workers that score a part of this batch, which is abandoned, and nothing else that is wanted."""
        for run in list(self.runs):
            run.end_if_unwanted()


@dataclass(slots=True, eq=False)
class Work:
    """One item on its way, with the deaths it was part of."""

    batch: Batch
    item: Item
    position: int
    own_limit_deaths: int = 0
    faults: int = 0
    outside_kills: int = 0
    is_control: bool = False
    """Whether the completion is `worker.CONTROL`: if that is too expensive as well, the reference is to blame."""

    @property
    def chars(self) -> int:
        """Characters of its completions."""
        return sum([len(sample["completion"]) for sample in self.item["samples"]])

    def settle(self, outcomes: list[EncodedOutcome]) -> None:
        """Note the outcomes, one for each sample."""
        self.batch.settle(self, outcomes)

    def fail(self, outcome: Outcome) -> None:
        """Note one outcome for every sample."""
        self.settle([encode_outcome(outcome)] * len(self.item["samples"]))


@dataclass(slots=True)
class Shard:
    """What one worker is given at a time: items of one reward with the same params, of one batch or of several."""

    works: list[Work]
    limit_s: float
    """CPU seconds that each item may use."""
    line: Hashable
    """Whose turn it waits for: its batch's, or that of all small batches of this reward and these params."""
    is_suspect: bool = False
    """Whether it killed a worker before, and may now use its whole budget."""
    expected_s: float = 0.0
    """What it should take a worker, as its team was charged when it was taken."""

    @property
    def team(self) -> str:
        """The team of all its items."""
        return self.works[0].batch.team

    @property
    def reward(self) -> Reward:
        """The reward of all its items."""
        return self.works[0].batch.reward

    @property
    def batches(self) -> set[Batch]:
        """The batches that its items are of."""
        return {work.batch for work in self.works}


class Run:
    """A shard under way in a worker. Whoever makes one calls `end`."""

    def __init__(self, process: WorkerProcess, shard: Shard) -> None:
        self._process = process
        self._shard = shard
        self._watch: asyncio.TimerHandle | None = None
        self.done = 0
        """How many of its items are answered."""
        for batch in shard.batches:
            batch.runs.add(self)
            batch.begun_at = batch.begun_at or time.perf_counter()

    @property
    def left(self) -> list[Work]:
        """The items that are not answered."""
        return self._shard.works[self.done :]

    def end(self) -> None:
        """Note that the worker is through with it, or gone."""
        if self._watch is not None:
            self._watch.cancel()
        for batch in self._shard.batches:
            batch.runs.discard(self)

    def end_if_unwanted(self) -> None:
        """End the worker if nobody waits for what it scores; while somebody does, look again in a moment."""
        left = self.left
        if not any(work.batch.abandoned for work in left):
            return
        scoring = self._process.scoring
        is_begun = scoring is not None and self.done <= scoring < len(self._shard.works)
        current = [self._shard.works[scoring]] if is_begun and scoring is not None else left
        if all(work.batch.abandoned for work in current):
            self._process.kill()
            return
        if self._watch is not None:
            self._watch.cancel()
        self._watch = asyncio.get_running_loop().call_later(GRACE_S, self.end_if_unwanted)
