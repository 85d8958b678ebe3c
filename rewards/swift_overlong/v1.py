"""The soft overlong penalty of ms-swift, as published."""

from pydantic import Field

from rewards.declare import reward
from rewards.text.soft_punishment import unbounded_punishment
from rewards.text.token_count import token_count
from rewards.types import Frozen, NoReference, Sample, Score

_FLOOR = -2000.0


class Params(Frozen):
    """Where the penalty begins, and how steep it is; ms-swift has no defaults, so these are DAPO's."""

    soft_max_length: int = Field(default=20480, ge=0, description="Tokens at which the value is -1.")
    soft_cache_length: int = Field(
        default=4096, ge=1, description="How many tokens below `soft_max_length` the penalty begins."
    )


@reward(range=(_FLOOR, 0.0))
def score(sample: Sample[NoReference], params: Params) -> Score:
    """The completion stays below the length at which it would be cut.

    **0.0**: it has at most `soft_max_length` - `soft_cache_length` tokens (`within`). Above that every
    `soft_cache_length` tokens cost 1 (`overlong`), which makes -1.0 at `soft_max_length`. **Lowest**: the published
    function has no floor; here nothing is below -2000.0, which is also what a completion scores that is too long to be
    read. A sample with neither `completion_tokens` nor `completion_ids` is `not_applicable`.

    Known defects, kept because runs have been trained on them:

    - It goes on falling beyond `soft_max_length`, unlike the punishment of the paper: 500 tokens where 100 are allowed
      and the cache has 20 cost 21, and one such completion dwarfs every other reward of its group.
    - Silence is never punished: an empty completion has the best value there is.

    The published function refuses a cache that is not smaller than `soft_max_length`; here even the shortest completion
    is then penalised.

    Source: `SoftOverlong` of ms-swift (swift/rewards/orm.py), after equation 13 of "DAPO: An Open-Source LLM
    Reinforcement Learning System at Scale", arXiv 2503.14476.
    """
    tokens = token_count(sample)
    free = params.soft_max_length - params.soft_cache_length
    value = unbounded_punishment(tokens, params.soft_max_length, params.soft_cache_length, 1.0, _FLOOR)
    details = {"tokens": tokens, "free": free}
    if tokens <= free:
        return Score(value, "within", "The completion is short enough.", details)
    return Score(value, "overlong", "The completion is longer than what is free, and each token costs.", details)
