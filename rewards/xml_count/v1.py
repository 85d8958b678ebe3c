"""The tag-counting reward of the well-known GSM8K GRPO demo, as published."""

from rewards.declare import reward
from rewards.types import NoParams, NoReference, Sample, Score

_TAG_VALUE = 0.125
_CHAR_COST = 0.001


@reward(range=(-2000.0, 0.5))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    r"""Each of the four tags stands on its own line exactly once, and nothing follows the last.

    **0.5**: all four are there and the completion ends with the newline after `</answer>`. A tag is worth
    0.125 if its text occurs exactly once: `<reasoning>\n`, `\n</reasoning>\n`, `\n<answer>\n` and
    `\n</answer>`. The third also costs 0.001 for each character after `\n</answer>\n`, the fourth for each
    character but one after `\n</answer>`; where that text is missing, the whole completion counts as
    following it. **Lowest**: the published function has no floor. A completion of the greatest length that
    is scored costs at most 0.002 a character, hence the range down to -2000.0, which is what a longer one
    scores.

    Known defects, kept because runs have been trained on them:

    - A perfect answer that ends at `</answer>` without a newline pays for its whole length: 0.437 at 63
      characters, -0.546 at about 1,000. It is a length penalty in disguise.
    - An unclosed `<answer>` pays for the whole completion too; a completion without any tag pays nothing.
    - One rambling completion can dwarf every other reward of its group.
    - The order of the tags does not matter.

    Source: `xmlcount_reward_func` of the GSM8K GRPO demo by Will Brown (GitHub gist
    4676755236bb08cab5f4e54a0475d6fb), also in Unsloth's Llama 3.1 (8B) GRPO notebook.
    """
    text = sample.completion
    tags = 0
    trailing = 0
    value = 0.0
    # Floating-point addition is not associative: value and cost are added in the published order, tag by tag.
    for tag in ("<reasoning>\n", "\n</reasoning>\n"):
        if text.count(tag) == 1:
            tags += 1
            value += _TAG_VALUE
    for tag, end, free in (("\n<answer>\n", "\n</answer>\n", 0), ("\n</answer>", "\n</answer>", 1)):
        if text.count(tag) == 1:
            tags += 1
            value += _TAG_VALUE
            charged = len(text.rpartition(end)[2]) - free
            value -= charged * _CHAR_COST
            trailing += charged
    details = {"tags": tags, "charged_chars": trailing}
    reason = "all_tags" if tags == 4 else "some_tags" if tags else "no_tags"  # noqa: PLR2004 - the four tags
    explanation = f"{tags} of 4 tags occur exactly once, and {trailing} characters after them were charged."
    return Score(value, reason, explanation, details)
