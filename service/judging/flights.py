"""Equal questions that are asked at the same time are asked once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from rewards.errors import JudgeUnavailable

KeyT = TypeVar("KeyT", bound=Hashable)
T = TypeVar("T")
_STOPPING = "The service is stopping."


@dataclass(slots=True, eq=False)
class _Flight:
    waiting: int = 0
    has_left: bool = False
    """Whether the call is on its way: then it is paid for, and is let finish whoever still waits."""

    def leave(self) -> None:
        """Note that the call is on its way."""
        self.has_left = True


class Flights(Generic[KeyT]):
    """What is being asked, by key."""

    def __init__(self) -> None:
        self._flights: dict[KeyT, tuple[_Flight, asyncio.Task[Any]]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_stopped = False

    def __contains__(self, key: KeyT) -> bool:
        return key in self._flights

    async def join(self, key: KeyT, ask: Callable[[Callable[[], None]], Awaitable[T]]) -> T:
        """Return what `ask` returns, asked once for all who want the same at the same time.

        Where nobody waits any more, a question that has not left is dropped. One that has is paid for: it comes home
        and is kept.

        Args:
            key: What makes questions equal.
            ask: Asks; calls the function that it is given when the question leaves.

        Raises:
            JudgeUnavailable: everything is being dropped.
        """
        if self._is_stopped:
            raise JudgeUnavailable(_STOPPING)
        flight, task = self._flights.get(key) or self._start(key, ask)
        flight.waiting += 1
        try:
            return cast("T", await asyncio.shield(task))
        except asyncio.CancelledError:
            waiter = asyncio.current_task()
            if task.cancelled() and waiter is not None and not waiter.cancelling():
                raise JudgeUnavailable(_STOPPING) from None  # else a caller would take it for its own cancellation
            raise
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.has_left and not task.done():
                task.cancel()
                self._land(key, task)  # whoever comes now must not wait for what was dropped

    async def stop(self) -> None:
        """Drop every question, and take no more."""
        self._is_stopped = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(
        self, key: KeyT, ask: Callable[[Callable[[], None]], Awaitable[T]]
    ) -> "tuple[_Flight, asyncio.Task[Any]]":
        flight = _Flight()
        task = asyncio.ensure_future(ask(flight.leave))
        self._flights[key] = flight, task
        self._tasks.add(task)
        task.add_done_callback(lambda _: self._land(key, task))
        return flight, task

    def _land(self, key: KeyT, task: "asyncio.Task[Any]") -> None:
        if self._flights.get(key, (None, None))[1] is task:
            del self._flights[key]
        if task.done():
            self._tasks.discard(task)
            if not task.cancelled():
                task.exception()  # where nobody waits any more, nobody else looks at it
