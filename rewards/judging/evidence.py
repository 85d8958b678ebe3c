"""Checks the quotes that a judge gives as evidence."""

import re
from collections.abc import Sequence

from rewards.errors import JudgeUnparsable

_DROPPED = re.compile(r"[\s\\]+")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_MISREAD = re.compile(r"\\[bfnrt]")
_WORD = re.compile(r"\w")
_MARKS = "\"'`“”„«»‘’"  # noqa: RUF001 - what judges put around a quote
_LEAST_CHARS = 2


def is_quoted(quote: str, texts: Sequence[str]) -> bool:
    r"""Return whether a quote stands in one of the texts, letter for letter; how it is spaced does not matter.

    A quote without two characters, or without a letter or a digit, is none. Escapes as the judge was shown them count
    as what they stand for, backslashes do not count, and `\frac` may have been read as JSON reads it, as a form feed
    and `rac`: judges write all of these.
    """
    wanted = _plain(_ESCAPE.sub(lambda found: chr(int(found[1], 16)), quote.strip().strip(_MARKS)).replace("\b", ""))
    if len(wanted) < _LEAST_CHARS or not _WORD.search(wanted):
        return False
    return any(wanted in _plain(text) or wanted in _plain(_MISREAD.sub("", text)) for text in texts)


def check_quote(what: str, quote: str, texts: Sequence[str]) -> None:
    """Do nothing where a quote stands in one of the texts.

    Raises:
        JudgeUnparsable: it does not, so what it is evidence for is no verdict.
    """
    if not is_quoted(quote, texts):
        raise JudgeUnparsable(f"The judge's quote for {what} does not stand in what it was shown.")


def _plain(text: str) -> str:
    return _DROPPED.sub("", text)
