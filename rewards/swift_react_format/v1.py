"""The ReAct format reward of ms-swift, as published."""

import re

from rewards.declare import reward
from rewards.text.tags import first_missing
from rewards.types import NoParams, NoReference, Sample, Score

# The published pattern with atomic groups, without its end, which any text has. The first place for the action is
# as good as any later one, so the same texts match, in linear instead of quadratic time.
_RULE = re.compile(r"<think>(?>.*?</think>\s*Action:)(?>.*?Action Input:)", re.DOTALL)

_MARKS = ("<think>", "</think>", "Action:", "Action Input:")


@reward(range=(0.0, 1.0))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    r"""The completion starts with a think block followed by an action and its input.

    **1.0**: the completion matches `^<think>.*?</think>\s*Action:.*?Action Input:.*?$` from its start, where `.`
    matches newlines (`match`). **0.0**: a tag or a mark does not stand in its place (`missing_tag`), or all do and
    something else is before or between them (`mismatch`). There is nothing between, and no tool is looked up.

    Known defects, kept because runs have been trained on them:

    - The action and its input may be empty: `<think></think>Action:Action Input:` scores 1.0.
    - Anything may follow, including an `Observation:` that the model made up and a final answer.
    - A final answer without an action scores 0.0, so the last turn of an agent never earns it.
    - One character before `<think>`, even a newline, scores 0.0, and where the chat template already opens `<think>`,
      every completion does.

    Source: `ReActFormat` of ms-swift (swift/rewards/orm.py), re-implemented from its pattern.
    """
    if _RULE.match(sample.completion):
        return Score(1.0, "match", "The completion starts with a think block followed by an action and its input.")
    missing = first_missing(sample.completion, _MARKS)
    if missing is not None:
        return Score(0.0, "missing_tag", f"{missing} does not stand in its place.", {"missing": missing})
    return Score(0.0, "mismatch", "All marks are there, but something stands before or between them.")
