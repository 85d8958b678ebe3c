"""Checks the quotes that a judge gives as evidence."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property

import regex

from rewards.errors import JudgeUnparsable

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_MISREAD = re.compile(r"\\[bfnrt]")
_AS_READ = re.compile(r"[\b\f\n\r\t]")
_WORD = re.compile(r"\w")
_PILE = regex.compile(r"\p{M}{12}")
_EMPHASIS = re.compile(r"(?<![\d)])\*|\*(?![\d(])")
_ALIKE = (
    *((dash, "-") for dash in "‐‑‒–—―−"),  # noqa: RUF001 - the point of it
    *((sign, "*") for sign in "×·∙⋅"),  # noqa: RUF001 - as above
    *(("÷", "/"), ("…", "..."), ("**", ""), ("_", "")),
    *((mark, "") for mark in "\\$`'\"‘’‚‛“”„‟«»‹›´′″\b\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"),  # noqa: RUF001 - as above
)
"""What judges write for another, or leave away: dashes, signs of multiplication, quotation marks, Markdown."""
_ENDS = ".,;:!?…。，、：；！？"  # noqa: RUF001 - as languages end their sentences
_BETWEEN = "\x00"
_LEAST_CHARS = 2


class Source:
    r"""Texts in which quotes are looked up.

    A quote stands in a text where it does letter for letter, and also where it differs from it in the ways in which
    judges copy: spaces, capitals, the kind of a dash or a quotation mark, a cross for `*`, marks of Markdown and
    dollars left away, a full stop or dots at its ends, escapes as the judge was shown them, backslashes doubled or
    left away, and `\frac` as JSON reads it, a form feed and `rac`. All else has to be the same.

    Args:
        texts: What the judge was shown. No quote runs over two of them.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts

    def holds(self, quote: str) -> bool:
        """Return whether a quote stands in one of the texts.

        One without two characters, unless it is the whole text, or without a letter or a digit, is none.
        """
        if len(quote.strip()) < _LEAST_CHARS and quote.strip() not in map(str.strip, self._texts):
            return False
        if not _WORD.search(quote):
            return False
        if any(quote in text for text in self._texts):
            return True
        wanted = _folded(_ESCAPE.sub(lambda found: chr(int(found[1], 16)), quote)).strip(_ENDS)
        if len(wanted) < _LEAST_CHARS or not _WORD.search(wanted):
            return False
        return wanted in self._alike or (_AS_READ.search(quote) is not None and wanted in self._misread)

    @cached_property
    def _alike(self) -> str:
        return _BETWEEN.join(map(_folded, self._texts))

    @cached_property
    def _misread(self) -> str:
        return _BETWEEN.join(_folded(_MISREAD.sub("", text)) for text in self._texts)


def check_quote(what: str, quote: str, source: Source) -> None:
    """Do nothing where a quote stands in one of the texts.

    Raises:
        JudgeUnparsable: it does not, so what it is evidence for is no verdict.
    """
    if not source.holds(quote):
        raise JudgeUnparsable(f"The judge's quote for {what} does not stand in what it was shown.")


def _folded(text: str) -> str:
    """Return what has to be the same. Accents in heaps are slow to put in order, so they stay."""
    if not text.isascii() and not _PILE.search(text):
        text = unicodedata.normalize("NFC", text)
    text = text.casefold()
    for one, other in _ALIKE:
        text = text.replace(one, other)
    return _EMPHASIS.sub("", "".join(text.replace(_BETWEEN, "").split()))
