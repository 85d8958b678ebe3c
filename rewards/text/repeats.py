"""How much of a text says again what it has just said, near and far, in any script."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WORD = re.compile(r"\w+|[^\w\s]")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Scale:
    """Which repetition is looked for: of so many units in a row, within so many units."""

    unit: str
    ngram: int
    window: int
    free: float
    """The share of repeated n-grams that honest texts reach, formulas and tables of mathematics among them."""


SCALES = (
    Scale("words", 4, 64, 0.75),
    Scale("words", 8, 200, 0.5),
    Scale("words", 24, 1_000, 0.25),
    Scale("characters", 12, 200, 0.5),
    Scale("characters", 64, 4_000, 0.25),
)


@dataclass(frozen=True, slots=True)
class Repeats:
    """The worst window of a text."""

    excess: float
    """How far its share lies between what is free, 0, and everything, 1."""
    share: float
    """The share of its n-grams that have occurred in it before."""
    scale: Scale
    start: int
    """Where it begins, in units."""


def worst(text: str) -> Repeats | None:
    """Return the window with the largest excess over all scales; None where no window exceeds what is free."""
    folded = text.lower()
    units = {"words": _coded(_WORD.findall(folded)), "characters": _SPACE.sub("", folded)}
    found = [repeats for scale in SCALES for repeats in _windows(units[scale.unit], scale)]
    return max(found, key=lambda repeats: repeats.excess, default=None)


def _windows(units: str, scale: Scale) -> Iterator[Repeats]:
    """Yield the windows that exceed what is free; each begins in the middle of the one before."""
    last = max(len(units) - scale.window, 0)
    half = scale.window // 2
    for start in sorted({*range(0, last, half), last}):
        end = min(start + scale.window, len(units))
        total = end - start - scale.ngram + 1
        if total < scale.ngram:
            continue
        unique = len({units[place : place + scale.ngram] for place in range(start, start + total)})
        share = 1 - unique / total
        if share > scale.free:
            yield Repeats((share - scale.free) / (1 - scale.free), share, scale, start)


def _coded(words: list[str]) -> str:
    """Return the words as one character each, so that n-grams of words are cut as fast as those of characters."""
    codes: dict[str, str] = {}
    return "".join([codes.setdefault(word, chr(len(codes))) for word in words])
