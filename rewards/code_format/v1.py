"""The code format reward of open-r1, as published."""

import re

from pydantic import Field

from rewards.declare import reward
from rewards.text.tags import first_missing
from rewards.types import Frozen, NoReference, Sample, Score


class Params(Frozen):
    """Which language the code is in."""

    language: str = Field(
        default="python",
        pattern=r"^[A-Za-z0-9_-]{1,40}$",
        description="What must follow the three backticks. The published function takes it from a column of the data "
        "set where there is one: call once for each language.",
        examples=["python", "cpp"],
    )


@reward(range=(0.0, 1.0))
def score(sample: Sample[NoReference], params: Params) -> Score:
    r"""The completion is a think block and an answer block with a fenced piece of code, line by line.

    **1.0**: the completion matches ``^<think>\n.*?\n</think>\n<answer>\n.*?```LANGUAGE.*?```.*?\n</answer>$`` from its
    start, where `.` matches newlines and `$` the end of any line (`match`). **0.0**: a tag or a fence does not stand in
    its place (`missing_tag`), or all do and something else is between or behind them (`mismatch`). There is nothing
    between, and the code is neither read nor run.

    Known defects, kept because runs have been trained on them:

    - An empty fence and text that is no code score 1.0.
    - What follows the language is free: ` ```python3 ` and ` ```pythonic ` are `python`; ` ```Python ` is not.
    - Any text may follow on the lines after `</answer>`, including further blocks; several fences count as one.
    - A blank line between the blocks, tags on the line of their text and `\r\n` score 0.0, and where the chat template
      already opens `<think>`, every completion does.

    Source: `get_code_format_reward` of open-r1 (src/open_r1/rewards.py), re-implemented from its pattern. There the
    language is part of a pattern; here it is a plain word, which comes to the same.
    """
    if _rule(params.language).match(sample.completion):
        return Score(1.0, "match", "The completion is a think block and an answer block with a fence, line by line.")
    tags = ("<think>\n", "\n</think>\n", "<answer>\n", f"```{params.language}", "```", "\n</answer>")
    missing = first_missing(sample.completion, tags)
    if missing is not None:
        tag = missing.strip()
        return Score(0.0, "missing_tag", f"{tag} does not stand in its place.", {"missing": tag})
    return Score(0.0, "mismatch", "All tags are there, but something stands before, between or right behind them.")


def _rule(language: str) -> re.Pattern[str]:
    """Return the published pattern with atomic groups: the first place for each part is as good as any later one."""
    rule = rf"<think>\n(?>.*?\n</think>\n<answer>\n)(?>.*?```{language})(?>.*?```)(?>.*?\n</answer>$)"
    return re.compile(rule, re.DOTALL | re.MULTILINE)
