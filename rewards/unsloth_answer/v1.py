"""The answer reward of Unsloth's advanced GRPO notebook, as published."""

import math

from rewards.declare import reward
from rewards.text.solution_tags import Reference, published_solution
from rewards.types import Detail, NoParams, Sample, Score

_NEAR = (0.9, 1.1)
_FAR = (0.8, 1.2)
_WRONG = -1.5
_SHOWN = 200


@reward(range=(-1.5, 3.0))
def score(sample: Sample[Reference], params: NoParams) -> Score:
    """The text between the solution tags is the reference, letter for letter.

    **3.0**: it is (`equal`). **1.5**: it is but for white space around one of the two (`equal_stripped`). **1.0**:
    both are numbers to Python's `float`, and their ratio is from 0.9 to 1.1 (`near`). **0.5**: the ratio is from 0.8 to
    1.2 (`nearby`). **0.0**: the completion does not have the format of `unsloth_format_exact@v1` (`no_answer`).
    **-1.5**: anything else (`different`).

    Known defects, kept because runs have been trained on them:

    - A near miss pays: 79 earns 1.0 where 72 is right, and 60 earns 0.5. So does a count that is off by one.
    - `1,072`, `$72`, `72 apples` and `36/0.5` are wrong for 1072, 72, 72 and 72; `72.0` earns the 1.0 of a near miss.
    - Who is unsure does better to break the format, 0.0, than to answer wrongly, -1.5.
    - The ratio to 0 does not exist, so `0.0` is wrong where `0` is right.
    - A reference that is no number is not refused; every answer that is not equal is wrong.
    - Of two blocks on one line the solution reaches from the first opening to the last closing tag.

    Source: `check_answer` of Unsloth's notebook "Advanced Llama3.2 (3B) GRPO LoRA".
    """
    guess = published_solution(sample.completion)
    details: dict[str, Detail] = {"reference": sample.reference.answer[:_SHOWN]}
    if guess is None:
        return Score(0.0, "no_answer", "The completion does not have the format of a solution.", details)
    details["extracted"] = guess[:_SHOWN]
    if guess == sample.reference.answer:
        return Score(3.0, "equal", "The solution is the reference.", details)
    if guess.strip() == sample.reference.answer.strip():
        return Score(1.5, "equal_stripped", "The solution is the reference but for white space around it.", details)
    ratio = _ratio(guess, sample.reference.answer)
    if _NEAR[0] <= ratio <= _NEAR[1]:
        return Score(1.0, "near", "The ratio of the solution and the reference is from 0.9 to 1.1.", details)
    if _FAR[0] <= ratio <= _FAR[1]:
        return Score(0.5, "nearby", "The ratio of the solution and the reference is from 0.8 to 1.2.", details)
    return Score(_WRONG, "different", "The solution is not the reference.", details)


def _ratio(guess: str, answer: str) -> float:
    """Return the ratio that the published function compares, or NaN, which is near nothing, where it has none."""
    try:
        return float(guess) / float(answer)
    except (ValueError, ZeroDivisionError):
        return math.nan
