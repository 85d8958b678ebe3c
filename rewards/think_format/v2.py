"""Whether a completion is reasoning in tags and an answer, and nothing else."""

from typing import Literal

from pydantic import Field

from rewards.declare import reward
from rewards.text.framed import framed
from rewards.text.tag_blocks import is_opened
from rewards.text.tag_names import TagNames
from rewards.types import NoReference, Sample, Score


class Params(TagNames):
    """Which blocks a completion is made of."""

    shape: Literal["think_answer", "think"] = Field(
        default="think_answer",
        description="`think_answer`: the reasoning in tags, then the answer in tags. `think`: the reasoning in tags, "
        "then the answer as plain text.",
    )


@reward(
    range=(0.0, 1.0),
    supersedes=(
        "think_format@v1",
        "open_r1_format@v1",
        "trl_think_format@v1",
        "swift_format@v1",
        "soft_format@v1",
        "logic_rl_structure@v1",
        "verifiers_think_format@v1",
        "verifiers_xml_format@v1",
    ),
)
def score(sample: Sample[NoReference], params: Params) -> Score:
    r"""The completion is reasoning in `<think>` tags and then an answer, and nothing else.

    **1.0**: every condition holds (`match`). The conditions: each tag stands exactly once (one condition a tag), they
    stand in order, no text stands before, between or after the blocks, each block says something, and no tag is
    malformed (`<\think>`, `< think>`, `<THINK>`, `<think` ...). White space around the tags is free. **Between**: the
    share of the conditions that hold; those beside the tags count once every tag stands exactly once. The reason is
    the first that fails: `malformed_tag`, `missing_tag`, `repeated_tag`, `wrong_order`, `text_outside`, `blank_block`;
    explanation and details name every one. **0.0**: no tag stands exactly once; or the text is no reasoning in any
    form, which is asked of the whole text where the tags make no blocks: it has fewer than `min_words` different words
    (`thin_reasoning`), says the same few over and over (`repetitive_reasoning`), or has none to speak of that the
    prompt does not have (`copied_prompt`, only where the prompt is sent), or it is `empty`, `tag_stuffing`,
    `keyword_stuffing`, `answer_spam`, `endless_repetition`, `prompt_echo`, `lookalikes`, `bare_prefix`, `all_options`
    or `cut_off`.

    **Shape**: with `think_answer`, both blocks are in tags. With `think`, the answer is the text behind the reasoning,
    and only text before the reasoning is text outside. The names of the tags are params.

    **A template that opens the reasoning**: `prefilled: yes` asks for no opening tag and pays for none, `no` asks for
    it, and `auto` looks whether the prompt ends with the tag, else whether the completion closes the reasoning without
    opening it. Say `no` where a missing opening tag is to cost something: a prompt that does not end with it settles
    nothing, since what the template adds is seldom sent.

    `details`: `met` and `conditions` (how many hold, how many there are), `failed` (each that does not), `prefilled`,
    and `malformed`, the malformed tags as they are written.

    Known ways to game it: form is paid, not truth; nonsense in many different words passes, and so does anything
    between two ends of plain prose. Use it beside a reward for the answer. A policy that never opens the reasoning
    passes under `auto`.

    Source: written for this service; it stands in for the formats of open-r1 and its copies, TRL, ms-swift,
    open-instruct, Logic-RL and verifiers, whose defects are on the pages of their first versions.
    """
    names = (params.think_tag, params.answer_tag) if params.shape == "think_answer" else (params.think_tag,)
    opened = is_opened(sample.completion, sample.prompt, params.think_tag, params.prefilled)
    tail = params.shape == "think"
    found = framed(sample.completion, sample.prompt, names, params.min_words, opened=opened, tail=tail)
    found.details["prefilled"] = opened
    if unpaid := found.unpaid(0.0):
        return unpaid
    if found.frame.faults:
        return found.failed(found.frame.met / found.frame.asked)
    explanation = "The completion is reasoning in tags and an answer, and nothing else."
    return Score(1.0, "match", explanation, found.details)
