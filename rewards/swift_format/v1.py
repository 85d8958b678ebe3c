"""The format reward of ms-swift, as published."""

import re

from rewards.declare import reward
from rewards.text.tags import first_missing
from rewards.types import NoParams, NoReference, Sample, Score

# The published pattern as far as the answer's opening. The first place where it can open is as good as any later
# one, and whether the text ends with the last tag is seen at its end, so the same texts match, in linear time.
_OPENED = re.compile(r"<think>(?>.*?</think>\s*<answer>)", re.DOTALL)

_TAGS = ("<think>", "</think>", "<answer>", "</answer>")


@reward(range=(0.0, 1.0))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    r"""The completion is a think block followed by an answer block, and ends there.

    **1.0**: the completion matches `^<think>.*?</think>\s*<answer>.*?</answer>(?![\s\S])` from its start, where `.`
    matches newlines (`match`). **0.0**: a tag does not stand in its place (`missing_tag`), or all do and something else
    is before, between or behind them (`mismatch`). There is nothing between, and the answer is not judged.

    Known defects, kept because runs have been trained on them:

    - One character after the last `</answer>`, even a newline, scores 0.0, and so does one before `<think>`.
    - Further blocks are allowed, as are two `<think>` and an answer hidden in the first block.
    - Empty blocks score 1.0.
    - Where the chat template already opens `<think>`, every completion scores 0.0.

    Source: `Format` of ms-swift (swift/rewards/orm.py), re-implemented from its pattern.
    """
    text = sample.completion
    opened = _OPENED.match(text)
    if opened and text.endswith("</answer>", opened.end()):
        return Score(1.0, "match", "The completion is a think block and an answer block, and ends there.")
    missing = first_missing(text, _TAGS)
    if missing is not None:
        return Score(0.0, "missing_tag", f"{missing} does not stand in its place.", {"missing": missing})
    return Score(0.0, "mismatch", "All tags are there, but something stands before, between or behind the blocks.")
