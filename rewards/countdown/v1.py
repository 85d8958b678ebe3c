"""TinyZero's countdown reward, as published."""

import re

from pydantic import Field

from rewards.declare import reward
from rewards.errors import BadReference
from rewards.text.python_arithmetic import Number, UnreadableError, python_value
from rewards.types import Frozen, Sample, Score

_MARKERS = ("Assistant:", "<|im_start|>assistant")
_DIGITS = re.compile(r"\d+")
_TOLERANCE = 1e-5
_FORMAT = 0.1
_MAX_NUMBERS = 100


class Reference(Frozen):
    """The puzzle."""

    target: int = Field(description="The number to reach.", examples=[24])
    numbers: list[int] = Field(description="The numbers to combine, none of them negative.", examples=[[2, 3, 4]])


class Params(Frozen):
    """What the completion is part of."""

    marker_in_prompt: bool = Field(
        default=False,
        description="Whether the prompt, which is not read, ended the user's turn: the completion then needs no "
        "`Assistant:` of its own.",
    )


@reward(range=(0.0, 1.0))
def score(sample: Sample[Reference], params: Params) -> Score:
    r"""The last line's `<answer>` combines all the numbers, each once, into the target.

    **1.0**: the last `<answer>(.*?)</answer>` of the last line uses exactly the reference's numbers, and Python's
    value of it is less than 0.00001 from the target. **0.1**: there is such a block, and it uses other numbers
    (`wrong_numbers`), has another value (`wrong_value`), has none (`no_value`) or is no arithmetic
    (`unreadable_answer`). **0.0**: the last line has no such block, or the text has neither `Assistant:` nor
    `<|im_start|>assistant` (both `no_answer`). A reference without numbers, with negative ones or with more than
    100 is a failure, `bad_reference`.

    The published function is given prompt and completion as one text. Send that as the completion, or the
    completion alone with `marker_in_prompt`: the value is the same unless the prompt has an `<answer>` after its
    marker or the completion writes `Assistant:` itself.

    Known defects, kept because runs have been trained on them:

    - 0.1 is paid for `<answer></answer>`, and for anything else between the tags.
    - Only the last line is read: an answer over several lines, or followed by `Done`, is worth 0.
    - `2*3*4 = 24`, `2x3x4` and LaTeX are `unreadable_answer`.
    - `**`, `//` and numbers put together by a point are allowed: `2.5` uses 2 and 5.
    - A marker may be written by the model itself, and what is before the last block is never read.

    One thing differs: the published function evaluates the text with Python's `eval`, so that `9**9**9` never
    ends. Here the same arithmetic is computed without it, and a text of more than 500 operators and opening
    parentheses, or with a whole number of more than 65,536 bits on the way, is 0.1, as where `eval` fails.

    Source: `compute_score` of TinyZero (verl/utils/reward_score/countdown.py), re-implemented.
    """
    target, numbers = sample.reference.target, sorted(sample.reference.numbers)
    if not numbers or numbers[0] < 0 or len(numbers) > _MAX_NUMBERS:
        raise BadReference("The reference needs 1 to 100 numbers, none of them negative.")
    equation = _equation(sample.completion, params)
    if equation is None:
        return Score(0.0, "no_answer", "The last line after the assistant's marker has no `<answer>` block.")
    details = {"extracted": equation[:200]}
    if _numbers(equation) != numbers:
        return Score(_FORMAT, "wrong_numbers", "The answer does not use exactly the given numbers.", details)
    try:
        value = python_value(equation)
        details["value"] = _written(value)
        reached = abs(value - target) < _TOLERANCE
    except UnreadableError:
        return Score(_FORMAT, "unreadable_answer", "The answer is not arithmetic that Python reads.", details)
    except ArithmeticError:
        return Score(_FORMAT, "no_value", "The answer has no value, or one too large to compute.", details)
    if reached:
        return Score(1.0, "equal", "The answer uses exactly the given numbers and reaches the target.", details)
    return Score(_FORMAT, "wrong_value", "The answer uses exactly the given numbers and misses the target.", details)


def _equation(text: str, params: Params) -> str | None:
    """Return the last block of the last line, stripped."""
    if not params.marker_in_prompt:
        marker = next((marker for marker in _MARKERS if marker in text), None)
        if marker is None:
            return None
        text = text.partition(marker)[2]
    line = text.rpartition("\n")[2]
    found, position = None, 0
    while (start := line.find("<answer>", position)) >= 0 and (end := line.find("</answer>", start)) >= 0:
        found = line[start + len("<answer>") : end].strip()
        position = end + len("</answer>")
    return found


def _numbers(equation: str) -> list[int] | None:
    """Return the numbers that an equation is written with, in order of size."""
    try:
        return sorted(int(digits) for digits in _DIGITS.findall(equation))
    except ValueError:  # Python reads no number of more than 4300 digits
        return None


def _written(value: Number) -> str:
    """Return a number as a short text."""
    if isinstance(value, int) and value.bit_length() > 200:  # noqa: PLR2004 - what fits a line
        return f"a number of {value.bit_length()} bits"
    return str(value)
