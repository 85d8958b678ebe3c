"""What a body of JSON holds, counted before it is parsed: what a parser makes of it may be fifty times as large.

A parser holds the event loop from its first byte to its last, so that there has to be a limit to what it may find. The
counting is done in slices, between which others have their turn. It is done at all only for bodies that are large
enough to be over a limit.
"""

import asyncio
from typing import NamedTuple

from service.errors import ProblemError

MAX_CONTAINERS = 400_000
"""Most objects and lists of a body: 10,000 samples of 40 messages. They are what costs a parser most."""
MAX_TEXTS = 2_000_000
"""Most texts, the names of fields among them."""
MAX_VALUES = 8_000_000
"""Most values of whatever kind: more token ids than fit into 64 MiB beside the texts that they are of."""
_LEAST_CONTAINER, _LEAST_TEXT, _LEAST_VALUE = 2, 3, 2
"""Bytes of the smallest one of each kind."""
_FREE = MAX_CONTAINERS * _LEAST_CONTAINER
"""Bytes that cannot hold too much."""
_GLANCE = 1 << 22
"""Bytes to count single bytes in before others have their turn."""
_SLICE = 1 << 18
"""Bytes to look at before others have their turn: a few milliseconds."""


class Weight(NamedTuple):
    """What a body holds."""

    containers: int
    texts: int
    commas: int
    """Nearly as many as there are values."""

    @property
    def is_too_much(self) -> bool:
        """Whether it is over one of the limits."""
        return self.containers > MAX_CONTAINERS or self.texts > MAX_TEXTS or self.commas > MAX_VALUES


async def check_weight(body: bytes) -> None:
    """Return if a body is light enough to be parsed.

    Raises:
        ProblemError: it holds too much.
    """
    if len(body) <= _FREE or not (await _at_most(body)).is_too_much:
        return
    if (await weighed(body)).is_too_much:
        detail = (
            f"A body may hold {MAX_CONTAINERS:,} objects and lists, {MAX_TEXTS:,} texts with the names of fields, and "
            f"{MAX_VALUES:,} values in all. Split the batch into several requests."
        )
        raise ProblemError("body-too-large", 413, detail)


async def _at_most(body: bytes) -> Weight:
    """Return what a body holds at most: what stands in texts is counted too, and of what cannot be too much nothing."""
    has_texts, has_values = len(body) > MAX_TEXTS * _LEAST_TEXT, len(body) > MAX_VALUES * _LEAST_VALUE
    containers = quotes = commas = 0
    for start in range(0, len(body), _GLANCE):
        end = start + _GLANCE
        containers += body.count(b"[", start, end) + body.count(b"{", start, end)
        quotes += body.count(b'"', start, end) if has_texts else 0
        commas += body.count(b",", start, end) if has_values else 0
        await asyncio.sleep(0)
    return Weight(containers, quotes // 2, commas)


async def weighed(body: bytes) -> Weight:
    """Return what a body of JSON holds, counted until it is too much."""
    containers = quotes = commas = start = 0
    weight = Weight(0, 0, 0)
    while start < len(body) and not weight.is_too_much:
        part = body[start : start + _SLICE]
        if _ends_in_escape(part):  # what is escaped belongs to it
            part = body[start : start + _SLICE + 1]
        start += len(part)
        pieces = part.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
        between = b"".join(pieces[quotes % 2 :: 2])
        containers += between.count(b"[") + between.count(b"{")
        commas += between.count(b",")
        quotes += len(pieces) - 1
        weight = Weight(containers, quotes // 2, commas)
        await asyncio.sleep(0)
    return weight


def _ends_in_escape(part: bytes) -> bool:
    """Return whether the last byte is a backslash that escapes what comes next."""
    return (len(part) - len(part.rstrip(b"\\"))) % 2 == 1
