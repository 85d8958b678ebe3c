"""The texts that one answer shows: as many as it has room for, since a page of long ones would be a gigabyte."""

import orjson

from service.record.packing import TextPlace
from service.record.shelf import Kept, Shelf, frame_in, places_of

ROOM_BYTES = 8 << 20
"""Of texts in one answer, those counted that have to be read for it."""


class ShownTexts:
    """Reads texts until there is no room for more.

    Args:
        shelf: Where they lie.
        room: Bytes, of JSON. The text with which they are used up is the last one that is shown.
    """

    def __init__(self, shelf: Shelf, room: int = ROOM_BYTES) -> None:
        self._shelf = shelf
        self._left = room
        self._places: dict[int, dict[int, tuple[TextPlace, int]]] = {}
        """For each request and sample, where its text lies, and the number that it has there."""
        self._frames: dict[tuple[str, int], list[Kept]] = {}

    @property
    def is_full(self) -> bool:
        """Whether there is no room for more."""
        return self._left <= 0

    def is_kept(self, request_id: int, packed: bytes | None, position: int) -> bool:
        """Return whether the text of a sample was kept, as far as the record knows."""
        return position in self._placed(request_id, packed)

    def of(self, request_id: int, packed: bytes | None, position: int) -> orjson.Fragment | None:
        """Return the text of a sample in JSON; None where it is not there, or there is no room.

        Args:
            request_id: The id of its row.
            packed: `requests.texts`.
            position: The sample.
        """
        placed = None if self.is_full else self._placed(request_id, packed).get(position)
        if placed is None:
            return None
        place, number = placed
        samples = self._frame(place)
        if not samples:
            return None
        text = orjson.dumps(samples[number])
        self._left -= len(text)
        return orjson.Fragment(text)

    def _placed(self, request_id: int, packed: bytes | None) -> dict[int, tuple[TextPlace, int]]:
        found = self._places.get(request_id)
        if found is None:
            found = self._places[request_id] = {
                position: (place, number)
                for place in ([] if self._shelf.is_empty else places_of(packed))
                for number, position in enumerate(place.positions)
            }
        return found

    def _frame(self, place: TextPlace) -> list[Kept]:
        known = self._frames.get((place.file, place.offset))
        if known is None:
            data = self._shelf.read(place)
            frame = None if data is None else frame_in(data)
            self._left -= len(data or b"")
            known = [] if frame is None else [{**each, "prompt": frame["prompt"]} for each in frame["samples"]]
            self._frames[place.file, place.offset] = known
        return known
