"""The references that a worker has read, so that the completions of one prompt share one reading."""

from collections import OrderedDict

import orjson

from rewards.declare import Reading, Reward
from rewards.types import Frozen

MAX_KEPT = 4096
MAX_KEY_BYTES = 1024
"""A longer reference is read each time: what is kept must stay far below a worker's memory."""

Key = tuple[str, bytes]
Read = tuple[Frozen, Reading]
"""A reference, validated, and its reading."""


class Readings:
    """A bounded memory of readings; the one used longest ago goes first.

    Args:
        max_kept: Most readings to keep.
    """

    def __init__(self, max_kept: int = MAX_KEPT) -> None:
        self._kept: OrderedDict[Key, Read] = OrderedDict()
        self._max_kept = max_kept

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Key) -> Read | None:
        """Return what is kept under the key."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def read(self, key: Key, reward: Reward, fields: dict[str, object], params: Frozen) -> Read:
        """Read a reference and keep the reading, a `bad_reference` like any other.

        Raises:
            Exception: whatever a defect of the reward's `read` raises; nothing is kept then.
        """
        reference = reward.reference.model_validate(fields)
        read = reference, reward.reading(reference, params)
        if len(key[1]) <= MAX_KEY_BYTES:
            self._kept[key] = read
            if len(self._kept) > self._max_kept:
                self._kept.popitem(last=False)
        return read


def key_of(reward_id: str, params: dict[str, object], fields: dict[str, object]) -> Key:
    """Return what a reading depends on."""
    return reward_id, orjson.dumps((params, fields), option=orjson.OPT_SORT_KEYS)
