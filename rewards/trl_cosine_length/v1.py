"""TRL's cosine-scaled reward, over tokens, as published."""

import math

from pydantic import Field

from rewards.declare import reward
from rewards.text.token_count import token_count
from rewards.types import Detail, Frozen, Needs, NoReference, Sample, Score

_VERDICT = "trl_accuracy@v1"


class Params(Frozen):
    """Between which values the cosine runs, and over which length."""

    max_len: int = Field(
        default=1000,
        ge=1,
        description="Tokens at which the cosine is at its other end. The published function has no default.",
    )
    min_value_wrong: float = Field(default=-1.0, ge=-1.0, le=1.0, description="What the shortest wrong answer earns.")
    max_value_wrong: float = Field(default=-0.5, ge=-1.0, le=1.0, description="What a wrong one of `max_len` earns.")
    min_value_correct: float = Field(default=0.5, ge=-1.0, le=1.0, description="What a right one of `max_len` earns.")
    max_value_correct: float = Field(default=1.0, ge=-1.0, le=1.0, description="What the shortest right one earns.")


@reward(range=(-1.0, 1.0), needs=(_VERDICT,))
def score(sample: Sample[NoReference], params: Params, needs: Needs) -> Score:
    """The completion is right and short.

    With L the tokens of the completion, `max_len` at most, the value is low + (high - low) (1 + cos(pi L / `max_len`))
    / 2. For a right answer (`right`) low and high are `min_value_correct` and `max_value_correct`: by default **1.0**
    at no length, 0.5 from `max_len` on. For a wrong one (`wrong`) they are `max_value_wrong` and `min_value_wrong`:
    **-1.0** at no length, -0.5 from `max_len` on, so that longer attempts cost less.

    Right is what `trl_accuracy@v1` finds right; a solution that it cannot read, for which TRL returns None, is a
    failure, `bad_reference`. A sample with neither `completion_tokens` nor `completion_ids` is `not_applicable`.

    Known defects, kept because runs have been trained on them:

    - A wrong answer is worth more the longer it is, so padding it to `max_len` pays.
    - Nothing keeps wrong answers below right ones where the four values do not.
    - Only LaTeX counts: "The answer is 72" is wrong.

    The published function takes any four values; here they lie between -1 and 1.

    Source: `get_cosine_scaled_reward` of TRL 1.16 by Hugging Face (trl/rewards/accuracy_rewards.py); the formula is
    from "Demystifying Long Chain-of-Thought Reasoning in LLMs", arXiv 2502.03373.
    """
    tokens = token_count(sample)
    verdict = needs[_VERDICT]
    details: dict[str, Detail] = {"tokens": tokens, "verdict": verdict.reason}
    low, high = (
        (params.min_value_correct, params.max_value_correct)
        if verdict.value
        else (params.max_value_wrong, params.min_value_wrong)
    )
    progress = min(tokens / params.max_len, 1.0)
    value = low + 0.5 * (high - low) * (1.0 + math.cos(progress * math.pi))
    if verdict.value:
        return Score(value, "right", "The answer is right; the value follows the cosine of its tokens.", details)
    return Score(value, "wrong", "The answer is wrong; the value follows the cosine of its tokens.", details)
