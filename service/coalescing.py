"""The pool's queue: batches take turns, and small batches of one reward are scored together.

A request of one sample is a batch of its own, with its own deadline and its own outcome. Where such batches wait for a
worker they stand in one line, and the worker that comes takes as many of them as make a good shard. So nothing waits
for company: with a worker idle a lone sample leaves at once, and the busier the workers are, the larger the shards.
All of a line has one turn among the large batches, so that neither kind keeps the other waiting.
"""

import asyncio
from collections.abc import Hashable

from service.batch import Batch, Shard
from service.costs import SHARD_CHARS, Costs
from service.queue import TurnQueue

_FEW = 4
"""Items of a batch that is small: more than a request of one sample makes of any reward."""


class ShardQueue:
    """Shards that wait for a worker.

    Args:
        costs: What items cost.
    """

    def __init__(self, costs: Costs) -> None:
        self._costs = costs
        self._turns: TurnQueue[Shard] = TurnQueue()
        self._items = 0

    @property
    def items(self) -> int:
        """How many items wait."""
        return self._items

    def put(self, shard: Shard) -> None:
        """Add a shard behind what its line has waiting."""
        self._items += len(shard.works)
        self._turns.put(shard.line, shard)

    def put_first(self, shard: Shard) -> None:
        """Add a shard before what its line has waiting: its work was taken from the head already."""
        self._items += len(shard.works)
        self._turns.put_first(shard.line, shard)

    def pop(self) -> Shard | None:
        """Remove and return the shard whose turn it is, with others of its line where they go together.

        None where nothing waits.
        """
        shard = self._turns.pop()
        if shard is None:
            return None
        if isinstance(shard.line, _Together):
            self._gather(shard)
        self._items -= len(shard.works)
        return shard

    def filled(self) -> asyncio.Future[None]:
        """Return a future that is done when something waits; shared, so not to be cancelled."""
        return self._turns.filled()

    def _gather(self, shard: Shard) -> None:
        """Add to a shard what waits behind it, as far as that makes a good shard."""
        most = self._costs.shard_items(shard.reward, len(shard.works) + self._turns.waiting(shard.line))
        chars = sum(work.chars for work in shard.works)
        while len(shard.works) < most:
            following = self._turns.pop_of(shard.line)
            if following is None:
                return
            chars += sum(work.chars for work in following.works)
            if chars > SHARD_CHARS:
                self._turns.put_first(shard.line, following)
                return
            shard.works += following.works


class _Together(tuple[str, bytes]):
    """The line of all small batches of one reward, by its id, and certain params, in JSON."""

    __slots__ = ()


def line_of(batch: Batch) -> Hashable:
    """Return the line in which a batch waits: its own, or the one of all that are as small and ask for the same."""
    if len(batch.outcomes) > _FEW:
        return batch
    return _Together((batch.reward.id, batch.params.__pydantic_serializer__.to_json(batch.params)))
