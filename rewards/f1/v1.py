"""slime's F1 reward, as published."""

from collections import Counter

from pydantic import Field

from rewards.declare import reward
from rewards.errors import BadReference
from rewards.text.plain_words import plain_words
from rewards.types import Detail, Frozen, NoParams, Sample, Score

_VERDICTS = (["yes"], ["no"], ["noanswer"])


class Reference(Frozen):
    """What the completion is compared with."""

    answer: str = Field(description="The expected answer.", examples=["the Eiffel Tower"])


def read_words(reference: Reference, params: NoParams) -> list[str]:
    """Return the words of the expected answer."""
    words = plain_words(reference.answer)
    if not words:
        raise BadReference("Nothing is left of the reference without punctuation and articles.")
    return words


@reward(range=(0.0, 1.0), read=read_words)
def score(sample: Sample[Reference], params: NoParams, expected: list[str]) -> Score:
    """The completion has the words of the reference, and no others.

    The value is the harmonic mean of precision, the share of the completion's words that the reference has, and recall,
    the share of the reference's words that the completion has, each word as often as it occurs. Words are compared in
    lower case, without ASCII punctuation and the articles `a`, `an` and `the`. **1.0**: both have the same words
    (`equal`). Between (`overlap`): some are the same. **0.0**: none is (`no_overlap`), the completion has no words
    (`no_answer`), or one of the two is `yes`, `no` or `noanswer` and the other is not the same (`different`).
    `precision` and `recall` are in the details. A reference without words is a failure, `bad_reference`; the published
    function gives everyone 0 for it.

    Known defects, kept because runs have been trained on them:

    - The whole completion is compared, its reasoning too: a right answer after long reasoning is worth next to nothing.
    - Of tags the letters stay: `<answer>Paris</answer>` is the one word `answerparisanswer`, and scores 0.0.
    - The order of words does not matter: `dog bites man` equals `man bites dog`, and `not` is one word among others.
    - `Yes, it is.` is worth 0 where `yes` is expected.
    - Half-right answers are paid: one word of two is worth 0.67, so a guess of what is common earns something.
    - Punctuation goes before words are told apart: `well-known` is `wellknown`, and `3.5` is `35`.
    - Without spaces between words, as in Chinese, a text is one word.

    Source: `f1_score` of slime (slime/rollout/rm_hub/f1.py), after the evaluations of SQuAD and HotpotQA,
    re-implemented from its formula.
    """
    words = plain_words(sample.completion)
    if not words:
        return Score(0.0, "no_answer", "Nothing is left of the completion without punctuation and articles.")
    details: dict[str, Detail] = {"extracted": " ".join(words)[:200], "precision": 0.0, "recall": 0.0}
    if words != expected and (words in _VERDICTS or expected in _VERDICTS):
        return Score(0.0, "different", "One of the two is a plain yes or no, and the other is not the same.", details)
    shared = sum((Counter(words) & Counter(expected)).values())
    if not shared:
        return Score(0.0, "no_overlap", "The completion has none of the reference's words.", details)
    precision, recall = shared / len(words), shared / len(expected)
    details |= {"precision": precision, "recall": recall}
    value = (2 * precision * recall) / (precision + recall)
    if len(words) == len(expected) == shared:
        return Score(value, "equal", "The completion has the words of the reference, and no others.", details)
    return Score(value, "overlap", f"{shared} words of the completion are words of the reference.", details)
