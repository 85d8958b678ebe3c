"""The format reward of open-r1, as published."""

import re

from rewards.declare import reward
from rewards.text.tags import first_missing
from rewards.types import NoParams, NoReference, Sample, Score

# The published pattern with atomic groups. The first place where the answer can open is as good as any later
# one, so the same texts match, in linear instead of quadratic time.
_RULE = re.compile(r"<think>\n(?>.*?\n</think>\n<answer>\n)(?>.*?\n</answer>$)", re.DOTALL | re.MULTILINE)

_TAGS = ("<think>\n", "\n</think>\n", "<answer>\n", "\n</answer>")


@reward(range=(0.0, 1.0))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    r"""The completion starts with a think block and an answer block, every tag on a line of its own.

    **1.0**: the completion matches `^<think>\n.*?\n</think>\n<answer>\n.*?\n</answer>$` from its start, where `.`
    matches newlines and `$` the end of any line (`match`). **0.0**: a tag does not stand in its place
    (`missing_tag`), or all do and something else is between or behind them (`mismatch`). There is nothing between, and
    the answer is not judged.

    Known defects, kept because runs have been trained on them:

    - Any text may follow on the lines after `</answer>`, including further blocks; both blocks may be blank lines.
    - A blank line between the blocks, tags on the line of their text and `\r\n` score 0.0.
    - Where the chat template already opens `<think>`, every completion scores 0.0.
    - The think block may hold `<think>`, and an answer in tags of its own.

    Source: `format_reward` of open-r1 (src/open_r1/rewards.py), re-implemented from its pattern. `think_format@v1` is
    the earlier revision of the same function, which requires no newlines.
    """
    if _RULE.match(sample.completion):
        return Score(1.0, "match", "The completion starts with a think block and an answer block, line by line.")
    missing = first_missing(sample.completion, _TAGS)
    if missing is not None:
        tag = missing.strip()
        return Score(0.0, "missing_tag", f"{tag} does not stand on a line of its own in its place.", {"missing": tag})
    return Score(0.0, "mismatch", "All tags are there, but something stands before, between or right behind them.")
