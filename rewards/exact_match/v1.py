"""open-instruct's string matcher, as published."""

from pydantic import Field

from rewards.declare import reward
from rewards.errors import BadReference
from rewards.text.plain_words import plain_words
from rewards.types import Frozen, NoParams, Sample, Score

_OPENING = "<answer>"
_CLOSING = "</answer>"


class Reference(Frozen):
    """What the answer is compared with."""

    answer: str = Field(description="The expected answer.", examples=["the Eiffel Tower"])


def read_words(reference: Reference, params: NoParams) -> list[str]:
    """Return the words of the expected answer."""
    words = plain_words(reference.answer)
    if not words:
        raise BadReference("Nothing is left of the reference without punctuation and articles.")
    return words


@reward(range=(0.0, 1.0), read=read_words)
def score(sample: Sample[Reference], params: NoParams, expected: list[str]) -> Score:
    """The text in the last `<answer>` block is the reference, word for word.

    Words are compared in lower case, without ASCII punctuation and the articles `a`, `an` and `the`. **1.0**: what
    stands after the last `<answer>` and before the next `</answer>` has the words of the reference, in its order
    (`equal`). **0.0**: it has others (`different`) or none, or one of the tags does not occur (both `no_answer`). There
    is nothing between. A reference without words is a failure, `bad_reference`; the published function takes an empty
    answer for equal to it.

    Known defects, kept because runs have been trained on them:

    - Signs go and digits stay: `$72` and `-72` equal `72`, `3.5` equals `35`, and `72.0` is `720`.
    - The last of several blocks counts, whatever the others say.
    - The last block needs no closing tag where any `</answer>` stands before it; then all that follows is the answer.
    - `A` as the label of an option is taken for the article: such a reference is `bad_reference`.
    - Synonyms, plurals and numbers in words are different.

    Source: `StringMatcherVerifier` of open-instruct (open_instruct/ground_truth_utils.py), after the evaluation of
    SQuAD, re-implemented.
    """
    text = sample.completion
    if _OPENING not in text or _CLOSING not in text:
        missing = _CLOSING if _OPENING in text else _OPENING
        return Score(0.0, "no_answer", f"{missing} does not occur.", {"missing": missing})
    found = text.rpartition(_OPENING)[2].partition(_CLOSING)[0]
    words = plain_words(found)
    if not words:
        return Score(0.0, "no_answer", "Nothing is left of the answer without punctuation and articles.")
    details = {"extracted": found.strip()[:200]}
    if words == expected:
        return Score(1.0, "equal", "The answer has the words of the reference, in its order.", details)
    return Score(0.0, "different", "The answer has other words than the reference.", details)
