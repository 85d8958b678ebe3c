"""TRL's repetition penalty, over token ids, as published."""

from pydantic import Field

from rewards.declare import reward
from rewards.text.token_count import token_ids
from rewards.types import Frozen, NoReference, Sample, Score


class Params(Frozen):
    """How long what is repeated is, and what repeating costs."""

    ngram_size: int = Field(default=3, ge=1, le=32, description="Tokens in a row that are counted as one.")
    max_penalty: float = Field(
        default=-1.0, ge=-1.0, le=0.0, description="What the value approaches where everything is repeated."
    )


@reward(range=(-1.0, 0.0))
def score(sample: Sample[NoReference], params: Params) -> Score:
    """The completion does not repeat its token ids.

    **0.0**: no `ngram_size` tokens in a row occur twice (`counted`), or there are fewer tokens than that (`too_short`).
    **-1.0** is what the value approaches where they are all the same: it is `max_penalty` times the share of n-grams
    that have occurred before. The text is not read. A sample without `completion_ids` is `not_applicable`.

    Known defects, kept because runs have been trained on them:

    - The share is that of the whole completion, so the longer the text before it, the cheaper a loop at the end.
    - An empty completion has the best value there is.
    - Case, white space and the tokenizer's several ways to write a word hide a repetition.
    - Text that must repeat, such as the rows of a table, costs as much as a loop.

    Source: `get_repetition_penalty_reward` of TRL 1.16 by Hugging Face (trl/rewards/other_rewards.py); appendix C.2 of
    "Demystifying Long Chain-of-Thought Reasoning in LLMs", arXiv 2502.03373.
    """
    ids = token_ids(sample)
    if len(ids) < params.ngram_size:
        return Score(0.0, "too_short", "The completion has fewer tokens than an n-gram.", {"tokens": len(ids)})
    total = len(ids) - params.ngram_size + 1
    unique = len(set(zip(*(ids[start:] for start in range(params.ngram_size)), strict=False)))
    details = {"tokens": len(ids), "ngrams": total, "unique": unique}
    share = 1 - unique / total
    value = share * params.max_penalty if share else 0.0
    return Score(value, "counted", f"{unique} of {total} n-grams are different.", details)
