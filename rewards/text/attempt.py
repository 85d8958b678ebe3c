"""Tells texts that attempt nothing from texts that attempt an answer, without a reference.

A reward that has no verdict, such as one for length or language, would pay an empty or stuffed completion like an
honest one. `refusal` is the gate before it. A rule here names a way of writing nothing at length; whether an attempt
is any good is for others to say, and where a rule is unsure the text is an attempt.
"""

import re
from dataclasses import dataclass

import regex

from rewards.text.lookalikes import has_lookalikes

_READ_CHARS = 16_000
"""Characters read from each end of a longer text."""

_WORD = regex.compile(
    r"[∞∅\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]|\p{L}[\p{L}\p{M}]*+|\p{N}++",
    regex.VERSION1,
)
"""A word or a number; one character, in scripts that put no spaces between words."""
_ASCII_WORD = re.compile(r"[a-z]+|[0-9]+")
_TAG = re.compile(r"</?[A-Za-z][\w.-]{0,40}+\s*+/?>")
_ANSWER_MARKS = ("####", "\\boxed", "<answer>", "answer is", "answer:", "option is", "choice is")
_OPTION = re.compile(r"(?<![\w'’])[A-J](?![\w'’])")
_CHOSEN = re.compile(r"(?<!\w)[A-HJ]\W*+$")
_SENTENCE_END = re.compile(r"[.!?…]['\"”’)*\]]*+(?=\s|$)|[。！？।؟]")
_ANSWERING = re.compile(r"\banswer|####|\\boxed|=[^=]{0,30}+$", re.IGNORECASE)
_CUT_ENDINGS = frozenset(",;:=+-–—/\\^_([{<&|")

_ANNOUNCING = frozenset(
    "a about all alright an and answer begin by can carefully consider conclusion do explain explanation final finally "
    "first follow following follows go going have here i in into is it let ll look me my need next now of ok okay on "
    "one order output problem process question reason reasoning response result s should so solution solve solving "
    "start step steps sure task that the then these think thinking this thought thoughts through to together try up us "
    "want we well what will with work working you your".split()
)
"""Words of which openings are made: "Let's solve this problem step by step", "Thought process:", "Final answer"."""
_REASONING = frozenset(
    "actually again aha alternatively because but check checked checking confirm consequently consider correct "
    "correction double error finally first hence hmm hold however instead key mistake moreover next oops perhaps "
    "reason reasoning recheck reconsider reevaluate reexamine reflect reflection rethink revisit second since so step "
    "sure then therefore think third thus verification verify verifying wait wrong".split()
)
"""Words that keyword counters pay for."""

_MOST_ANNOUNCING = 25
_MANY_ANSWERS = 5
_WORDS_AN_ANSWER = 6
_MANY_OPTIONS = 4
_MOST_OPTIONS = 10
_WORDS_AN_OPTION = 3
_FEW_WORDS = 8
_MANY_WORDS = 40
_DISTINCT_SHARE = 0.2
_LONG_WORD = 100
_FEW_LETTERS = 8
_ECHO_SHARE = 0.9
_ECHO_COVERAGE = 0.4
_SENTENCES_TO_TELL = 2
_SHORT_LINE = 4
_SHORT_SENTENCE = 2


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a text is no attempt."""

    reason: str
    """A short code."""
    explanation: str
    """One sentence for people."""


_EMPTY = Refusal("empty", "The completion says nothing: it has no word and no number.")
_LOOKALIKES = Refusal("lookalikes", "The completion is written in characters that only look like those it pretends.")
_TAGS = Refusal("tag_stuffing", "The completion is tags around next to nothing.")
_PREFIX = Refusal("bare_prefix", "The completion announces an answer and stops.")
_KEYWORDS = Refusal("keyword_stuffing", "The completion strings together the words that reasoning uses.")
_OPTIONS = Refusal("all_options", "The completion lists the options without choosing.")
_SPAM = Refusal("answer_spam", "The completion gives answer upon answer.")
_REPETITION = Refusal("endless_repetition", "The completion says the same thing again and again.")
_ECHO = Refusal("prompt_echo", "The completion repeats the prompt.")
_CUT = Refusal("cut_off", "The completion stops in the middle of a sentence.")


def refusal(text: str, prompt: str | None = None) -> Refusal | None:
    """Return why a text attempts nothing, or None where it is an attempt.

    Args:
        text: A completion, or a part of one that has to hold something.
        prompt: What the model was given, to tell an echo by; without it none is told.
    """
    text = _ends(text)
    bare, tags = _TAG.subn(" ", text)
    words = _words(bare)
    if not words:
        return _TAGS if tags else _EMPTY
    if has_lookalikes(text):
        return _LOOKALIKES
    found = _stuffing(bare, words, tags, sum(map(text.lower().count, _ANSWER_MARKS))) or _repetition(words, prompt)
    return found or (_CUT if _is_cut_off(text.rstrip()) else None)


def _words(text: str) -> list[str]:
    """Return the words and numbers of a text in lower case."""
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text.lower())


def _ends(text: str) -> str:
    """Return the head and the tail of a long text: what stuffs a text stuffs both."""
    return text if len(text) <= 2 * _READ_CHARS else text[:_READ_CHARS] + text[-_READ_CHARS:]


def _stuffing(bare: str, words: list[str], tags: int, answers: int) -> Refusal | None:
    """Return why a text is made of marks and keywords, if it is."""
    count = len(words)
    if tags >= max(4, count):
        return _TAGS
    if count <= _MOST_ANNOUNCING and _ANNOUNCING.issuperset(words) and not _CHOSEN.search(bare):
        return _PREFIX
    if answers >= _MANY_ANSWERS and count <= _WORDS_AN_ANSWER * answers:
        return _SPAM
    options = set(_OPTION.findall(bare)) if count <= _WORDS_AN_OPTION * _MOST_OPTIONS else ()
    if len(options) >= _MANY_OPTIONS and count <= _WORDS_AN_OPTION * len(options):
        return _OPTIONS
    if count >= _FEW_WORDS and 2 * len([word for word in words if word in _REASONING]) >= count:
        return _KEYWORDS
    return None


def _repetition(words: list[str], prompt: str | None) -> Refusal | None:
    """Return why a text is one thing many times, or the prompt, if it is."""
    longest = max(words, key=len)
    if len(longest) > _LONG_WORD and longest[0].isalpha() and len(set(longest)) <= _FEW_LETTERS:
        return _REPETITION
    shingles = _shingles(words)
    if len(words) >= _MANY_WORDS and len(shingles) < _DISTINCT_SHARE * len(words):
        return _REPETITION
    if prompt and len(words) >= _FEW_WORDS:
        asked = _shingles(_words(_ends(prompt)))
        shared = len(shingles & asked)
        if shared >= _ECHO_SHARE * len(shingles) and shared >= _ECHO_COVERAGE * len(asked):
            return _ECHO
    return None


def _shingles(words: list[str]) -> set[tuple[str, ...]]:
    """Return the distinct runs of four words."""
    return set(zip(words, words[1:], words[2:], words[3:], strict=False))


def _is_cut_off(text: str) -> bool:
    """Return whether a text stops where no writer would, as a model does that has run out of tokens."""
    if text[-1] in _CUT_ENDINGS or text.rfind("<think>") > text.rfind("</think>"):
        return True
    if not text[-1].isalpha():
        return False
    ends = [end.end() for end in _SENTENCE_END.finditer(text)]
    if len(ends) < _SENTENCES_TO_TELL:
        return False
    new_line = text.rfind("\n")
    fragment = text[max(ends[-1], new_line) :]
    if new_line >= ends[-1]:
        heading = text[:new_line].rstrip().rpartition("\n")[2]
        return len(_words(fragment)) > _SHORT_LINE and _ANSWERING.search(heading + fragment) is None
    return len(_words(fragment)) > _SHORT_SENTENCE and _ANSWERING.search(fragment) is None
