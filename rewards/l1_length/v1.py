"""The length scores of L1, as published."""

import math
from typing import Literal

from pydantic import Field

from rewards.declare import reward
from rewards.errors import BadReference
from rewards.text.token_count import token_count
from rewards.types import Frozen, Sample, Score

_FLOOR = -2000.0
_MOST = 1_000_000_000
_SPREAD = 500
_LEAST = 0.1
_BONUS = 0.1
_LINEAR = 1 / 3000
_BOTH = 0.002
_SIGMOID = 0.01

Form = Literal["linear", "linear_both", "sigmoid", "sigmoid_exact", "binary", "delta"]


class Reference(Frozen):
    """How long the completion was asked to be."""

    num_tokens: int = Field(
        description="The target in tokens; a negative one is a budget for the forms that know one.",
        examples=[1024, -2048],
    )


class Params(Frozen):
    """Which of the published scores."""

    form: Form = Field(default="linear", description="The score; `delta` is the first of them, a bell curve.")
    alpha: float | None = Field(
        default=None,
        gt=0.0,
        le=1.0,
        description="The steepness. Without it: 1/3000 for `linear`, 0.002 for `linear_both`, 0.01 for the sigmoids.",
    )


@reward(range=(_FLOOR, 1.0))
def score(sample: Sample[Reference], params: Params) -> Score:
    """The completion is as long as it was asked to be.

    With n the target, `num_tokens`, and L the tokens of the completion, the value is, by `form`:

    - `linear`: -alpha |L - n|, computed as (1 - alpha |L - n|) - 1.
    - `linear_both`: as `linear` for a target. For a budget, n below 0: (alpha (|n| - L), clipped to [-1, 1], + 1) / 2.
    - `sigmoid`: s(alpha (|n| - L)) with s(x) = 1 / (1 + exp(-x)), and 0.1 more where L is at most |n|; 1 at most.
    - `sigmoid_exact`: s(alpha |n - L|).
    - `binary`: 1 where L is at most n, else 0.
    - `delta`: exp(-((L - n) / 500)^2 / 2), at least 0.1.

    **1.0** is the most (0.0 for `linear`). **Lowest**: the linear forms have no floor as published; here nothing is
    below -2000.0, which is also what a completion scores that is too long to be read. The reason is the form. A sample
    with neither `completion_tokens` nor `completion_ids` is `not_applicable`, a target of more than a thousand million
    `bad_reference`.

    Known defects, kept because runs have been trained on them:

    - `sigmoid_exact` is inverted: 0.5 on the target, 0.99995 a thousand tokens off it.
    - `linear` reads a budget as a target below 0, so that the empty completion is the best; `binary` never pays one.
    - `linear_both` has no floor for a target: -8 at five times 1,000 tokens.
    - Whether the answer is right plays no part: the trainer combines the two, and a wrong answer can have the better
      sum. `sigmoid` raises as published above 70,000 tokens over the target; here it is 0.0 there, which is its limit.

    Source: `get_delta_score*` and `get_binary_score` of L1 (math_reward.py), by form; "L1: Controlling How Long A
    Reasoning Model Thinks With Reinforcement Learning", arXiv 2503.04697.
    """
    target = sample.reference.num_tokens
    if abs(target) > _MOST:
        raise BadReference("num_tokens must be at most a thousand million, either way.")
    tokens = token_count(sample)
    value = max(_value(params.form, target, tokens, params.alpha), _FLOOR)
    details = {"tokens": tokens, "target": target}
    return Score(
        float(value), params.form, "The value is the published function of the tokens and the target.", details
    )


def _value(form: Form, target: int, tokens: int, alpha: float | None) -> float:
    if form == "linear":
        return _linear(target, tokens, alpha or _LINEAR)
    if form == "linear_both":
        return _linear_both(target, tokens, alpha or _BOTH)
    if form == "sigmoid":
        return _sigmoid(target, tokens, alpha or _SIGMOID)
    if form == "sigmoid_exact":
        return _logistic(abs(target - tokens) * (alpha or _SIGMOID))
    if form == "binary":
        return 0.0 if tokens > target else 1.0
    return max(_LEAST, math.exp(-(((tokens - target) / _SPREAD) ** 2) / 2))


def _linear(target: int, tokens: int, alpha: float) -> float:
    return (1 - abs(tokens - target) * alpha) - 1


def _linear_both(target: int, tokens: int, alpha: float) -> float:
    if target >= 0:
        return _linear(target, tokens, alpha)
    return (max(-1, min(1, alpha * (tokens - abs(target)) * -1)) + 1) / 2


def _sigmoid(target: int, tokens: int, alpha: float) -> float:
    spare = abs(target) - tokens
    value = _logistic(spare * alpha)
    return value if spare < 0 else min(1, value + _BONUS)


def _logistic(x: float) -> float:
    """Return 1 / (1 + exp(-x)), and its limit where the exponential is beyond every float."""
    try:
        return 1 / (1 + math.exp(-x))
    except OverflowError:
        return 0.0
