"""Answers in words: numbers, and the few short texts that say the same."""

from fractions import Fraction

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {word: place for place, word in enumerate(_ONES)} | {
    word: 10 * place for place, word in enumerate(_TENS, start=2)
}
_LARGE = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_SYNONYMS = {
    "infinitely many": "infinite",
    "infinitely many solutions": "infinite",
    "infinite solutions": "infinite",
    "an infinite number": "infinite",
    "infinity": "infinite",
    "empty set": "none",
    "empty": "none",
    "no solution": "none",
    "no solutions": "none",
    "no real solution": "none",
    "no real solutions": "none",
    "does not exist": "undefined",
    "dne": "undefined",
    "not defined": "undefined",
    "all real numbers": "reals",
    "all reals": "reals",
    "any real number": "reals",
    "real numbers": "reals",
    "yes": "yes",
    "true": "true",
}
_ARTICLES = frozenset(("the", "a", "an", "on", "in", "it", "is", "only"))


def number_in_words(text: str) -> Fraction | None:
    """Return the number that an English text spells, such as `forty-two` or `one half`; None where it spells none."""
    words = text.lower().replace("-", " ").split()
    if not words or len(words) > 20:  # noqa: PLR2004 - no number has more words
        return None
    if words[0] in {"negative", "minus"}:
        positive = number_in_words(" ".join(words[1:]))
        return None if positive is None else -positive
    if words == ["half"]:
        return Fraction(1, 2)
    if words[-3:] == ["and", "a", "half"]:
        whole = _whole(words[:-3])
        return None if whole is None else whole + Fraction(1, 2)
    words = [word for word in words if word != "and"] or words
    if len(words) > 1 and words[-1].rstrip("s") in _PARTS:
        count = _whole(words[:-1]) if words[:-1] != ["a"] else 1
        return None if count is None else Fraction(count, _PARTS[words[-1].rstrip("s")])
    whole = _whole(words)
    return None if whole is None else Fraction(whole)


def _whole(words: list[str]) -> int | None:
    total = current = 0
    for word in words:
        if word in _SMALL:
            current += _SMALL[word]
        elif word == "hundred":
            current = 100 * (current or 1)
        elif word in _LARGE:
            total += _LARGE[word] * (current or 1)
            current = 0
        else:
            return None
    return total + current


def same_words(text: str) -> str:
    """Return a text in the spelling that stands for all that say the same."""
    first, comma, rest = text.partition(",")
    if comma and first in {"yes", "no"} and not {"yes", "no", "not"} & set(rest.split()):
        text = first
    words = [word for word in text.split() if word not in _ARTICLES] or text.split()
    plain = " ".join(words)
    for ending, meaning in _ENDINGS.items():
        if plain.endswith(ending) and len(words) <= _LONGEST_STATEMENT and "," not in plain:
            return meaning
    return _SYNONYMS.get(plain, plain)


def covers(gold: str, answer: str) -> bool:
    """Return whether an answer's words are the reference's, but for nouns that say nothing more."""
    ours, theirs = set(same_words(gold).split()), set(same_words(answer).split())
    return ours == theirs or (ours < theirs and theirs - ours <= _NOUNS)


_LONGEST_STATEMENT = 6
_ENDINGS = {"no solution": "none", "no solutions": "none", "no real solution": "none", "no real solutions": "none"}
_NOUNS = frozenset("triangle function number numbers integer integers line curve".split())
