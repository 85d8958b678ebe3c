"""The approximate format reward of Unsloth's advanced GRPO notebook, as published."""

from rewards.declare import reward
from rewards.text.solution_tags import TAGS
from rewards.types import NoParams, NoReference, Sample, Score

_ONCE = 0.5
_OTHERWISE = -1.0


@reward(range=(-4.0, 2.0))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    """Each of the four tags occurs exactly once.

    **2.0**: `<start_working_out>`, `<end_working_out>`, `<SOLUTION>` and `</SOLUTION>` each occur once (`all_tags`).
    Each tag that does adds 0.5, each that does not, or more than once, -1.0 (`some_tags`). **-4.0**: none does
    (`no_tags`).

    Known defects, kept because runs have been trained on them:

    - The order of the tags does not matter, nor whether anything stands between them: the four tags alone are 2.0.
    - A working that names a tag, such as "I will put it in <SOLUTION>", loses 1.5.
    - An honest answer without tags costs -4.0, more than any wrong answer in the same recipe.

    Source: `match_format_approximately` of Unsloth's notebook "Advanced Llama3.2 (3B) GRPO LoRA".
    """
    once = sum(1 for tag in TAGS if sample.completion.count(tag) == 1)
    value = _ONCE * once + _OTHERWISE * (len(TAGS) - once)
    reason = "all_tags" if once == len(TAGS) else "some_tags" if once else "no_tags"
    return Score(value, reason, f"{once} of 4 tags occur exactly once.", {"tags": once})
