"""The doubts of a text, and what came of each.

A doubt is a phrase such as `Wait, no` or `let me check again`; several with hardly a word between them are one. What
follows it, up to the next doubt and for a few passages at most, is its window. A doubt is productive when its window
says something new: a number, a value or a sum that the text has not stated before, or some new words about the problem.
A new number that comes out of a sum that does not hold is not counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from rewards.text.cues import DOUBT, cues
from rewards.text.passages import Passage, passages

MAX_DOUBTS = 300
"""Doubts behind which a text is not read; far fewer earn the whole penalty."""
WINDOW = 4
"""Passages behind a doubt's own that belong to its window."""

_NEAR = 12
"""Characters between two doubts that are one."""
_WORDS = 3
"""New words that are something new."""
_SHINGLE = 3
_COMPARED = 40
"""Words of a window that are compared with other windows."""
_FAR = 3
_ALIKE = 0.6
"""The share of common runs of words from which two windows are near-duplicates."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One doubt and what came of it."""

    cue: str
    news: str
    """What is new in its window: `number`, `value`, `sum`, `words`, or nothing."""
    is_repeated: bool
    """Whether its window is a near-duplicate of an earlier doubt's."""


@dataclass(frozen=True, slots=True)
class _Place:
    passage: int
    start: int
    end: int


class _Said:
    """What a text has stated so far."""

    def __init__(self) -> None:
        self._numbers: set[str] = set()
        self._words: set[str] = set()
        self._claims: set[str] = set()
        self._sums: set[object] = set()

    def add(self, passage: Passage) -> None:
        """Take note of what a passage states."""
        self._numbers |= passage.numbers
        self._words |= passage.words
        self._claims.update(passage.claims)
        self._sums.update(each.key for each in passage.sums)

    def news(self, window: list[Passage]) -> str:
        """Return what kind of thing a window states that was not stated before; nothing where there is none."""
        stated = list(chain.from_iterable(passage.sums for passage in window))
        false = {number for each in stated if not each.holds for number in (*each.numbers, *each.results)}
        if any(each.holds and not each.is_trivial and each.key not in self._sums for each in stated):
            return "sum"
        if {number for passage in window for number in passage.numbers} - self._numbers - false:
            return "number"
        if {claim for passage in window for claim in passage.claims} - self._claims - self._numbers - false:
            return "value"
        words = {word for passage in window for word in passage.words} - self._words
        return "words" if len(words) >= _WORDS else ""


def doubts(text: str) -> list[Doubt]:
    """Return the doubts of a text, in order."""
    read = passages(text)
    said = _Said()
    noted = 0
    found: list[Doubt] = []
    windows: list[list[tuple[str, ...]]] = []
    for place, following in _pairs(read):
        for passage in read[noted : place.passage]:
            said.add(passage)
        noted = place.passage
        said.add(read[place.passage].part(0, place.start))
        window = _window(read, place, following)
        shingles = _shingles(window)
        repeated = any(_alike(shingles, other) for other in windows)
        cue = read[place.passage].text[place.start : place.end]
        found.append(Doubt(" ".join(cue.split()), said.news(window), repeated))
        windows.append(shingles)
        if len(found) == MAX_DOUBTS:
            break
    return found


def _pairs(read: list[Passage]) -> Iterator[tuple[_Place, _Place | None]]:
    """Yield every doubt with the one that follows it."""
    last: _Place | None = None
    for place in _places(read):
        if last is not None:
            yield last, place
        last = place
    if last is not None:
        yield last, None


def _places(read: list[Passage]) -> Iterator[_Place]:
    """Yield where the doubts stand; those that follow each other closely are one."""
    for index, passage in enumerate(read):
        start = end = -1
        for cue in cues(DOUBT, passage.text):
            if start < 0:
                start, end = cue.span()
            elif cue.start() - end <= _NEAR:
                end = cue.end()
            else:
                yield _Place(index, start, end)
                start, end = cue.span()
        if start >= 0:
            yield _Place(index, start, end)


def _window(read: list[Passage], place: _Place, following: _Place | None) -> list[Passage]:
    if following is not None and following.passage == place.passage:
        return [read[place.passage].part(place.end, following.start)]
    own = read[place.passage].part(place.end)
    last = place.passage + WINDOW
    if following is None or following.passage > last:
        return [own, *read[place.passage + 1 : last + 1]]
    return [own, *read[place.passage + 1 : following.passage], read[following.passage].part(0, following.start)]


def _shingles(window: list[Passage]) -> list[tuple[str, ...]]:
    words = " ".join(passage.text.lower() for passage in window).split()[:_COMPARED]
    return [tuple(words[place : place + _SHINGLE]) for place in range(max(1, len(words) - _SHINGLE + 1))]


def _alike(one: list[tuple[str, ...]], other: list[tuple[str, ...]]) -> bool:
    """Return whether two windows begin alike: as far as the shorter goes, unless that is no way at all."""
    shorter, longer = sorted((len(one), len(other)))
    if shorter * _FAR < longer:
        return False
    first, second = set(one[:shorter]), set(other[:shorter])
    return len(first & second) > _ALIKE * len(first | second)


__all__ = ["MAX_DOUBTS", "WINDOW", "Doubt", "doubts"]
