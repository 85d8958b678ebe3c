"""The format reward of a reasoning-model GRPO run, as published."""

import re

from rewards.declare import reward
from rewards.text.tags import first_missing
from rewards.types import NoParams, NoReference, Sample, Score

# The published pattern with atomic groups. The first place where the answer can open is as good as any later
# one, so the same texts match, in linear instead of quadratic time.
_RULE = re.compile(r"<think>(?>.*?</think>\s*<answer>)(?>.*?</answer>$)", re.DOTALL | re.MULTILINE)

_TAGS = ("<think>", "</think>", "<answer>", "</answer>")


@reward(range=(0.0, 1.0))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    r"""The completion starts with a `<think>` block followed by an `<answer>` block that ends a line.

    **1.0**: the completion matches `^<think>.*?</think>\s*<answer>.*?</answer>$` from its start, where `.`
    matches newlines and `$` the end of any line. **0.0**: it does not. There is nothing between, and the
    answer is not judged.

    Known defects, kept because runs have been trained on them:

    - Any text may follow on the lines after `</answer>`, including further blocks.
    - Empty blocks score 1.0, as do two `<think>` blocks and an answer hidden in the first.
    - Where the chat template already opens `<think>`, every completion scores 0.0: in ten logged runs this
      reward was 0.0000 to 0.0014 on average.
    - One character before `<think>`, even a newline, scores 0.0.

    Source: `format_reward` of Thinking_LLM's copy of open-r1 (src/open_r1/rewards.py); today's open-r1
    requires newlines around the tags and is a different reward.
    """
    if _RULE.match(sample.completion):
        return Score(1.0, "match", "The completion starts with a think block followed by an answer block.")
    missing = first_missing(sample.completion, _TAGS)
    if missing is not None:
        return Score(0.0, "missing_tag", f"{missing} does not stand in its place.", {"missing": missing})
    return Score(
        0.0,
        "mismatch",
        "All tags are there, but something stands before, between or right behind the blocks.",
    )
