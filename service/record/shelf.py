"""Where the texts of the record lie, as its readers see it."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Protocol

import zstandard

from service.record.packing import TextFrame, TextPlace, TextSample, unpack


class Shelf(Protocol):
    """Keeps texts."""

    def frame(self, place: TextPlace) -> TextFrame | None:
        """Return the texts at a place; None where they are gone."""
        ...


class NoShelf:
    """Keeps none."""

    def frame(self, place: TextPlace) -> None:
        """Return that the texts are gone."""


class FolderShelf:
    """Reads the files of texts in a folder, of which each belongs to one run.

    Args:
        folder: Where they are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def frame(self, place: TextPlace) -> TextFrame | None:
        """Return the texts at a place; None where they are gone."""
        try:
            with (self._folder / place.file).open("rb") as file:
                file.seek(place.offset)
                found: TextFrame = unpack(file.read(place.length))
        except (OSError, zstandard.ZstdError, ValueError):
            return None
        return found


class Kept(TextSample):
    """The texts of a sample, with its prompt."""

    prompt: str | None


def places_of(packed: bytes | None) -> list[TextPlace]:
    """Return where the texts of a request lie."""
    return [] if packed is None else [TextPlace(*fields) for fields in unpack(packed)]


def frames_of(shelf: Shelf, packed: bytes | None) -> Iterator[tuple[TextPlace, TextFrame]]:
    """Yield the texts of a request, by prompt, as far as they are there, with where they lie."""
    for place in places_of(packed):
        frame = shelf.frame(place)
        if frame is not None:
            yield place, frame


def texts_of(shelf: Shelf, packed: bytes | None, positions: Collection[int]) -> dict[int, Kept]:
    """Return the texts of some samples of a request, as far as they are there.

    Args:
        shelf: Where they lie.
        packed: `requests.texts`.
        positions: The samples.
    """
    found: dict[int, Kept] = {}
    if isinstance(shelf, NoShelf):
        return found
    for place in places_of(packed):
        wanted = [number for number, position in enumerate(place.positions) if position in positions]
        frame = shelf.frame(place) if wanted else None
        if frame is not None:
            for number in wanted:
                found[place.positions[number]] = {**frame["samples"][number], "prompt": frame["prompt"]}
    return found
