"""How close a right completion is to the length that it was asked to have."""

from typing import Literal

from pydantic import Field

from rewards.declare import reward
from rewards.errors import BadReference
from rewards.text.token_count import token_count
from rewards.types import Detail, Frozen, Needs, Sample, Score

_VERDICT = "math_equal@v2"
_ON_BUDGET = 0.5
_MOST = 1_000_000_000


class Reference(Frozen):
    """How long the completion was asked to be."""

    num_tokens: int = Field(description="The target or the budget in tokens, 1 or more.", examples=[1024])


class Params(Frozen):
    """Whether the length is a target or a budget, and what missing it costs."""

    form: Literal["exact", "max"] = Field(
        default="exact", description="`exact`: neither longer nor shorter. `max`: not longer, and better shorter."
    )
    alpha: float = Field(default=0.0003, gt=0.0, le=1.0, description="What each token costs; 0.0003 is L1's.")
    least: float = Field(
        default=0.1, gt=0.0, le=0.5, description="What a right answer earns however far it misses the length."
    )


@reward(range=(0.0, 1.0), needs=(_VERDICT,), supersedes=("l1_length@v1",))
def score(sample: Sample[Reference], params: Params, needs: Needs) -> Score:
    """The completion is right, and as long as it was asked to be.

    With n the `num_tokens` of the reference and L the tokens of the completion, a right answer earns `least` or, if
    that is more,

    - `exact`: 1 - alpha |L - n|, so **1.0** on the target (`right`),
    - `max`: 0.5 + alpha (n - L), at most 1.0, so 0.5 on the budget (`right`).

    Where `least` is more, the reason is `far_off`. **0.0**: the answer is wrong (`wrong`), whatever its length, so a
    wrong answer never earns as much as a right one. Right is what `math_equal@v2` says; its reason is `verdict` in
    `details`.

    Tokens are `completion_tokens`, else the number of `completion_ids`; a sample with neither is `not_applicable`. A
    `num_tokens` below 1 is `bad_reference`: L1's negative budgets are the form `max`.

    Known ways to game it: padding and bare answers earn what the length asks for, since the reasoning is not read; put
    `repetition@v2` beside it. `max` pays the shortest right answer most.

    Source: written for this service, after "L1: Controlling How Long A Reasoning Model Thinks With Reinforcement
    Learning", arXiv 2503.04697, whose exact form subtracts the distance from wrong answers too.
    """
    target = sample.reference.num_tokens
    if not 1 <= target <= _MOST:
        raise BadReference("num_tokens must be 1 or more, and at most a thousand million.")
    tokens = token_count(sample)
    verdict = needs[_VERDICT]
    details: dict[str, Detail] = {"tokens": tokens, "verdict": verdict.reason}
    if not verdict.value:
        return Score(0.0, "wrong", "The answer is wrong, so its length earns nothing.", details)
    value = 1 - params.alpha * abs(tokens - target)
    if params.form == "max":
        value = min(1.0, _ON_BUDGET + params.alpha * (target - tokens))
    if value < params.least:
        return Score(
            params.least, "far_off", "The answer is right, and its length is far from what was asked.", details
        )
    return Score(value, "right", "The answer is right; the value falls with the distance to the length.", details)
