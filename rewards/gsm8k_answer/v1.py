"""GSM8K's own answer check, as published."""

import re

from pydantic import Field

from rewards.declare import reward
from rewards.errors import BadReference
from rewards.types import Frozen, NoParams, Sample, Score

_ANSWER = re.compile(r"#### (\-?[0-9\.\,]+)")


class Reference(Frozen):
    """What the answer is compared with."""

    answer: str = Field(
        description="A GSM8K solution, or just its last line: `#### ` and the number.",
        examples=["48 / 2 = <<48/2=24>>24\n#### 24", "#### 72"],
    )


@reward(range=(0.0, 1.0))
def score(sample: Sample[Reference], params: NoParams) -> Score:
    r"""The number after the first `#### ` is the reference's, letter for letter.

    **1.0**: the first match of `#### (\-?[0-9\.\,]+)` in the completion equals the first match in the
    reference, after commas are removed from both. **0.0**: it does not, or the completion has no match
    (reason `no_answer`). There is nothing between. A reference without a match is a failure, `bad_reference`:
    nothing could equal it.

    Known defects, kept because it is the benchmark's own check:

    - Strings are compared, not numbers: `72.` and `72.0` do not equal `72`, and `5/2` is read as `5`.
    - Exactly one space stands after `####`: `####72`, `#### $72` and a Unicode minus are no answer.
    - The first match counts: a completion that goes on to a better answer is judged by its first.
    - Digits need not follow: `#### .` is read as `.`, and `#### ,` as the empty string.

    Source: `extract_answer` and `is_correct` of grade-school-math by OpenAI (grade_school_math/dataset.py),
    of "Training Verifiers to Solve Math Word Problems", arXiv 2110.14168.
    """
    expected = _answer(sample.reference.answer)
    if expected is None:
        raise BadReference("The reference has no `#### ` followed by a number; send the solution's last line as well.")
    found = _answer(sample.completion)
    if found is None:
        return Score(0.0, "no_answer", "The completion has no `#### ` followed by a number.")
    details = {"extracted": found[:200], "reference": expected[:200]}
    if found == expected:
        return Score(1.0, "equal", "The number after the first `#### ` is the reference's, letter for letter.", details)
    return Score(0.0, "different", "The number after the first `#### ` is not the reference's.", details)


def _answer(text: str) -> str | None:
    """Return what follows the first marker, without commas, or None where no marker can be read."""
    match = _ANSWER.search(text)
    return match and match[1].replace(",", "")
