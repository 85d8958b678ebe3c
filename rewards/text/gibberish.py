"""Tells letters that say nothing from words of any language."""

import regex

from rewards.text.language_words import ENGLISH_ENDINGS, SYMBOLS, WORDS
from rewards.text.prose import prose

_LATIN = regex.compile(r"(?<![\p{L}\p{N}_])\p{Latin}[\p{Latin}\p{M}]{2,}+(?:['’]\p{Latin}++)?")  # noqa: RUF001 - both are written
_VOWELS = "aeiouyáéíóúàèìòùâêîôûäöüåæøœăąęėıőűůý"  # noqa: RUF001 - as languages write them
_UNSPOKEN = regex.compile(rf"[bcdfghjklmnpqrstvwxz]{{4}}|([a-z])\1\1|\A[^{_VOWELS}]+\Z", regex.IGNORECASE)
_FEW_WORDS = 6
_KNOWN_SHARE = 0.1
_UNSPOKEN_SHARE = 0.25


def is_gibberish(text: str) -> bool:
    """Return whether the words of a text are neither common in any language nor such as could be spoken.

    Words of three Latin letters and more are looked at, and where there are fewer than six nothing is told. At least
    every tenth word of honest prose is one of the commonest of its language, of which twenty are known; a language that
    is not among them is told from random letters by its vowels.
    """
    words = _LATIN.findall(prose(text))
    if len(words) < _FEW_WORDS:
        return False
    if sum(map(_is_known, words)) >= _KNOWN_SHARE * len(words):
        return False
    return sum(_UNSPOKEN.search(word) is not None for word in words) > _UNSPOKEN_SHARE * len(words)


def _is_known(word: str) -> bool:
    word = word.lower().replace("’", "'")  # noqa: RUF001 - the point of it
    return word in WORDS or word in SYMBOLS or word.partition("'")[2] in ENGLISH_ENDINGS
