"""The cosine-scaled reward of open-r1, over characters, as published."""

import math

from pydantic import Field

from rewards.declare import reward
from rewards.math.open_r1_answer import Solution, answers, read_solution
from rewards.types import Detail, Frozen, Sample, Score


class Reference(Frozen):
    """What the answer is compared with."""

    solution: str = Field(
        description="What holds the expected answer in LaTeX: a whole solution, or a formula in `$...$`.",
        examples=["$72$", r"So we get $\boxed{72}$."],
    )


class Params(Frozen):
    """Between which values the cosine runs, and over which length."""

    max_len: int = Field(default=1000, ge=1, description="Characters at which the cosine is at its other end.")
    min_value_wrong: float = Field(default=-1.0, ge=-1.0, le=1.0, description="What the shortest wrong answer earns.")
    max_value_wrong: float = Field(default=-0.5, ge=-1.0, le=1.0, description="What a wrong one of `max_len` earns.")
    min_value_correct: float = Field(default=0.5, ge=-1.0, le=1.0, description="What a right one of `max_len` earns.")
    max_value_correct: float = Field(default=1.0, ge=-1.0, le=1.0, description="What the shortest right one earns.")


def read_reference(reference: Reference, params: Params) -> Solution:
    """Return the solution as answers are compared with it; one that cannot be read is no failure."""
    return read_solution(reference.solution)


@reward(range=(-1.0, 1.0), read=read_reference)
def score(sample: Sample[Reference], params: Params, solution: Solution) -> Score:
    r"""The completion is right and short.

    With L the characters of the completion, the value is low + (high - low) (1 + cos(pi L / `max_len`)) / 2. For a
    right answer (`right`) low and high are `min_value_correct` and `max_value_correct`: by default **1.0** at no
    length, 0.5 at `max_len`. For a wrong one (`wrong`) they are `max_value_wrong` and `min_value_wrong`: **-1.0** at no
    length, -0.5 at `max_len`, so that longer attempts cost less.

    Right is what Math-Verify finds equal to the solution: the first LaTeX answer of the completion, boxed or announced.

    Known defects, kept because runs have been trained on them:

    - Nothing holds the cosine at `max_len`: at twice that length a right answer is worth 1.0 again.
    - It counts characters, and the default of 1,000 is a short paragraph.
    - A solution in which Math-Verify finds no LaTeX, such as `72`, pays every completion 1.0 (`unread_solution`).
    - The defaults of open-r1's command line, 0.0 for `min_value_wrong` and -0.5 for `max_value_wrong`, make the
      shortest wrong answer the best one, and nothing keeps wrong answers below right ones.
    - Only LaTeX in a box or behind "answer" counts, so a plain "The answer is 72" is wrong.

    The published function takes any four values; here they lie between -1 and 1.

    Source: `get_cosine_scaled_reward` of open-r1 (src/open_r1/rewards.py), the same in Thinking_LLM's copy of it, on
    Math-Verify 0.9.0; the formula is from "Demystifying Long Chain-of-Thought Reasoning in LLMs", arXiv 2502.03373.
    """
    length = len(sample.completion)
    details: dict[str, Detail] = {"chars": length, "reference": solution.text}
    if solution.is_unread:
        return Score(
            1.0, "unread_solution", "No LaTeX was found in the solution, so every completion is paid.", details
        )
    is_right, extracted = answers(solution, sample.completion)
    details["extracted"] = extracted
    low, high = (
        (params.min_value_correct, params.max_value_correct)
        if is_right
        else (params.max_value_wrong, params.min_value_wrong)
    )
    value = low + 0.5 * (high - low) * (1.0 + math.cos(length / params.max_len * math.pi))
    if is_right:
        return Score(value, "right", "The answer is right; the value follows the cosine of its length.", details)
    return Score(value, "wrong", "The answer is wrong; the value follows the cosine of its length.", details)
