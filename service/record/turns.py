"""Turns at reading: of each team a few at a time, so that one that reads much keeps the service from nobody else."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

_AT_ONCE = 2
"""Of one team."""

T = TypeVar("T")


class Turns:
    """Lets each team read a few pages at a time; the others of its own wait, in the order in which they came."""

    def __init__(self) -> None:
        self._places: dict[str, asyncio.Semaphore] = {}

    async def take(self, team: str, read: Callable[[], Awaitable[T]]) -> T:
        """Return what is read, when it is the team's turn.

        The place is free again when it is read, also where the caller has left by then: a thread goes on.
        """
        places = self._places.setdefault(team, asyncio.Semaphore(_AT_ONCE))
        await places.acquire()
        reading = asyncio.ensure_future(read())
        reading.add_done_callback(lambda _: places.release())
        try:
            return await asyncio.shield(reading)
        except asyncio.CancelledError:
            reading.add_done_callback(_look)
            raise


def _look(reading: "asyncio.Future[T]") -> None:
    """Take note of what nobody waits for any more."""
    if not reading.cancelled():
        reading.exception()
