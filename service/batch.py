"""What the pool has under way: batches, the items in them, and the shards in which they travel."""

import asyncio
from dataclasses import dataclass, field

from rewards.declare import Reward
from rewards.frames import EncodedOutcome, Item, encode_outcome
from rewards.types import Frozen, Outcome
from service.process import WorkerProcess


@dataclass(slots=True, eq=False)
class Work:
    """One item on its way, with the deaths it was part of."""

    item: Item
    position: int
    own_limit_deaths: int = 0
    faults: int = 0
    outside_kills: int = 0
    is_control: bool = False
    """Whether the completion is `worker.CONTROL`: if that is too expensive as well, the reference is to blame."""


@dataclass(slots=True, eq=False)
class Batch:
    """The items of one call, and their outcomes as they come."""

    reward: Reward
    params: Frozen
    outcomes: list[list[EncodedOutcome] | None]
    missing: int
    done: asyncio.Event = field(default_factory=asyncio.Event)
    workers: set[WorkerProcess] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    """The references, as `blame.references_of` writes them, that are known to be too expensive to read."""
    abandoned: bool = False

    def settle(self, work: Work, outcomes: list[EncodedOutcome]) -> None:
        """Note the outcomes of an item, one for each of its samples."""
        self.outcomes[work.position] = outcomes
        self.missing -= 1
        if not self.missing:
            self.done.set()

    def fail(self, work: Work, outcome: Outcome) -> None:
        """Note one outcome for every sample of an item."""
        self.settle(work, [encode_outcome(outcome)] * len(work.item["samples"]))

    def kill_workers(self) -> None:
        """End the workers that still run a part of this batch."""
        if self.missing:
            for process in self.workers:
                process.kill()


@dataclass(slots=True)
class Shard:
    """What one worker is given at a time."""

    batch: Batch
    works: list[Work]
    limit_s: float
    """CPU seconds that each item may use."""
