"""Tells a text that stops within a word."""

import re

_LAST = re.compile(r"(?<![\w\\$-])[^\W\d_]{2,40}\Z")
_WORD = re.compile(r"[^\W\d_]{2,60}")
_DENSE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff\uac00-\ud7af]")
_INFLECTIONS = frozenset(
    (  # noqa: SIM905 - a table of words reads best as one text
        "a al ally an ance ant ar at ate d e ed el en ence er ern ers es est et ful i ia ic ical ie ies ing ings ion"
        " ional ions is ist ity ive l le less ly m ment ments n na ne ness nd o on or ors ous r re s se sh ship st t te"
        " ten ter th tion tions ts ty u um ur us y"
    ).split()
)
"""What words end with, so that the one is a form of the other."""


def ends_within_word(text: str, prompt: str | None = None) -> bool:
    """Return whether a text ends with the head of a word that stands in it or in its prompt, and is none itself.

    `240 books, of which 80 nov` does, behind `a third are novels`. Where the tail is one that words are formed with,
    as in `car` behind `cars`, it is a word.
    """
    text = text.rstrip()
    last = _LAST.search(text[-100:])
    if last is None or _DENSE.search(last[0]):
        return False
    head = last[0].lower()
    before = {word.lower() for word in _WORD.findall(text[: len(text) - len(head)])}
    before.update(word.lower() for word in _WORD.findall(prompt or ""))
    if head in before:
        return False
    longer = [word for word in before if word.startswith(head)]
    return bool(longer) and not any(word[len(head) :] in _INFLECTIONS for word in longer)
