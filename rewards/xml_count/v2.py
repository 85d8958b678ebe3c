"""How many of the four tags of reasoning and answer stand where they belong."""

from rewards.declare import reward
from rewards.text.framed import XML, framed, lost_tags
from rewards.text.substance import Reasoned
from rewards.types import NoReference, Sample, Score

_TAG_VALUE = 0.125
_CHARS_FOR_A_TAG = 125
_MOST_CHARGED = 250


class Params(Reasoned):
    """What counts as reasoning."""


@reward(range=(0.0, 0.5), supersedes=("xml_count@v1",))
def score(sample: Sample[NoReference], params: Params) -> Score:
    r"""Each of the four tags stands exactly once and in order, and nothing stands outside the blocks.

    **0.5**: all four do, each block says something, and no tag is malformed (`all_tags`). **Between**: 0.125 for each
    tag that stands exactly once. Where all four do: their wrong order, a malformed tag beside them and a blank block
    cost 0.125 each, and text before, between or after the blocks 0.001 for each character, 0.25 at most. The reason is
    the first condition that fails (`malformed_tag`, `missing_tag`, `repeated_tag`, `wrong_order`, `text_outside`,
    `blank_block`); explanation and details name every one. **0.0**: no tag stands exactly once, or the completion is no
    attempt: its reasoning, or the whole text where the tags make no blocks, has fewer than `min_words` different words
    (`thin_reasoning`), the same few over and over (`repetitive_reasoning`), those of the prompt (`copied_prompt`, only
    where the prompt is sent), or it is `empty`, `tag_stuffing`, `keyword_stuffing`, `answer_spam`,
    `endless_repetition`, `prompt_echo`, `lookalikes`, `bare_prefix`, `all_options` or `cut_off`.

    A completion that ends at `</answer>` pays for nothing, and neither newlines nor the length of the blocks matter.

    `details`: `tags` (how many stand once), `charged_chars`, `met` and `conditions`, `failed`, and `malformed`, the
    malformed tags as they are written.

    Known ways to game it: form is paid, not truth; nonsense in many different words passes. Use it beside a reward for
    the answer.

    Source: written for this service; it stands in for `xmlcount_reward_func` of the GSM8K GRPO demo, and keeps its
    tags, its weight and its charge.
    """
    found = framed(sample.completion, sample.prompt, XML, params.min_words)
    charged = min(_MOST_CHARGED, found.frame.outside)
    found.details.update(tags=len(found.frame.single), charged_chars=charged)
    if unpaid := found.unpaid(0.0):
        return unpaid
    if not found.frame.faults:
        return Score(0.5, "all_tags", "The four tags stand once and in order, and nothing is outside.", found.details)
    tags = len(found.frame.single)
    if tags == 2 * len(XML):
        tags -= lost_tags(found.frame)
    return found.failed((tags * _CHARS_FOR_A_TAG - charged) / _CHARS_FOR_A_TAG * _TAG_VALUE)
