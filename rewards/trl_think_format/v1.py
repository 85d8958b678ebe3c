"""TRL's think format reward, as published."""

from rewards.declare import reward
from rewards.types import NoParams, NoReference, Sample, Score

_OPENING = "<think>"
_CLOSING = "</think>"


@reward(range=(0.0, 1.0))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    """The completion starts with `<think>`, which occurs once, and closes it.

    **1.0**: the completion matches `^<think>(?!.*<think>)(.*?)</think>.*$` from its start, where `.` matches newlines:
    it starts with `<think>`, no other follows anywhere, and `</think>` does (`match`). **0.0**: it does not start so
    (`no_opening`), a second `<think>` follows (`repeated_tag`), or none is closed (`missing_tag`). There is nothing
    between, and no answer is looked for.

    Known defects, kept because runs have been trained on them:

    - `<think></think>` scores 1.0: neither a thought nor an answer is needed.
    - Several `</think>` and any other tags are allowed.
    - An answer that mentions `<think>` scores 0.0, as does one character before the first, even a newline.
    - Where the chat template already opens `<think>`, every completion scores 0.0.

    Source: `think_format_reward` of TRL 1.16.0 (trl/rewards/format_rewards.py), re-implemented from its pattern.
    """
    text = sample.completion
    if not text.startswith(_OPENING):
        return Score(0.0, "no_opening", "The completion does not start with <think>.")
    if text.find(_OPENING, len(_OPENING)) >= 0:
        return Score(0.0, "repeated_tag", "A second <think> follows.", {"repeated": _OPENING})
    if text.find(_CLOSING, len(_OPENING)) < 0:
        return Score(0.0, "missing_tag", "</think> does not follow.", {"missing": _CLOSING})
    return Score(1.0, "match", "The completion starts with its only <think>, and closes it.")
