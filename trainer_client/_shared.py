"""One answer for several askers."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

MAX_ENTRIES = 64
"""Answers kept for askers that may never come; in order, so that the oldest goes first."""


@dataclass(slots=True)
class Entry(Generic[T]):
    """An answer, or the promise of one, and who has had it."""

    answer: Future[T] = field(default_factory=Future)
    takers: set[int] = field(default_factory=set)


class SharedAnswers(Generic[T]):
    """Asks once for what a fixed number of takers want, whichever comes first, and forgets it after the last.

    Args:
        takers: How many will come for each answer.
    """

    def __init__(self, takers: int) -> None:
        self._takers = takers
        self._entries: dict[bytes, Entry[T]] = {}
        self._lock = threading.Lock()

    def take(self, key: bytes, taker: int, ask: Callable[[], T]) -> T:
        """The answer for this key.

        The first taker asks, those who come meanwhile wait for the same answer or the same error. A taker
        that comes twice means another batch with the same content, and that is asked for anew.
        """
        entry, first = self._entry(key, taker)
        if first:
            try:
                entry.answer.set_result(ask())
            except BaseException as error:
                entry.answer.set_exception(error)
                self._forget(key, entry)
                raise
        return entry.answer.result()

    def __len__(self) -> int:
        return len(self._entries)

    def _entry(self, key: bytes, taker: int) -> tuple[Entry[T], bool]:
        with self._lock:
            entry = self._entries.get(key)
            first = entry is None or taker in entry.takers
            if entry is None or first:
                self._entries.pop(key, None)
                entry = self._entries[key] = Entry()
            entry.takers.add(taker)
            if len(entry.takers) == self._takers:
                del self._entries[key]
            while len(self._entries) > MAX_ENTRIES:
                del self._entries[next(iter(self._entries))]
            return entry, first

    def _forget(self, key: bytes, entry: Entry[T]) -> None:
        with self._lock:
            if self._entries.get(key) is entry:
                del self._entries[key]
