"""The soft format reward of the well-known GSM8K GRPO demo, as published."""

import re

from pydantic import Field

from rewards.declare import reward
from rewards.text.tags import first_missing
from rewards.types import Frozen, NoReference, Sample, Score

# The published pattern, matching the same texts in linear instead of quadratic time. With DOTALL the first
# place where the answer can open is as good as any later one. Without, `.` stops at the line's end, and the
# answer opens either on the line of the reasoning, where again the first place is the best, or on a later
# line, which only the line's last closing tag can be followed by.
_DOTALL = re.compile(r"<reasoning>(?>.*?</reasoning>\s*<answer>)(?>.*?</answer>)", re.DOTALL)
_LINES = re.compile(
    r"<reasoning>(?:(?>.*?</reasoning>[^\S\n]*<answer>)(?>.*?</answer>)"
    r"|(?>.*</reasoning>)\s*<answer>(?>.*?</answer>))"
)

_TAGS = ("<reasoning>", "</reasoning>", "<answer>", "</answer>")


class Params(Frozen):
    """Which revision of the published function."""

    dotall: bool = Field(
        default=False,
        description="Whether the reasoning and the answer may contain newlines, as in the later revision.",
    )


@reward(range=(0.0, 0.5))
def score(sample: Sample[NoReference], params: Params) -> Score:
    r"""The completion starts with a reasoning block followed by an answer block.

    **0.5**: the completion matches `<reasoning>.*?</reasoning>\s*<answer>.*?</answer>` from its start.
    **0.0**: it does not. There is nothing between, and the answer is not judged.

    With `dotall: false` (the first revision) neither block may contain a newline; with `dotall: true` (a
    later revision of the same function) both may.

    Known defects, kept because runs have been trained on them:

    - Without `dotall`, every completion that puts the tags on lines of their own, as the demo's prompt
      prescribes, scores 0.0, and no completion earns both this reward and `xml_strict_format@v1`.
    - Any text may follow the answer block, including further blocks; both blocks may be empty.
    - One character before `<reasoning>`, even a newline, scores 0.0.

    Source: `soft_format_reward_func` of the GSM8K GRPO demo by Will Brown (GitHub gist
    4676755236bb08cab5f4e54a0475d6fb), also in Unsloth's Llama 3.1 (8B) GRPO notebook.
    """
    rule = _DOTALL if params.dotall else _LINES
    if rule.match(sample.completion):
        return Score(0.5, "match", "The completion starts with a reasoning block followed by an answer block.")
    missing = first_missing(sample.completion, _TAGS)
    if missing is not None:
        return Score(0.0, "missing_tag", f"{missing} does not stand in its place.", {"missing": missing})
    return Score(0.0, "mismatch", "All tags are there, but a newline or a character stands where the rule allows none.")
