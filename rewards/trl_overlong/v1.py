"""The soft overlong punishment of TRL, as published."""

from pydantic import Field

from rewards.declare import reward
from rewards.text.soft_punishment import soft_punishment
from rewards.text.token_count import token_count
from rewards.types import Frozen, NoReference, Sample, Score


class Params(Frozen):
    """Where the punishment begins and ends."""

    max_completion_len: int = Field(
        default=20480, ge=0, description="Tokens above which the value is -1; the default is DAPO's."
    )
    soft_punish_cache: int = Field(
        default=4096, ge=0, description="How many tokens below `max_completion_len` the punishment begins."
    )


@reward(range=(-1.0, 0.0))
def score(sample: Sample[NoReference], params: Params) -> Score:
    """The completion stays below the length at which it would be cut.

    **0.0**: it has at most `max_completion_len` - `soft_punish_cache` tokens (`within`). **-1.0**: it has more than
    `max_completion_len` (`overlong`). Between the two the value falls on a line (`in_cache`). A sample with neither
    `completion_tokens` nor `completion_ids` is `not_applicable`.

    Known defects, kept because runs have been trained on them:

    - Silence is never punished: an empty completion has the best value there is.
    - A trainer that counts padding as tokens punishes short completions of a batch with a long one.
    - With a cache larger than `max_completion_len` even the shortest completion is punished.

    Source: `get_soft_overlong_punishment` of TRL 1.16 by Hugging Face (trl/rewards/other_rewards.py), without defaults;
    equation 13 of "DAPO: An Open-Source LLM Reinforcement Learning System at Scale", arXiv 2503.14476.
    """
    tokens = token_count(sample)
    value = soft_punishment(tokens, params.max_completion_len, params.soft_punish_cache)
    details = {"tokens": tokens, "free": params.max_completion_len - params.soft_punish_cache}
    if tokens <= params.max_completion_len - params.soft_punish_cache:
        return Score(value, "within", "The completion is short enough.", details)
    if tokens <= params.max_completion_len:
        return Score(value, "in_cache", "The completion ends in the range where the punishment grows.", details)
    return Score(value, "overlong", "The completion is longer than the longest that is allowed.", details)
