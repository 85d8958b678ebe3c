"""The outcomes of `results.outcomes`: a JSON list, one outcome a line, so that one is read without the 799 others."""

from collections.abc import Collection, Iterable
from typing import Any

import orjson
import zstandard

_BETWEEN = b",\n"
_NAMED = b'{"id":null,'


def listed(bodies: Iterable[bytes]) -> bytes:
    """Return outcomes, each JSON already, as a list to be packed."""
    return b"[" + _BETWEEN.join(bodies) + b"]"


def whole(frame: bytes, number: int) -> orjson.Fragment:
    """Return a packed list as a response has it: each outcome with an id, which is nobody's.

    Args:
        frame: The list.
        number: How many outcomes it has.
    """
    if not number:
        return orjson.Fragment(b"[]")
    text = zstandard.ZstdDecompressor().decompress(frame)
    if number > 1 and b"\n" not in text:
        text = listed(map(orjson.dumps, orjson.loads(text)))
    # Without reading them: 20,000 would keep the interpreter from everybody else for a tenth of a second.
    return orjson.Fragment(b"[" + _NAMED + text[2:-1].replace(_BETWEEN + b"{", b"," + _NAMED) + b"]")


def pick(frame: bytes, positions: Collection[int], number: int) -> dict[int, dict[str, Any]]:
    """Return the outcomes at some positions of a packed list.

    Args:
        frame: The list.
        positions: Which of them; one that it does not have is left out.
        number: How many outcomes it has.
    """
    text = zstandard.ZstdDecompressor().decompress(frame)
    wanted = [each for each in positions if 0 <= each < number]
    if b"\n" not in text:  # within a text it would be escaped
        whole = orjson.loads(text)
        return {each: whole[each] for each in wanted}
    return {each: orjson.loads(_line(text, each, number)) for each in wanted}


def _line(text: bytes, number: int, lines: int) -> bytes:
    """Return a line's outcome, looked for from where it would be if all lines were as long as each other.

    Going from line to line takes longer than reading all bytes before it at once.
    """
    here = len(text) * number // lines
    at = text.count(b"\n", 0, here)
    while at < number:
        here, at = text.find(b"\n", here) + 1, at + 1
    while at > number:
        here, at = text.rfind(b"\n", 0, here), at - 1
    begins = text.rfind(b"\n", 0, here) + 1 or 1
    ends = text.find(_BETWEEN, begins)
    return text[begins : ends if ends > 0 else -1]
