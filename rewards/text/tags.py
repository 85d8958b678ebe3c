"""Why a text does not follow a sequence of tags."""

from collections.abc import Iterable


def first_missing(text: str, tags: Iterable[str]) -> str | None:
    """Return the first tag that does not stand after its predecessors, or None when all stand in order."""
    position = 0
    for tag in tags:
        found = text.find(tag, position)
        if found < 0:
            return tag
        position = found + len(tag)
    return None
