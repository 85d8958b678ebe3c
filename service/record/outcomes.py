"""Single outcomes out of `results.outcomes`, without reading the 799 others."""

from collections.abc import Collection
from typing import Any

import orjson
import zstandard

_BETWEEN = b'},{"'
"""Stands between two outcomes and nowhere else: within a text the quote would be escaped, and `details` is flat."""


def pick(frame: bytes, positions: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return the outcomes at some positions of a packed list; none for a position that it does not have."""
    parts = zstandard.ZstdDecompressor().decompress(frame)[1:-1].split(_BETWEEN)
    return {each: _outcome(parts, each) for each in positions if 0 <= each < len(parts)}


def _outcome(parts: list[bytes], position: int) -> dict[str, Any]:
    begins = b"" if position == 0 else b'{"'
    ends = b"" if position == len(parts) - 1 else b"}"
    outcome: dict[str, Any] = orjson.loads(begins + parts[position] + ends)
    return outcome
