"""The overlong buffer of verl's DAPO reward manager, as published."""

from pydantic import Field

from rewards.declare import reward
from rewards.text.soft_punishment import unbounded_punishment
from rewards.text.token_count import token_count
from rewards.types import Frozen, NoReference, Sample, Score

_FLOOR = -2000.0


class Params(Frozen):
    """Where the penalty begins, and how steep it is; the defaults are those of the DAPO recipe."""

    max_resp_len: int = Field(default=20480, ge=0, description="Tokens at which the penalty is `penalty_factor`.")
    overlong_buffer_len: int = Field(
        default=4096, ge=1, description="How many tokens below `max_resp_len` the penalty begins."
    )
    penalty_factor: float = Field(default=1.0, ge=0.0, le=100.0, description="The penalty at `max_resp_len`.")


@reward(range=(_FLOOR, 0.0))
def score(sample: Sample[NoReference], params: Params) -> Score:
    """The completion stays below the length at which it would be cut.

    **0.0**: it has at most `max_resp_len` - `overlong_buffer_len` tokens (`within`). Above that every
    `overlong_buffer_len` tokens cost `penalty_factor` (`overlong`), which makes -`penalty_factor` at `max_resp_len`.
    **Lowest**: the published function has no floor; here nothing is below -2000.0, which is also what a completion
    scores that is too long to be read. A sample with neither `completion_tokens` nor `completion_ids` is
    `not_applicable`.

    verl adds this penalty to the score of the answer; here it stands alone.

    Known defects, kept because runs have been trained on them:

    - It goes on falling beyond `max_resp_len`, unlike the punishment of the paper: 500 tokens where 100 are allowed and
      the buffer has 20 cost 21, and one such completion dwarfs every other reward of its group.
    - Silence is never punished: an empty completion has the best value there is.

    Source: the DAPO reward manager of verl (verl/workers/reward_manager/dapo.py), after equation 13 of "DAPO: An
    Open-Source LLM Reinforcement Learning System at Scale", arXiv 2503.14476.
    """
    tokens = token_count(sample)
    free = params.max_resp_len - params.overlong_buffer_len
    value = unbounded_punishment(tokens, params.max_resp_len, params.overlong_buffer_len, params.penalty_factor, _FLOOR)
    details = {"tokens": tokens, "free": free}
    if tokens <= free:
        return Score(value, "within", "The completion is short enough.", details)
    return Score(value, "overlong", "The completion is longer than what is free, and each token costs.", details)
