"""Lines in which entries wait, and a bell that tells who waits for them."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class TurnQueue(Generic[T]):
    """Entries in one line per owner; `pop` takes from each owner in turn.

    So a large batch cannot keep a small one waiting behind all of it.
    """

    def __init__(self) -> None:
        self._lines: OrderedDict[Hashable, deque[T]] = OrderedDict()

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._lines)

    def put(self, owner: Hashable, entry: T) -> None:
        """Add an entry at the end of its owner's line."""
        self._lines.setdefault(owner, deque()).append(entry)

    def put_first(self, owner: Hashable, entry: T) -> None:
        """Add an entry at the head of its owner's line."""
        self._lines.setdefault(owner, deque()).appendleft(entry)

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


class Bell:
    """Wakes all who wait when there may be something for them. Somebody else may take it first."""

    def __init__(self) -> None:
        self._next: asyncio.Future[None] | None = None

    def next(self) -> asyncio.Future[None]:
        """Return a future that is done when the bell rings after now; shared, so not to be cancelled."""
        if self._next is None or self._next.done():
            self._next = asyncio.get_running_loop().create_future()
        return self._next

    def ring(self) -> None:
        """Wake those who wait."""
        if self._next is not None and not self._next.done():
            self._next.set_result(None)
