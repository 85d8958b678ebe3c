"""Where a completion marks its final answer: in tags, in boxes or on its last line.

A mark is a place in the text. What a policy could gain by marking several answers is decided by `adjoining`: answers
that follow each other with hardly a word between them are one statement, and who states two different ones has
answered neither.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

_TAG = re.compile(r"<(/?)answer>", re.IGNORECASE)
_BRACE = re.compile(r"\\(?:boxed|fbox)\s*\{|\\.|[{}]", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_END = re.compile(r"[.!?。！？\n]")  # noqa: RUF001 - Chinese sentences end too
_MAX_WORDS = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """One marked answer: `text[start:end]` is the whole mark, `content` what is marked."""

    start: int
    end: int
    content: str


def after_thinking(text: str) -> str:
    """Return what follows the last `</think>`, up to a `<think>` that is left open."""
    return text.rpartition("</think>")[2].partition("<think>")[0]


def answer_tags(text: str) -> list[Mark]:
    """Return every `<answer>` block, in order: up to the next tag, or to the end where none follows."""
    marks = []
    for tag, after in pairwise([*_TAG.finditer(text), None]):
        if tag is None or tag[1]:
            continue
        content = text[tag.end() : after.start() if after else len(text)]
        if content.strip() or after is None or after[1]:  # `<answer><answer>` is one block, not two
            marks.append(Mark(tag.start(), after.end() if after and after[1] else tag.end() + len(content), content))
    return marks


def boxes(text: str) -> list[Mark]:
    r"""Return every `\boxed{}` or `\fbox{}` that is closed and stands in no other, in order."""
    marks: list[Mark] = []
    opened: list[re.Match[str] | None] = []
    for brace in _BRACE.finditer(text):
        if brace[0] == "{":
            opened.append(None)
        elif brace[0] == "}" and opened:
            box = opened.pop()
            if box is not None:
                while marks and marks[-1].start > box.start():
                    marks.pop()
                marks.append(Mark(box.start(), brace.end(), text[box.end() : brace.start()]))
        elif brace[0].endswith("{") and len(brace[0]) > len(r"\{"):
            opened.append(brace)
    return marks


def last_lines(text: str, count: int) -> list[Mark]:
    """Return the last lines that hold a letter or a digit, at most so many, in order."""
    marks: list[Mark] = []
    end = len(text)
    while end >= 0 and len(marks) < count:
        start = text.rfind("\n", 0, end) + 1
        if any(map(str.isalnum, line := text[start:end])):
            marks.append(Mark(start, end, line))
        end = start - 1
    return marks[::-1]


def adjoining(text: str, marks: Sequence[Mark]) -> list[Mark]:
    r"""Return the last mark and those that are one statement with it, in order.

    Two marks are one statement when no word is between them, as in `\boxed{A} \boxed{B}` or two lines `Answer: A` and
    `Answer: B`, or at most three words and no end of a sentence, as in `\boxed{A} or else \boxed{B}`. In
    `\boxed{A}. Wait: \boxed{B}` there are two statements, and the later one corrects the earlier.
    """
    found = list(marks[-1:])
    for mark in reversed(marks[:-1]):
        if not _is_small(text[mark.end : found[-1].start]):
            break
        found.append(mark)
    return found[::-1]


def _is_small(gap: str) -> bool:
    """Return whether two marks with this between them are one statement."""
    words = 0
    for _ in _WORD.finditer(gap):
        words += 1
        if words > _MAX_WORDS:
            return False
    return not words or not _SENTENCE_END.search(gap)


def first_marked(text: str, *finders: Callable[[str], list[Mark]]) -> list[Mark]:
    """Return the last statement of the first kind of mark that the text has, or nothing."""
    for finder in finders:
        if marks := finder(text):
            return adjoining(text, marks)
    return []
