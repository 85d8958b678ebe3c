"""Where the texts of the record lie, as its readers see it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import orjson
import zstandard

from service.record.packing import TextFrame, TextPlace, TextSample, decompress, unpack


class Shelf(Protocol):
    """Keeps texts."""

    @property
    def is_empty(self) -> bool:
        """Whether there are none at all."""
        ...

    def read(self, place: TextPlace) -> bytes | None:
        """Return the texts at a place, a `TextFrame` in JSON; None where they are gone."""
        ...


class NoShelf:
    """Keeps none."""

    is_empty = True

    def read(self, place: TextPlace) -> None:
        """Return that the texts are gone."""


class FolderShelf:
    """Reads the files of texts in a folder, of which each belongs to one run.

    Args:
        folder: Where they are.
    """

    is_empty = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, place: TextPlace) -> bytes | None:
        """Return the texts at a place, a `TextFrame` in JSON; None where they are gone."""
        try:
            with (self._folder / place.file).open("rb") as file:
                file.seek(place.offset)
                return decompress(file.read(place.length))
        except (OSError, zstandard.ZstdError):
            return None


class Kept(TextSample):
    """The texts of a sample, with its prompt."""

    prompt: str | None


def frame_in(data: bytes) -> TextFrame | None:
    """Return the texts that were read; None where they are none."""
    try:
        found: TextFrame = orjson.loads(data)
    except ValueError:
        return None
    return found


def places_of(packed: bytes | None) -> list[TextPlace]:
    """Return where the texts of a request lie."""
    return [] if packed is None else [TextPlace(*fields) for fields in unpack(packed)]


def frames_of(shelf: Shelf, packed: bytes | None) -> Iterator[tuple[TextPlace, TextFrame]]:
    """Yield the texts of a request, by prompt, as far as they are there, with where they lie."""
    for place in places_of(packed):
        data = shelf.read(place)
        frame = None if data is None else frame_in(data)
        if frame is not None:
            yield place, frame


def texts_of(shelf: Shelf, packed: bytes | None) -> dict[int, Kept]:
    """Return the texts of a request's samples by their positions, as far as they are there.

    Args:
        shelf: Where they lie.
        packed: `requests.texts`.
    """
    return {
        position: {**sample, "prompt": frame["prompt"]}
        for place, frame in frames_of(shelf, packed)
        for position, sample in zip(place.positions, frame["samples"], strict=True)
    }
