"""The repetition penalty of open-r1, over words, as published."""

from pydantic import Field

from rewards.declare import reward
from rewards.types import Frozen, NoReference, Sample, Score


class Params(Frozen):
    """How long what is repeated is, and what repeating costs."""

    ngram_size: int = Field(default=3, ge=1, le=32, description="Words in a row that are counted as one.")
    max_penalty: float = Field(
        default=-1.0, ge=-1.0, le=0.0, description="What the value approaches where everything is repeated."
    )


@reward(range=(-1.0, 0.0))
def score(sample: Sample[NoReference], params: Params) -> Score:
    """The completion does not repeat itself.

    The text is lower-cased and split at white space. **0.0**: no `ngram_size` words in a row occur twice, or there are
    fewer words than that (`too_short`). **-1.0** is what the value approaches where they are all the same: it is
    `max_penalty` times the share of n-grams that have occurred before (`counted`).

    Known defects, kept because runs have been trained on them:

    - Only white space parts words: a thousand times "重复" without a space, or "aaaa", is 0.0.
    - The share is that of the whole text, so the longer the text before it, the cheaper a loop at the end.
    - An empty completion has the best value there is.
    - Text that must repeat, such as the rows of a table, costs as much as a loop.
    - A text without a repetition is -0.0 where its share is multiplied.

    `language="zh"` of a later revision, which parts words by a dictionary, is not reproduced.

    Source: `get_repetition_penalty_reward` of open-r1 (src/open_r1/rewards.py) with the defaults of its command line;
    appendix C.2 of "Demystifying Long Chain-of-Thought Reasoning in LLMs", arXiv 2502.03373.
    """
    words = sample.completion.lower().split()
    if len(words) < params.ngram_size:
        return Score(0.0, "too_short", "The completion has fewer words than an n-gram.", {"words": len(words)})
    total = len(words) - params.ngram_size + 1
    unique = len(set(zip(*(words[start:] for start in range(params.ngram_size)), strict=False)))
    details = {"words": len(words), "ngrams": total, "unique": unique}
    value = (1 - unique / total) * params.max_penalty
    return Score(value, "counted", f"{unique} of {total} n-grams are different.", details)
