"""Whether each of several tags occurs once, in order."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """What keeps a text from having each tag once, in order."""

    reason: str
    """`missing_tag`, `repeated_tag` or `wrong_order`."""
    tag: str
    """The first tag that is at fault."""

    @property
    def explanation(self) -> str:
        """The fault in one sentence."""
        said = {"missing_tag": "does not occur", "repeated_tag": "occurs more than once"}
        return f"{self.tag} {said.get(self.reason, 'stands before a tag that it must follow')}."


def fault(text: str, tags: Sequence[str]) -> Fault | None:
    """Return why a text does not have each tag exactly once and in this order, or None when it has."""
    for tag in tags:
        count = text.count(tag)
        if count != 1:
            return Fault("repeated_tag" if count else "missing_tag", tag)
    places = [text.find(tag) for tag in tags]
    for tag, place, before in zip(tags[1:], places[1:], places, strict=False):
        if place < before:
            return Fault("wrong_order", tag)
    return None
