"""A completion in blocks, with reasoning in the first: its frame, and whether it is an attempt at all."""

from typing import NamedTuple

from rewards.text import substance, tag_blocks
from rewards.text.attempt import Refusal
from rewards.types import Detail, Score

XML = ("reasoning", "answer")
"""The blocks of the GSM8K GRPO demo."""


class Framed(NamedTuple):
    """What is known of a completion before its form is paid."""

    frame: tag_blocks.Frame
    """What its tags come to."""

    refused: Refusal | None
    """Why it is no attempt, if it is none."""

    details: dict[str, Detail]
    """How many conditions hold, and each that fails."""

    def unpaid(self, lowest: float) -> Score | None:
        """Return the lowest score for a completion that is no attempt, else None."""
        if self.refused is None:
            return None
        return Score(lowest, self.refused.reason, self.refused.explanation, self.details)

    def failed(self, value: float) -> Score:
        """Return the score of a completion whose frame has faults, which it names."""
        frame = self.frame
        explanation = f"{frame.met} of {frame.asked} conditions hold: {self.details['failed']}."
        return Score(value, frame.faults[0].code, explanation, self.details)


def framed(
    completion: str,
    prompt: str | None,
    names: tuple[str, ...],
    min_words: int,
    *,
    opened: bool = False,
    tail: bool = False,
) -> Framed:
    """Return what the tags of a completion come to, and whether it is an attempt.

    Where the tags make no blocks, what must be an attempt is the text without them, and all of it is the reasoning.
    """
    frame = tag_blocks.read(completion, names, opened=opened, tail=tail)
    details: dict[str, Detail] = {"met": frame.met, "conditions": frame.asked}
    if frame.faults:
        details["failed"] = "; ".join(fault.what for fault in frame.faults)
    if frame.malformed:
        details["malformed"] = frame.malformed
    if frame.blocks is None:
        text = reasoning = tag_blocks.without_tags(completion, names)
    else:
        text = tag_blocks.without_tags(completion, names) if frame.faults else "\n".join(frame.blocks)
        reasoning = frame.blocks[0]
    closed = frame.blocks is not None and not tail
    return Framed(frame, substance.refusal(text, reasoning, prompt, min_words, closed=closed), details)


def lost_tags(frame: tag_blocks.Frame) -> int:
    """Return how many tags are not counted where all stand once: for their order, blank blocks and malformed tags."""
    wrong_order = any(fault.code == "wrong_order" for fault in frame.faults)
    return wrong_order + frame.blank + (frame.malformed != "")
