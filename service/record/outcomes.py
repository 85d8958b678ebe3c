"""The outcomes of `results.outcomes`: a JSON list, one outcome a line, so that one is read without the 799 others."""

from collections.abc import Collection, Iterable
from typing import Any

import orjson
import zstandard

_BETWEEN = b",\n"


def listed(bodies: Iterable[bytes]) -> bytes:
    """Return outcomes, each JSON already, as a list to be packed."""
    return b"[" + _BETWEEN.join(bodies) + b"]"


def pick(frame: bytes, positions: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return the outcomes at some positions of a packed list; none for a position that it does not have."""
    text = zstandard.ZstdDecompressor().decompress(frame)
    found: dict[int, dict[str, Any]] = {}
    begins, line = 1, 0
    for wanted in sorted(set(positions)):
        while line < wanted and begins:
            begins, line = text.find(b"\n", begins) + 1, line + 1  # within a text it would be escaped
        ends = text.find(_BETWEEN, begins) if begins else 0
        if wanted < 0 or not begins or text[begins:] == b"]":
            continue
        try:
            found[wanted] = orjson.loads(text[begins : ends if ends > 0 else -1])
        except orjson.JSONDecodeError:  # one line for all of them
            whole = orjson.loads(text)
            return {each: whole[each] for each in positions if 0 <= each < len(whole)}
    return found
