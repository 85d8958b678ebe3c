"""Equal questions that are asked at the same time are asked once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from service.judging.counts import JudgeCounts

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Flight:
    task: "asyncio.Task[Any]"
    waiting: int = 0
    has_left: bool = False
    """Whether the call is on its way: then it is paid for, and is let finish whoever still waits."""


class Flights:
    """What is being asked, by key.

    Args:
        counts: Where questions are counted that found theirs on its way.
    """

    def __init__(self, counts: JudgeCounts) -> None:
        self._flights: dict[bytes, _Flight] = {}
        self._counts = counts

    async def join(self, key: bytes, ask: Callable[[Callable[[], None]], Awaitable[T]]) -> T:
        """Return what `ask` returns, asked once for all who want the same at the same time.

        Where nobody waits any more, a question that has not left is dropped. One that has is paid for: it comes home
        and is kept.

        Args:
            key: What makes questions equal.
            ask: Asks; calls the function that it is given when the question leaves.
        """
        flight = self._flights.get(key)
        if flight is None:
            flight = _Flight(asyncio.ensure_future(ask(lambda: self._leave(key))))
            self._flights[key] = flight
            flight.task.add_done_callback(lambda _: self._land(key, flight))
        else:
            self._counts.shared += 1
        flight.waiting += 1
        try:
            return cast("T", await asyncio.shield(flight.task))
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.has_left and not flight.task.done():
                flight.task.cancel()
                self._land(key, flight)  # whoever comes now must not wait for what was dropped

    async def stop(self) -> None:
        """Drop every question."""
        tasks = [flight.task for flight in self._flights.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _leave(self, key: bytes) -> None:
        if key in self._flights:
            self._flights[key].has_left = True

    def _land(self, key: bytes, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
        if flight.task.done() and not flight.task.cancelled():
            flight.task.exception()  # where nobody waits any more, nobody else looks at it
