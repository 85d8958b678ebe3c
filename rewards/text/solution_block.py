"""The one block between `<SOLUTION>` and `</SOLUTION>` that answers a question."""

import re
from dataclasses import dataclass

from rewards.text.attempt import Refusal, refusal
from rewards.text.solution_tags import SOLUTION, SOLVED, WORKED, WORKING

_SAYING = re.compile("[^\\W_\u115f\u1160\u3164\uffa0]|[∞∅]")
"""A letter with ink, a digit, or a sign that is an answer by itself."""


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between the tags, or why nothing counts."""

    content: str = ""
    trouble: str = ""
    """A reason code; empty where the content counts."""
    explanation: str = ""


def solution_block(text: str) -> Block:
    """Return the only solution behind the working, which must be the end of the text.

    What stands before the last `<end_working_out>` is not read, nor what follows a `<start_working_out>` that is left
    open. Where there is no working, the whole text is read.
    """
    behind = text.rpartition(WORKED)[2].partition(WORKING)[0]
    start = behind.find(SOLUTION)
    if start < 0:
        return Block(trouble="no_answer", explanation="No solution is opened behind the working.")
    if behind.count(SOLUTION) > 1 or behind.count(SOLVED) > 1:
        return Block(trouble="several_answers", explanation="More than one solution stands behind the working.")
    content, closing, after = behind[start + len(SOLUTION) :].partition(SOLVED)
    if not closing:
        return Block(trouble="no_answer", explanation="The solution is not closed.")
    if not holds_text(content):
        return Block(trouble="no_answer", explanation="The solution is blank.")
    if after.strip():
        return Block(trouble="text_after", explanation="Something stands behind the solution.")
    return Block(content)


def holds_text(text: str) -> bool:
    """Return whether a text has a letter, a digit, or a sign that is an answer by itself."""
    return _SAYING.search(text) is not None


def no_attempt(text: str, prompt: str | None) -> Refusal | None:
    """Return why a text, or the working in it, attempts nothing; None where both are attempts."""
    if refused := refusal(text, prompt):
        return refused
    _, opening, behind = text.partition(WORKING)
    working, closing, _ = behind.partition(WORKED)
    refused = refusal(working, prompt) if opening and closing and holds_text(working) else None
    return None if refused and refused.reason == "cut_off" else refused  # whoever closes the working was not cut off
