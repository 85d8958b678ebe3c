"""The pool's queue: batches take turns, so that a large one cannot keep a small one waiting behind all of it."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class TurnQueue(Generic[T]):
    """Entries in one line per owner; `pop` takes from each owner in turn."""

    def __init__(self) -> None:
        self._lines: OrderedDict[Hashable, deque[T]] = OrderedDict()
        self._filled: asyncio.Future[None] | None = None

    def put(self, owner: Hashable, entry: T) -> None:
        """Add an entry at the end of its owner's line."""
        self._lines.setdefault(owner, deque()).append(entry)
        self._wake()

    def put_first(self, owner: Hashable, entry: T) -> None:
        """Add an entry at the head of its owner's line."""
        self._lines.setdefault(owner, deque()).appendleft(entry)
        self._wake()

    def pop(self) -> T | None:
        """Remove and return the first entry of the owner whose turn it is, or None where nothing waits."""
        if not self._lines:
            return None
        owner, line = next(iter(self._lines.items()))
        entry = line.popleft()
        if line:
            self._lines.move_to_end(owner)
        else:
            del self._lines[owner]
        return entry

    def pop_of(self, owner: Hashable) -> T | None:
        """Remove and return the first entry of an owner out of turn, or None where it has none."""
        line = self._lines.get(owner)
        if line is None:
            return None
        entry = line.popleft()
        if not line:
            del self._lines[owner]
        return entry

    def waiting(self, owner: Hashable) -> int:
        """Return how many entries an owner has waiting."""
        return len(self._lines.get(owner, ()))

    def filled(self) -> asyncio.Future[None]:
        """Return a future that is done when something waits; shared, so not to be cancelled.

        Somebody else may pop it first.
        """
        if self._filled is None or self._filled.done():
            self._filled = asyncio.get_running_loop().create_future()
            if self._lines:
                self._filled.set_result(None)
        return self._filled

    def _wake(self) -> None:
        if self._filled is not None and not self._filled.done():
            self._filled.set_result(None)
