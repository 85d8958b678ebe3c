"""Whether a text says anything at all: the least that reasoning must have before its form is worth something."""

import re

from pydantic import Field

from rewards.text import attempt
from rewards.text.attempt import Refusal
from rewards.types import Frozen

_THIN = Refusal("thin_reasoning", "The reasoning has too few different words to be one.")
_REPETITIVE = Refusal("repetitive_reasoning", "The reasoning says the same few words over and over.")
_COPIED = Refusal("copied_prompt", "The reasoning says nothing that the prompt does not say.")

_WORD = re.compile(r"""[A-Za-z]+|\d+|[^\s.,:;!?'"\u2026()\[\]{}<>$\\_#`-]""")
"""A word, a number, a sign of operation, or a character of a script without blanks."""
_SHORT = 500
"""Characters of reasoning over which the answer beside it does not hide that it is no attempt, and of an answer up to
which it does not have to be looked at."""
_CUT_OFF = "cut_off"
_MANY = 40
_VARIETY = 4
"""Honest texts of many words have at least twice as many different ones as the root of their number, at any length."""
_NEW = 8
"""Of this many different words one at least must be new, not the prompt's."""

_WINDOW = 20
"""Words at either end that are looked at first."""
_WINDOWS_DIFFERENT = 20
_WINDOWS_COMMON = 4
_TWICE = 60
"""Characters that prose does not write twice."""
_TAKEN = 24
"""Characters that it does not take from the prompt."""
_COMMON = frozenset(
    "= a and are as be by for from has i in is it of on or so than that the then this to we with".split()  # noqa: SIM905 - as attempt.py
)
"""Words without which nobody writes forty words of English, and lists of keywords and of options do."""
_FINISHED = frozenset(".!?>)]}*0123456789")


class Reasoned(Frozen):
    """How much reasoning has to say before its form counts."""

    min_words: int = Field(
        default=6,
        ge=1,
        le=1000,
        description="How many different words the reasoning must have. Numbers and signs of operations count as "
        "words, and so does each character of a script without blanks.",
    )


def refusal(text: str, reasoning: str, prompt: str | None, min_words: int, *, closed: bool = False) -> Refusal | None:
    """Return why a text or the reasoning in it is no attempt: as `attempt.refusal`, with three reasons beside its own.

    `thin_reasoning` says that the reasoning has too few different words, `repetitive_reasoning` that they are repeated
    over and over, `copied_prompt` that they are the prompt's. Where both ends of the reasoning are plain English prose
    that is not the prompt's, nothing else is looked at: the rest would cost several times as much as the form itself.

    Args:
        text: All that the completion says, without the tags of its form.
        reasoning: The part of it that has to be reasoning.
        prompt: What the model was given.
        min_words: How many different words the reasoning must have.
        closed: Whether the form ends with a tag, so that the text does not have to end like a sentence.
    """
    if min_words <= _WINDOWS_DIFFERENT and text.isascii() and _is_prose(text, reasoning, prompt, closed=closed):
        return None
    apart = len(reasoning) <= min(_SHORT, len(text) - 1)
    for part in (text, reasoning) if apart else (text,):
        found = attempt.refusal(part, prompt)
        if found is not None and not (closed and found.reason == _CUT_OFF):
            return found
        closed = True
    return _shallowness(reasoning, prompt, min_words)


def _shallowness(reasoning: str, prompt: str | None, min_words: int) -> Refusal | None:
    different = set(_WORD.findall(reasoning))
    if len(different) < min_words:
        return _THIN
    words = reasoning.split()
    if len(words) >= _MANY and len(set(words)) ** 2 < _VARIETY * len(words):
        return _REPETITIVE
    if prompt and len(different.difference(_WORD.findall(prompt))) * _NEW < len(different):
        return _COPIED
    return None


def _is_prose(text: str, reasoning: str, prompt: str | None, *, closed: bool) -> bool:
    """Return whether both ends of the reasoning are different, common words, and no piece between is a copy."""
    different = {*reasoning.split(None, _WINDOW)[:_WINDOW], *reasoning.rsplit(None, _WINDOW)[-_WINDOW:]}
    if len(different) < _WINDOWS_DIFFERENT or len(_COMMON & different) < _WINDOWS_COMMON:
        return False
    if len(text) - len(reasoning) > _SHORT or not (closed or text.rstrip()[-1] in _FINISHED):
        return False
    if prompt and len(different.difference(prompt.split())) * _NEW < len(different):
        return False
    quarter = len(reasoning) // 4
    if reasoning.find(reasoning[quarter : quarter + _TWICE], quarter + 1) >= 0:
        return False
    starts = (quarter, 2 * quarter, 3 * quarter)
    return not prompt or not any(reasoning[start : start + _TAKEN] in prompt for start in starts)
