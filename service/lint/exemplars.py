"""The frame that each version's own example shows: its right completion, with a place for another answer."""

import re
from collections.abc import Iterable

from rewards.registry import discover
from service.examples import Example, example
from service.lint.answers import answers
from service.lint.frames import Frame

_PLACES = (
    re.compile(r"(?s)(.*<answer>\s*)(?:(?!</?answer>).)*?(\s*</answer>.*)"),
    re.compile(r"(?s)(.*\\boxed\{)[^{}]*(\}.*)"),
    re.compile(r"(?s)(.*#### )\S+(.*)"),
)
"""Where an answer may stand that the example's reference does not name."""


def own_frames(rewards: Iterable[str]) -> dict[str, Frame]:
    """Return the frame of each reward's example, by the reward's id, for those that have one here."""
    registry = discover()
    found = {}
    for reward_id in rewards:
        shown = example(registry[reward_id]) if reward_id in registry else None
        if shown is not None:
            found[reward_id] = Frame(f"as in the example of {reward_id}", _template(shown))
    return found


def _template(shown: Example) -> str:
    """Return the right completion with `{answer}` where its answer stood."""
    for answer in answers(shown.reference):
        template, count = re.subn(rf"(?<!\w){re.escape(answer)}(?!\w)", "{answer}", shown.right)
        if count:
            return template
    for place in _PLACES:
        if match := place.fullmatch(shown.right):
            return f"{match[1]}{{answer}}{match[2]}"
    return f"{shown.right.rstrip()}\n\nThe answer is {{answer}}: \\boxed{{{{answer}}}}."
