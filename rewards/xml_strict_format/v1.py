"""The strict format reward of the well-known GSM8K GRPO demo, as published."""

import re

from pydantic import Field

from rewards.declare import reward
from rewards.text.tags import first_missing
from rewards.types import Frozen, NoReference, Sample, Score

# The published pattern with atomic groups. The first place that continues into the answer is as good as any
# later one, so the same texts match, in linear instead of quadratic time.
_RULE = r"<reasoning>\n(?>.*?\n</reasoning>\n<answer>\n)(?>.*?\n</answer>\n$)"
_LINES = re.compile(_RULE)
_DOTALL = re.compile(_RULE, re.DOTALL)

_TAGS = ("<reasoning>\n", "\n</reasoning>\n", "<answer>\n", "\n</answer>\n")


class Params(Frozen):
    """Which revision of the published function."""

    dotall: bool = Field(
        default=False,
        description="Whether the reasoning and the answer may be several lines, as in the later revision.",
    )


@reward(range=(0.0, 0.5))
def score(sample: Sample[NoReference], params: Params) -> Score:
    r"""The completion is a reasoning block and an answer block, each tag on its own line, and nothing else.

    **0.5**: the completion matches `^<reasoning>\n.*?\n</reasoning>\n<answer>\n.*?\n</answer>\n$` from its
    start. **0.0**: it does not. There is nothing between, and the answer is not judged.

    With `dotall: false` (the first revision) the reasoning and the answer must be exactly one line each; with
    `dotall: true` (a later revision of the same function) they may be any number of lines.

    Known defects, kept because runs have been trained on them:

    - Without `dotall`, reasoning of two lines scores 0.0, which is what a model trained to reason writes.
    - The newline after `</answer>` is required: a completion that stops at the tag scores 0.0. One more
      newline is accepted, two are not.
    - Both blocks may be empty lines, and with `dotall` they may hold further blocks and tags.
    - Without `dotall`, `xml_soft_format@v1` forbids the newlines that this reward requires: no completion
      earns both.

    Source: `strict_format_reward_func` of the GSM8K GRPO demo by Will Brown (GitHub gist
    4676755236bb08cab5f4e54a0475d6fb), also in Unsloth's Llama 3.1 (8B) GRPO notebook.
    """
    rule = _DOTALL if params.dotall else _LINES
    if rule.match(sample.completion):
        return Score(0.5, "match", "The completion is one reasoning block and one answer block, line by line.")
    missing = first_missing(sample.completion, _TAGS)
    if missing is not None:
        tag = missing.strip()
        return Score(0.0, "missing_tag", f"{tag} does not stand on a line of its own in its place.", {"missing": tag})
    return Score(0.0, "mismatch", "All tags are there, but there are more lines or characters than the rule allows.")
