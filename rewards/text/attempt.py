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
    r"[∞∅\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
    r"|[\p{L}--\u115f\u1160\u3164\uffa0][\p{L}\p{M}]*+|\p{N}++",
    regex.VERSION1,
)
"""A word or a number; one character, in scripts that put no spaces between words. Letters without ink are no word."""
_ASCII_WORD = re.compile(r"[a-z]+|[0-9]+")
_TAG = re.compile(r"</?[A-Za-z][\w.-]{0,40}+\s*+/?>")
_ANSWER_MARKS = ("####", "\\boxed", "<answer>", "answer is", "answer:", "option is", "choice is")
_OPTION = re.compile(r"(?<![\w'’])[A-JАВСЕНΑΒΕΗ](?![\w'’])")
"""A letter of an option, or one of Cyrillic or Greek with its shape."""
_ORDER = re.compile(r"[<>→≺≻≤≥]")
_CHOSEN = re.compile(
    r"(?<!\w)[A-HJ]\W*+$|(?:^|\bis|\bare|:|\{)\W{0,8}(?:[Oo]ne|[Ff]irst|[Uu]p|[Nn]ow|[Yy]ou|[Mm]e|[Ww]e|[Uu]s|US|IT|I|一)\W*+$"
)
"""A letter of an option, or a word that openings have and that may be all of an answer."""
_SENTENCE_END = re.compile(
    r"^[ \t]*+(?:\d{1,3}|[A-Za-z])[.)]"
    r"|(?P<end>(?:(?<!\b[A-Za-z])(?<!\b(?:Mr|Ms|Dr|St|vs|al))\.|[!?…])['\"”’)*\]]*+(?=\s|$)|[。！？।؟])",
    re.MULTILINE,
)
"""The number of an item, or the end of a sentence; not the dot of an initial or of an abbreviation."""
_ANSWERING = re.compile(
    r"\banswer|####|\\boxed|=[^=]{0,30}+$|\bantwort|\brespuesta|\bréponse|\brisposta|\bresposta|ответ|答|정답|답은|://\S*+$",
    re.IGNORECASE,
)
_CONCLUDING = re.compile(r"\W{0,8}(?:so|thus|hence|therefore)\b[^\n]{0,200}?\d(?:\s+[^\W\d_]+){0,3}", re.IGNORECASE)
_CUT_ENDINGS = frozenset(",:=+-–—/\\^_([{<&，、：（")
_WHOLE_ENDING = re.compile(
    r"(?:^[ \t]*(?:-{3,}|={3,}|_{3,})|[A-Za-z][+-]{1,2}|(?:\s|^)[^\s/]*+/\S*+(?<=/))$", re.MULTILINE
)
"""A line across the page, a name such as `C++` and `O-`, or a path."""
_DANGLING = frozenset(
    "a an and are as at be because but by for from has have if in is it more of on or per she he so than that the then "
    "there they this to was we were which with you".split()
)
"""Words with which no sentence ends, or hardly any."""

_ANNOUNCING = frozenset(
    "a about all alright an and answer begin boxed by can carefully consider conclusion do explain explanation final "
    "finally first follow following follows go going have here i in into is it let ll look me my need next now of ok "
    "okay on one order output problem process question reason reasoning response result s should so solution solve "
    "solving start step steps sure task that the then these think thinking this thought thoughts through to together "
    "try up us want we well what will with work working you your "
    "antwort lösung respuesta solución réponse risposta soluzione resposta solução ответ решение "
    "解 答 案 让 我 们 一 步 地 来 思 考 这 个 问 题".split()
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
_FEW_PIECES = 20
_PIECE = 4
_ECHO_SHARE = 0.9
_ECHO_COVERAGE = 0.4
_ECHO_AGAIN = 1.5
_ECHO_AGAIN_SHARE = 0.8
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
    listed = count <= _WORDS_AN_OPTION * _MOST_OPTIONS and not _ORDER.search(bare)
    options = set(_OPTION.findall(bare)) if listed else ()
    if len(options) >= _MANY_OPTIONS and count <= _WORDS_AN_OPTION * len(options):
        return _OPTIONS
    if count >= _FEW_WORDS and 2 * len([word for word in words if word in _REASONING]) >= count:
        return _KEYWORDS
    return None


def _repetition(words: list[str], prompt: str | None) -> Refusal | None:
    """Return why a text is one thing many times, or the prompt, if it is."""
    longest = max(words, key=len)
    if len(longest) > _LONG_WORD and longest[0].isalpha() and _is_one_piece(longest):
        return _REPETITION
    shingles = _shingles(words)
    if len(words) >= _MANY_WORDS and len(shingles) < _DISTINCT_SHARE * len(words):
        return _REPETITION
    if prompt and len(words) >= _FEW_WORDS:
        asked_words = _words(_ends(prompt))
        asked = _shingles(asked_words)
        shared = len(shingles & _shingles(asked_words * 2))  # as where the prompt stands twice
        again = len(words) >= _ECHO_AGAIN * len(asked) and shared >= _ECHO_AGAIN_SHARE * len(shingles)
        if (again or shared >= _ECHO_SHARE * len(shingles)) and shared >= _ECHO_COVERAGE * len(asked):
            return _ECHO
    return None


def _is_one_piece(word: str) -> bool:
    """Return whether the middle of a long word is a few letters again and again."""
    middle = word[(len(word) - _LONG_WORD) // 2 :][:_LONG_WORD]
    return len({middle[start : start + _PIECE] for start in range(_LONG_WORD - _PIECE)}) < _FEW_PIECES


def _shingles(words: list[str]) -> set[tuple[str, ...]]:
    """Return the distinct runs of four words."""
    return set(zip(words, words[1:], words[2:], words[3:], strict=False))


def _is_cut_off(text: str) -> bool:
    """Return whether a text stops where no writer would, as a model does that has run out of tokens."""
    if text.rfind("<think>") > text.rfind("</think>"):
        return True
    line = text[text.rfind("\n") + 1 :]
    if text[-1] in _CUT_ENDINGS:
        return _WHOLE_ENDING.search(line) is None
    if not text[-1].isalpha():
        return False
    ends = [end.end() for end in _SENTENCE_END.finditer(text) if end["end"]]
    if len(ends) < _SENTENCES_TO_TELL:
        return False
    return _is_left_open(text, line, ends[-1])


def _is_left_open(text: str, line: str, last_end: int) -> bool:
    """Return whether what stands behind the last end of a sentence is the beginning of one."""
    new_line = len(text) - len(line) - 1
    fragment = text[max(last_end, new_line) :]
    words = _words(fragment)
    if new_line >= last_end:
        above = text[:new_line].rstrip().rpartition("\n")[2]
        unstopped = above[-1:].isalpha() and len(_words(above)) > _SHORT_LINE
        return len(words) > _SHORT_LINE and not unstopped and _ANSWERING.search(above + fragment) is None
    concluded = words[-1:] and words[-1] not in _DANGLING and _CONCLUDING.fullmatch(fragment)
    return len(words) > _SHORT_SENTENCE and not concluded and _ANSWERING.search(fragment) is None
