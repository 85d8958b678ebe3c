"""What was scored before: outcomes by a digest of everything that they depend on.

Completions repeat: a small model gives the same answer to the same prompt, evaluations run again, a trainer that lost
its reply sends its batch again. Only outcomes that last are kept (see `EncodedOutcome.lasts`); what a deadline, a crash
or a limit of the machine decided is decided anew.
"""

from collections import OrderedDict
from hashlib import blake2b

import orjson

from rewards.frames import EncodedOutcome, Json, SampleFields
from rewards.types import Frozen

_KEY_BYTES = 20
_ENTRY_BYTES = 400
"""What an entry takes apart from its outcome's text: the key, the objects and their place in the memory."""


class Memo:
    """A bounded memory of outcomes; the one used longest ago goes first.

    Args:
        max_entries: Most outcomes to keep; 0 keeps none.
        max_bytes: About how many bytes to use at most; 0 keeps nothing.
    """

    def __init__(self, max_entries: int, max_bytes: int) -> None:
        self._kept: OrderedDict[bytes, EncodedOutcome] = OrderedDict()
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._bytes = 0
        self.hits = 0
        """How often what was looked for was there."""
        self.misses = 0
        """How often it was not."""

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def used_bytes(self) -> int:
        """About how many bytes the memory takes."""
        return self._bytes

    def find(self, key: bytes) -> EncodedOutcome | None:
        """Return the outcome kept under the key."""
        found = self._kept.get(key)
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        self._kept.move_to_end(key)
        return found

    def keep(self, key: bytes, outcome: EncodedOutcome) -> None:
        """Keep an outcome if it lasts and there is room for it."""
        size = _ENTRY_BYTES + len(outcome.body)
        if not outcome.lasts or not self._max_entries or size > self._max_bytes or key in self._kept:
            return
        self._kept[key] = outcome
        self._bytes += size
        while len(self._kept) > self._max_entries or self._bytes > self._max_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= _ENTRY_BYTES + len(dropped.body)


class Keys:
    """The keys of one reward under certain params, for one team.

    Each team has what it had scored itself: how soon an answer comes would tell another whether a text was ever sent.
    """

    def __init__(self, reward_id: str, params: Frozen, team: str) -> None:
        self._prefix = _said((team, reward_id, params.model_dump(mode="json")))

    def key(self, sample: SampleFields, needs: dict[str, Json]) -> bytes:
        """Return the digest of everything that a sample's outcome depends on."""
        rest = _said(
            (
                sample["reference"],
                sample["prompt"],
                sample["group"],
                sample["completion_tokens"],
                sample["completion_ids"],
                needs,
            )
        )
        # Both parts in front of the completion are whole JSON arrays, so no two samples have the same bytes.
        digest = blake2b(self._prefix + rest, digest_size=_KEY_BYTES)
        digest.update(sample["completion"].encode(errors="surrogatepass"))
        return digest.digest()


def _said(values: tuple[object, ...]) -> bytes:
    """Return the values in JSON, or as Python writes what JSON cannot say."""
    try:
        return orjson.dumps(values, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return repr(values).encode()
