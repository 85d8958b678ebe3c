"""Checks the quotes that a judge gives as evidence."""

import re
from collections.abc import Iterable

_SPACE = re.compile(r"\s+")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_WORD = re.compile(r"\w")
_LEAST_CHARS = 2


def is_quoted(quote: str, texts: Iterable[str]) -> bool:
    """Return whether a quote stands in one of the texts, word for word; how it is spaced does not matter.

    A quote without two characters, or without a letter or a digit, is none. Escapes as the judge was shown them count
    as what they stand for.
    """
    wanted = _plain(_ESCAPE.sub(lambda found: chr(int(found[1], 16)), quote))
    if len(wanted) < _LEAST_CHARS or not _WORD.search(wanted):
        return False
    return any(wanted in _plain(text) for text in texts)


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
