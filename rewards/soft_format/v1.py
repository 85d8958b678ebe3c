"""The R1-style format reward of open-instruct, as published."""

import re

from pydantic import Field

from rewards.declare import reward
from rewards.text.tags import first_missing
from rewards.types import Frozen, NoReference, Sample, Score

# The published pattern with atomic groups. The first place where the answer can open is as good as any later
# one, so the same texts match, in linear instead of quadratic time.
_RULE = re.compile(r"(?>.*?</think>\s*<answer>)(?>.*?</answer>)", re.DOTALL)

_TAGS = ("</think>", "<answer>", "</answer>")
_LARGEST = 10.0


class Params(Frozen):
    """What the format is worth."""

    reward_scale: float = Field(
        default=1.0,
        gt=0.0,
        le=_LARGEST,
        description="The value of a completion in the format.",
    )


@reward(range=(0.0, _LARGEST))
def score(sample: Sample[NoReference], params: Params) -> Score:
    r"""A think block is closed, and an answer block follows it.

    **`reward_scale`**, 1.0 unless chosen: the completion matches `.*?</think>\s*<answer>.*?</answer>` from its start,
    where `.` matches newlines (`match`). **0.0**: a tag does not stand in its place (`missing_tag`), or all do and
    something is between the blocks (`mismatch`). There is nothing between, and the answer is not judged.

    Known defects, kept because runs have been trained on them:

    - No `<think>` is needed, so a completion whose template opens it is in the format, and so is one that never thinks:
      `</think><answer></answer>` is worth all of it.
    - Any text may stand before and after, including further blocks.
    - One word between `</think>` and `<answer>` is worth nothing, unless another such pair follows.

    Source: `soft_format_reward_func` of open-instruct (open_instruct/ground_truth_utils.py), re-implemented from its
    pattern.
    """
    if _RULE.match(sample.completion):
        return Score(params.reward_scale, "match", "A think block is closed, and an answer block follows it.")
    missing = first_missing(sample.completion, _TAGS)
    if missing is not None:
        return Score(0.0, "missing_tag", f"{missing} does not stand in its place.", {"missing": missing})
    return Score(0.0, "mismatch", "All tags are there, but something stands between the blocks.")
