"""How the SQuAD evaluation compares answers: by their words, without case, punctuation and articles."""

import re
import string

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLE = re.compile(r"\b(?:a|an|the)\b")


def plain_words(text: str) -> list[str]:
    """Return the words of a text in lower case, without ASCII punctuation and the articles `a`, `an` and `the`."""
    return _ARTICLE.sub(" ", text.lower().translate(_PUNCTUATION)).split()
