"""The tags `<start_working_out>`, `<end_working_out>`, `<SOLUTION>` and `</SOLUTION>`: what a completion puts there."""

import re

from pydantic import Field

from rewards.types import Frozen

TAGS = ("<start_working_out>", "<end_working_out>", "<SOLUTION>", "</SOLUTION>")
"""In the order that the prompt prescribes."""

WORKING, WORKED, SOLUTION, SOLVED = TAGS

# The published pattern, `^[\s]{0,}<start_working_out>.+?<end_working_out>.*?<SOLUTION>(.+?)</SOLUTION>[\s]{0,}$`
# with MULTILINE and DOTALL, is searched in cubic time. If it matches at all, then from the first opening tag that
# only white space stands before on its line, by the first of each further tag, up to the first closing tag that only
# white space stands behind on its line.
_OPENING = re.compile(r"^[^\S\n]*+<start_working_out>", re.MULTILINE)
_CLOSING = re.compile(r"</SOLUTION>[^\S\n]*+$", re.MULTILINE)
_NUMBER = re.compile(r"[\d.,]+")


class Reference(Frozen):
    """What the published functions compare with."""

    answer: str = Field(description="The expected answer.", examples=["72", "-5", "1072"])


def published_solution(text: str) -> str | None:
    """Return what the published pattern captures, in linear time; None where it does not match."""
    opening = _OPENING.search(text)
    if opening is None:
        return None
    worked = text.find(WORKED, opening.end() + 1)
    if worked < 0:
        return None
    start = text.find(SOLUTION, worked + len(WORKED))
    if start < 0:
        return None
    start += len(SOLUTION)
    closing = _CLOSING.search(text, start + 1)
    return text[start : closing.start()] if closing else None


def published_number(text: str) -> str | None:
    r"""Return what `<SOLUTION>.*?([\d\.\,]{1,})` with DOTALL captures, in linear time; None where it does not match."""
    _, tag, behind = text.partition(SOLUTION)
    number = _NUMBER.search(behind) if tag else None
    return number[0] if number else None
