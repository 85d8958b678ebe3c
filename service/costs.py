"""What items cost, and so how many of them make a good shard."""

import math
from collections import OrderedDict

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
_MOST_KNOWN = 10_000
"""Estimates to keep; the eldest goes."""


class Costs:
    """What the items of each reward cost each team, as far as it was seen.

    One team's are no measure of another's: hostile answers are dear, and would have the other's cut into crumbs.

    Args:
        workers: How many workers share the work.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._seconds: OrderedDict[tuple[str, str], float] = OrderedDict()

    def learn(self, reward_id: str, seconds: float, team: str = "") -> None:
        """Move the estimate of a reward's cost per item a fifth of the way to what was just seen."""
        key = (team, reward_id)
        self._seconds[key] = 0.8 * self._seconds.get(key, seconds) + 0.2 * seconds
        if len(self._seconds) > _MOST_KNOWN:
            self._seconds.popitem(last=False)

    def seconds(self, reward_id: str, items: int, team: str = "") -> float:
        """Return what so many items should take a worker."""
        return self._seconds.get((team, reward_id), _FIRST_GUESS_S) * items

    def cut(self, reward: Reward, works: list[Work]) -> list[list[Work]]:
        """Cut work of one team into shards of about `_SHARD_S` each, as many for each worker where there is enough."""
        size = self.shard_items(reward, len(works), works[0].batch.team)
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

    def shard_items(self, reward: Reward, items: int, team: str = "") -> int:
        """Return how many of so many items should go into one shard."""
        seconds = self.seconds(reward.id, items, team)
        if seconds < self._workers * _WORTH_SHARING_S:
            shards = max(1, int(seconds / _WORTH_SHARING_S))
        else:
            shards = math.ceil(seconds / _SHARD_S / self._workers) * self._workers
        return min(_SHARD_ITEMS, math.ceil(items / shards))
