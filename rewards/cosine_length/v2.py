"""A cosine of the tokens, for right and for wrong completions."""

import math

from pydantic import Field

from rewards.declare import reward
from rewards.text.attempt import refusal
from rewards.text.token_count import token_count
from rewards.types import Detail, Frozen, Needs, NoReference, Sample, Score

_VERDICT = "math_equal@v2"


class Params(Frozen):
    """Between which values the cosine runs, and over which length."""

    max_tokens: int = Field(default=4096, ge=1, description="Tokens at which the cosine ends: where you cut.")
    short_right: float = Field(default=1.0, gt=0.0, le=1.0, description="What the shortest right answer earns.")
    long_right: float = Field(default=0.5, gt=0.0, le=1.0, description="What a right one of `max_tokens` earns.")
    short_wrong: float = Field(default=-1.0, ge=-1.0, lt=0.0, description="What the shortest wrong answer earns.")
    long_wrong: float = Field(
        default=-0.5, ge=-1.0, lt=0.0, description="What a wrong one earns that ends just before `max_tokens`."
    )


@reward(range=(-1.0, 1.0), needs=(_VERDICT,), supersedes=("cosine_length@v1", "trl_cosine_length@v1"))
def score(sample: Sample[NoReference], params: Params, needs: Needs) -> Score:
    """The completion is right and short.

    With L the tokens of the completion, `max_tokens` at most, the value is long + (short - long) (1 + cos(pi L /
    `max_tokens`)) / 2. A right answer (`right`) runs from `short_right`, **1.0**, to `long_right`, 0.5, where it
    stays. A wrong one (`wrong`) runs from `short_wrong`, **-1.0**, to `long_wrong`, -0.5: trying for longer costs less.
    Values for right answers are above 0 and those for wrong ones below, so a wrong answer never earns as much.

    **-1.0** also where a wrong answer has `max_tokens` or more (`overlong`): it was cut, or padded to look like trying.
    And where it is no attempt at all, with the gate's reason: `empty`, `prompt_echo`, `tag_stuffing`,
    `keyword_stuffing`, `all_options`, `answer_spam`, `endless_repetition`, `lookalikes`, `bare_prefix`, `cut_off`.

    Right is what `math_equal@v2` says; its reason is `verdict` in `details`. Tokens are `completion_tokens`, else the
    number of `completion_ids`; a sample with neither is `not_applicable`. A reference that cannot be read is the
    failure of `math_equal@v2`, never a right answer.

    Known ways to game it: a wrong answer that is padded with sentences, each of them new, is cheaper than a short one;
    set `long_wrong` to `short_wrong` where that is learnt. A right answer without reasoning is paid most.

    Source: written for this service; the formula is from "Demystifying Long Chain-of-Thought Reasoning in LLMs", arXiv
    2502.03373.
    """
    tokens = token_count(sample)
    verdict = needs[_VERDICT]
    details: dict[str, Detail] = {"tokens": tokens, "verdict": verdict.reason}
    bend = 0.5 * (1.0 + math.cos(min(tokens / params.max_tokens, 1.0) * math.pi))
    if verdict.value:
        value = params.long_right + (params.short_right - params.long_right) * bend
        return Score(value, "right", "The answer is right; the value follows the cosine of its tokens.", details)
    if tokens >= params.max_tokens:
        return Score(-1.0, "overlong", "The answer is wrong, and the completion as long as it may be.", details)
    refused = refusal(sample.completion, sample.prompt)
    if refused is not None:
        return Score(-1.0, refused.reason, refused.explanation, details)
    value = params.long_wrong + (params.short_wrong - params.long_wrong) * bend
    return Score(value, "wrong", "The answer is wrong; the value follows the cosine of its tokens.", details)
