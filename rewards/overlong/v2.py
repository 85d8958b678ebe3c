"""The soft overlong punishment of DAPO, for attempts only."""

from pydantic import Field

from rewards.declare import reward
from rewards.text.attempt import refusal
from rewards.text.soft_punishment import soft_punishment
from rewards.text.token_count import token_count
from rewards.types import Frozen, NoReference, Sample, Score


class Params(Frozen):
    """Where the punishment begins and ends; the defaults are those of the paper."""

    max_tokens: int = Field(default=20480, ge=1, description="Tokens from which the value is -1: where you cut.")
    cache_tokens: int = Field(
        default=4096,
        ge=0,
        description="How many tokens below `max_tokens` the punishment begins; never below half of `max_tokens`.",
    )


@reward(
    range=(-1.0, 0.0),
    supersedes=("overlong@v1", "trl_overlong@v1", "verl_overlong@v1", "swift_overlong@v1"),
)
def score(sample: Sample[NoReference], params: Params) -> Score:
    """The completion is an attempt that stays below the length at which it would be cut.

    **0.0**: it has at most `max_tokens` - `cache_tokens` tokens (`within`). **-1.0**: it has `max_tokens` or more
    (`overlong`), or it is no attempt at all, with the gate's reason: `empty`, `prompt_echo`, `tag_stuffing`,
    `keyword_stuffing`, `all_options`, `answer_spam`, `endless_repetition`, `lookalikes`, `bare_prefix`, `cut_off`.
    Between the two lengths the value falls on a line (`in_cache`), and nothing is ever below -1.

    Tokens are `completion_tokens`, else the number of `completion_ids`. A sample with neither is `not_applicable`: it
    is not for this reward to guess the tokenizer. Count without padding.

    A cache of more than half of `max_tokens` is taken for half of it, so that a short completion is never punished.

    Known ways to game it: anything that passes for an attempt and is short earns the best value, whether right or
    wrong, so use it beside a verdict. A cut is told by its length or, behind two full sentences, by an ending in
    the middle of one; a text that is cut before that and shorter than `max_tokens` passes.

    Source: written for this service; equation 13 of "DAPO: An Open-Source LLM Reinforcement Learning System at Scale",
    arXiv 2503.14476.
    """
    tokens = token_count(sample)
    cache = min(params.cache_tokens, params.max_tokens // 2)
    details = {"tokens": tokens, "free": params.max_tokens - cache}
    if tokens >= params.max_tokens:
        return Score(-1.0, "overlong", "The completion is as long as the longest that is allowed, or longer.", details)
    refused = refusal(sample.completion, sample.prompt)
    if refused is not None:
        return Score(-1.0, refused.reason, refused.explanation, details)
    value = soft_punishment(tokens, params.max_tokens, cache)
    if tokens <= params.max_tokens - cache:
        return Score(value, "within", "The completion is short enough.", details)
    return Score(value, "in_cache", "The completion ends in the range where the punishment grows.", details)
