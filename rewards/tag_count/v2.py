"""How many of the tags of reasoning and answer stand where they belong."""

from rewards.declare import reward
from rewards.text.framed import framed, lost_tags
from rewards.text.tag_blocks import is_opened
from rewards.text.tag_names import TagNames
from rewards.types import NoReference, Sample, Score


class Params(TagNames):
    """How the blocks are called, and whether the prompt opens the first."""


@reward(range=(0.0, 1.0), supersedes=("tag_count@v1",))
def score(sample: Sample[NoReference], params: Params) -> Score:
    r"""Each tag of the reasoning and of the answer stands exactly once, in order, and each block says something.

    **1.0**: all four do (`all_tags`); three, where the chat template opens the reasoning. **Between**: the share of the
    tags that stand exactly once (`some_tags`). Where all do, one of them is not counted for their wrong order, one for
    each blank block, and one for a malformed tag beside them. **0.0**: none stands exactly once (`no_tags`), or the
    completion is no attempt: its reasoning, or the whole text where the tags make no blocks, has fewer than `min_words`
    different words (`thin_reasoning`), the same few over and over (`repetitive_reasoning`), those of the prompt
    (`copied_prompt`, only where the prompt is sent), or it is `empty`, `tag_stuffing`, `keyword_stuffing`,
    `answer_spam`, `endless_repetition`, `prompt_echo`, `lookalikes`, `bare_prefix`, `all_options` or `cut_off`.

    Text outside the blocks costs nothing, and newlines do not matter: this is the step before `think_format@v2`, for
    models that have not found the format. `prefilled` is as there.

    `details`: `tags` (how many are counted), `asked`, `prefilled`, `met` and `conditions` (as of `think_format@v2`),
    `failed`, and `malformed`, the malformed tags as they are written.

    Known ways to game it: form is paid, not truth; nonsense in many different words passes. Use it beside a reward for
    the answer.

    Source: written for this service; it stands in for `tag_count_reward` of open-r1.
    """
    opened = is_opened(sample.completion, sample.prompt, params.think_tag, params.prefilled)
    names = (params.think_tag, params.answer_tag)
    found = framed(sample.completion, sample.prompt, names, params.min_words, opened=opened)
    frame = found.frame
    asked = 2 * len(names) - opened
    counted = len(frame.single)
    if counted == asked:
        counted -= lost_tags(frame)
    found.details.update(tags=counted, asked=asked, prefilled=opened)
    if unpaid := found.unpaid(0.0):
        return unpaid
    reason = "all_tags" if counted == asked else "some_tags" if counted > 0 else "no_tags"
    explanation = f"{counted} of {asked} tags stand once, in order and around something."
    return Score(counted / asked, reason, explanation, found.details)
