"""The format reward of verifiers' think parser, as published."""

from rewards.declare import reward
from rewards.types import NoParams, NoReference, Sample, Score

_OPENING = "<think>"
_CLOSING = "</think>"


@reward(range=(0.0, 1.0))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    """The completion starts with its only think block, and something follows it.

    **1.0**: white space apart, the completion starts with `<think>`; `<think>` and `</think>` occur once each; and at
    least one character follows `</think>` (`match`). **0.0**: it does not start so (`no_opening`), a tag occurs twice
    (`repeated_tag`), `</think>` is missing (`missing_tag`) or the last thing in the text (`nothing_after`). There is
    nothing between, and the answer is not judged.

    The published function is the mean over the assistant's messages; here the last message is the completion.

    Known defects, kept because runs have been trained on them:

    - One space or newline after `</think>` counts as an answer, so `<think></think>` with a newline scores 1.0.
    - An empty thought is one.
    - A thought that mentions `<think>` scores 0.0, and where the chat template already opens it, every completion does.

    Source: `ThinkParser.get_format_reward_func` of verifiers (verifiers/parsers/think_parser.py, later
    verifiers/legacy/parsers/think_parser.py), re-implemented.
    """
    text = sample.completion
    if not text.lstrip().startswith(_OPENING):
        return Score(0.0, "no_opening", "The completion does not start with <think>.")
    for tag in (_OPENING, _CLOSING):
        if text.count(tag) > 1:
            return Score(0.0, "repeated_tag", f"{tag} occurs more than once.", {"repeated": tag})
    if _CLOSING not in text:
        return Score(0.0, "missing_tag", "</think> does not follow.", {"missing": _CLOSING})
    if text.endswith(_CLOSING):
        return Score(0.0, "nothing_after", "Nothing follows </think>.")
    return Score(1.0, "match", "The completion starts with its only think block, and something follows it.")
