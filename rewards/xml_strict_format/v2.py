"""Whether a completion is a reasoning block and an answer block, with every tag on a line of its own."""

from rewards.declare import reward
from rewards.text.framed import XML, framed
from rewards.text.substance import Reasoned
from rewards.types import NoReference, Sample, Score

_TAGS = ("<reasoning>", "</reasoning>", "<answer>", "</answer>")


class Params(Reasoned):
    """What counts as reasoning."""


@reward(range=(0.0, 0.5), supersedes=("xml_strict_format@v1",))
def score(sample: Sample[NoReference], params: Params) -> Score:
    r"""The completion is a `<reasoning>` and an `<answer>` block, each tag on a line of its own, and nothing else.

    **0.5**: each of the four tags stands exactly once and alone on its line, they stand in order, nothing but white
    space stands before, between or after the blocks, each block says something, and no tag is malformed (`match`). Both
    blocks may be any number of lines, the text may or may not end with a newline, and blanks around a tag and blank
    lines are free. **0.0**: one of it fails; the reason is the first (`malformed_tag`, `missing_tag`, `repeated_tag`,
    `wrong_order`, `text_outside`, `blank_block`, `shared_line`), explanation and details name every one. Or the
    reasoning is none: fewer than `min_words` different words (`thin_reasoning`), the same few over and over
    (`repetitive_reasoning`), those of the prompt (`copied_prompt`, only where the prompt is sent). Or the completion is
    no attempt at all: `empty`, `tag_stuffing`, `keyword_stuffing`, `answer_spam`, `endless_repetition`, `prompt_echo`,
    `lookalikes`, `bare_prefix`, `all_options`, `cut_off`. There is nothing between.

    `details`: `met` and `conditions` (the lines are no part of them), `failed`, and `malformed`, the malformed tags as
    they are written.

    Known ways to game it: form is paid, not truth; nonsense in many different words passes. Use it beside a reward for
    the answer.

    Source: written for this service; it stands in for `strict_format_reward_func` of the GSM8K GRPO demo, and keeps
    its tags and its weight.
    """
    found = framed(sample.completion, sample.prompt, XML, params.min_words)
    if unpaid := found.unpaid(0.0):
        return unpaid
    if found.frame.faults:
        return found.failed(0.0)
    shared = [tag for tag in _TAGS if not _is_alone(sample.completion, tag)]
    if shared:
        found.details["failed"] = f"{', '.join(shared)} not alone on the line"
        return Score(0.0, "shared_line", f"{len(shared)} of 4 tags are not alone on their lines.", found.details)
    return Score(0.5, "match", "The completion is a reasoning and an answer block, line by line.", found.details)


def _is_alone(text: str, tag: str) -> bool:
    """Return whether nothing but white space stands on the line of a tag that stands once."""
    start = text.index(tag)
    end = text.find("\n", start)
    return text[text.rfind("\n", 0, start) + 1 : end if end >= 0 else len(text)].strip() == tag
