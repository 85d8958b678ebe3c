"""The format part of Logic-RL's reward, as published."""

from rewards.declare import reward
from rewards.text.tag_order import fault
from rewards.types import NoParams, NoReference, Sample, Score

_TAGS = ("<think>", "</think>", "<answer>", "</answer>")


@reward(range=(-1.0, 1.0))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    """The four tags occur exactly once each, in their order.

    **1.0**: `<think>`, `</think>`, `<answer>` and `</answer>` occur once each, and in this order (`match`). **-1.0**: a
    tag does not occur (`missing_tag`), occurs more than once (`repeated_tag`), or stands before one that it must follow
    (`wrong_order`). There is nothing between, and the answer is not judged.

    The published reward cuts off what precedes the first `Assistant:` or `<|im_start|>assistant` before it looks. This
    one looks at the completion as it is; `knights_knaves@v1` is the whole reward.

    Known defects, kept because runs have been trained on them:

    - Any text may stand before, between and after the blocks, and both may be empty: `<think></think><answer></answer>`
      scores 1.0.
    - A thought that mentions a tag scores -1.0, and where the chat template already opens `<think>`, every completion
      does.

    Source: `validate_response_structure` of Logic-RL (verl/utils/reward_score/kk.py), re-implemented, with the values
    that its caller gives it.
    """
    found = fault(sample.completion, _TAGS)
    if found is None:
        return Score(1.0, "match", "The four tags occur exactly once each, in their order.")
    return Score(-1.0, found.reason, found.explanation, {"tag": found.tag})
