"""How the record packs what it keeps: JSON in frames of Zstandard.

`results.outcomes` is a packed list of outcomes, as `ScoreResponse` has them but for their ids. A request that names no
run is one of the run `default`; a build that is not proven has the behaviour "".

`requests.texts` is a packed list of `TextPlace`s, as lists of their fields in order. Each says where a packed
`TextFrame` lies in one of the files of texts, as an object with the fields of `TextFrame`. A file that is not there any
more, or not here, holds texts that are gone.
"""

import json
import threading
from typing import Any, NamedTuple, TypedDict

import orjson
import zstandard

from rewards.frames import Json

LEVEL = 3
"""Above it, texts cost more time than they save bytes."""


_kept = threading.local()
"""The compressor of each thread: making one takes as long as compressing a short text."""
DEFAULT_RUN = "default"
"""The run of requests that name none."""


class TextPlace(NamedTuple):
    """Where the texts of one prompt's samples are."""

    file: str
    """Name of the file, in the folder of texts."""
    offset: int
    """Bytes before the frame."""
    length: int
    """Bytes of the frame."""
    positions: list[int]
    """The samples of the request whose texts it holds."""


class TextSample(TypedDict):
    """What was scored, but for its prompt."""

    completion: str
    reference: Json
    group: str | None
    completion_tokens: int | None
    completion_ids: list[int] | None


class TextFrame(TypedDict):
    """The samples of one prompt, which are compressed together since they resemble each other."""

    prompt: str | None
    samples: list[TextSample]
    sizes: list[int]
    """How many samples of the request are in the group of each: who has fewer texts of a group has a part of it."""


def pack(value: object) -> bytes:
    """Return a value as JSON in a frame."""
    return compress(encode(value))


def compress(text: bytes) -> bytes:
    """Return JSON in a frame."""
    compressor: zstandard.ZstdCompressor | None = getattr(_kept, "compressor", None)
    if compressor is None:
        compressor = _kept.compressor = zstandard.ZstdCompressor(level=LEVEL)
    return compressor.compress(text)


def encode(value: object) -> bytes:
    """Return a value as JSON, the same bytes for equal values whatever the order of their fields."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a number of more than 64 bits
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def unpack(frame: bytes) -> Any:  # noqa: ANN401 - whatever was packed
    """Return what a frame holds."""
    return orjson.loads(decompress(frame))


def decompress(frame: bytes) -> bytes:
    """Return the JSON in a frame."""
    return zstandard.ZstdDecompressor().decompress(frame)
