"""What items cost, and so how many of them make a good shard."""

import math

from rewards.declare import Reward
from service.batch import Work

_SHARD_S = 0.02
"""Work one shard should hold: enough to drown the cost of a frame, little enough to spread over workers."""
_WORTH_SHARING_S = 0.001
"""Work for each worker that is worth the cost of another frame."""
_SHARD_ITEMS = 512
SHARD_CHARS = 1_000_000
"""Most characters of a shard of several items."""
_FIRST_GUESS_S = 0.001
"""Cost of an item of a reward not scored yet."""


class Costs:
    """What the items of each reward cost, as far as it was seen.

    Args:
        workers: How many workers share the work.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._seconds: dict[str, float] = {}

    def learn(self, reward_id: str, seconds: float) -> None:
        """Move the estimate of a reward's cost per item a fifth of the way to what was just seen."""
        self._seconds[reward_id] = 0.8 * self._seconds.get(reward_id, seconds) + 0.2 * seconds

    def cut(self, reward: Reward, works: list[Work]) -> list[list[Work]]:
        """Cut work into shards of about `_SHARD_S` each, as many for each worker where there is enough of it."""
        size = self.shard_items(reward, len(works))
        cut: list[list[Work]] = []
        chars = 0
        for work in works:
            length = work.chars
            if not cut or len(cut[-1]) >= size or chars + length > SHARD_CHARS:
                cut.append([])
                chars = 0
            cut[-1].append(work)
            chars += length
        return cut

    def shard_items(self, reward: Reward, items: int) -> int:
        """Return how many of so many items should go into one shard."""
        seconds = self._seconds.get(reward.id, _FIRST_GUESS_S) * items
        if seconds < self._workers * _WORTH_SHARING_S:
            shards = max(1, int(seconds / _WORTH_SHARING_S))
        else:
            shards = math.ceil(seconds / _SHARD_S / self._workers) * self._workers
        return min(_SHARD_ITEMS, math.ceil(items / shards))
