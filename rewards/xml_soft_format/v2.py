"""Whether a completion is a reasoning block and an answer block, however they are laid out."""

from rewards.declare import reward
from rewards.text.framed import XML, framed
from rewards.text.substance import Reasoned
from rewards.types import NoReference, Sample, Score


class Params(Reasoned):
    """What counts as reasoning."""


@reward(range=(0.0, 0.5), supersedes=("xml_soft_format@v1",))
def score(sample: Sample[NoReference], params: Params) -> Score:
    r"""The completion is a `<reasoning>` block followed by an `<answer>` block, and nothing else.

    **0.5**: each of the four tags stands exactly once, they stand in order, nothing but white space stands before,
    between or after the blocks, each block says something, and no tag is malformed (`match`). Lines do not matter: both
    blocks may be one line or many. **0.0**: one of it fails; the reason is the first (`malformed_tag`, `missing_tag`,
    `repeated_tag`, `wrong_order`, `text_outside`, `blank_block`), explanation and details name every one. Or the
    reasoning is none: fewer than `min_words` different words (`thin_reasoning`), the same few over and over
    (`repetitive_reasoning`), those of the prompt (`copied_prompt`, only where the prompt is sent). Or the completion is
    no attempt at all: `empty`, `tag_stuffing`, `keyword_stuffing`, `answer_spam`, `endless_repetition`, `prompt_echo`,
    `lookalikes`, `bare_prefix`, `all_options`, `cut_off`. There is nothing between.

    What earns `xml_strict_format@v2` earns this reward too.

    `details`: `met` and `conditions`, `failed`, and `malformed`, the malformed tags as they are written.

    Known ways to game it: form is paid, not truth; nonsense in many different words passes. Use it beside a reward for
    the answer.

    Source: written for this service; it stands in for `soft_format_reward_func` of the GSM8K GRPO demo, and keeps its
    tags and its weight.
    """
    found = framed(sample.completion, sample.prompt, XML, params.min_words)
    if unpaid := found.unpaid(0.0):
        return unpaid
    if found.frame.faults:
        return found.failed(0.0)
    return Score(0.5, "match", "The completion is a reasoning block and an answer block.", found.details)
