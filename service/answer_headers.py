"""What an answer says about itself in its headers, whatever its route."""

from collections.abc import Iterator

from service.call import Notes
from service.drain import Drain
from service.retirement import Retirements

Header = tuple[str, str]


class AnswerHeaders:
    """Says what was noted while an answer was made.

    Args:
        retirements: Versions that should not be used any more.
        drain: Whether the service is about to end.
    """

    def __init__(self, retirements: Retirements, drain: Drain) -> None:
        self._retirements = retirements
        self._drain = drain

    def of(self, notes: Notes, seconds: float) -> Iterator[Header]:
        """Yield the headers of an answer that begins so many seconds after its request."""
        if notes.is_unrecorded:
            yield "X-Touchstone-Unrecorded", "1"
        if notes.is_replayed:
            yield "Idempotent-Replayed", "true"
        yield "Server-Timing", _timing({**notes.seconds, "total": seconds})
        yield from self._retirements.headers(notes.rewards)
        if self._drain.has_begun:
            yield "Connection", "close"  # the next request had better go to another replica


def _timing(seconds: dict[str, float]) -> str:
    """Return durations as W3C's Server-Timing has them, in milliseconds."""
    return ", ".join(f"{stage};dur={each * 1000:.3f}" for stage, each in seconds.items())
