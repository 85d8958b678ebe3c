"""A text as a sequence of short passages, each with what it states.

A passage is a sentence or a line, or a part of one that goes on for longer than `MAX_CHARS`. What stands in it is read
when it is asked for, so that a long text costs no more than the passages that matter.
"""

import re
from collections.abc import Iterator
from functools import cached_property

from rewards.text.sums import Sum, canonical, plain, sums

MAX_CHARS = 600
"""Length over which a sentence or a line is cut."""
MAX_TEXT = 400_000
"""Characters behind which a text is not read."""

_END = re.compile(r"(?<=[.!?…])[\"')\]*]{0,3}\s+|\n\s*+|(?<=[。！？])")  # noqa: RUF001 - Chinese sentences end too
_SAYING = re.compile(r"[^\W_]")
_NUMBER = re.compile(r"(?<![\w.])\d{1,40}(?:\.\d{1,20})?")
_WORD = re.compile(r"(?<!\\)\b[^\W\d_]{4,30}\b")
_VALUE = re.compile(
    r"(?:[=≈]|boxed\{|\banswer:"
    r"|\b(?:is|are|was|were|be|gets?|got|gives?|equals?|makes?|leaves?|yields?|becomes?|totals?|have|has|had)\b)\s?"
    r"(?:\b(?:the|only|just|about|now|indeed|then|actually|exactly|a\stotal\sof)\s)?"
    r"\(?(?P<number>-?\d{1,40}(?:\.\d{1,20})?(?:/\d{1,40})?)(?![\w.]*\d)(?!\)?\s?[-+*/^(]\s?[\d(])",
    re.IGNORECASE,
)
_SYMBOLIC = re.compile(r"=\s?(?P<value>[^=≈<>\n,;:\"']{1,60})")
_SUBJECT = re.compile(
    r"(?<![A-Za-z\\])([A-Za-z](?:_\{?\w{1,3}\}?)?(?:\([\w,]{1,6}\))?)\s?(?:=|(?:is|should\s(?:be|have\sbeen)|must\sbe)\b)"
)
_FORMULA = re.compile(r"(?=.*[A-Za-z])[\w\\+\-*/^(){}.|!]+")
_PROSE = re.compile(r"(?<!\\)[A-Za-z]{3,}")
_BLANK = re.compile(r"\s+")
_DULL = frozenset(
    (  # noqa: SIM905 - a table of words reads best as one text
        "wait actually right wrong correct incorrect mistake error check checking checked verify verifying verified"
        " again think thinking recalculate recheck recompute reconsider redo retry hold maybe perhaps sure unsure"
        " seem seems look looks just that this these those there then them they what when where which with from have"
        " been were will would should could does doesn isn't doesn't didn't cannot let's make made more once about into"
        " your some another else back start over okay because since answer problem step double confused confusing"
        " really second time need needs want true still also hmm"
    ).split()
)
"""Words that say nothing about the problem."""


class Passage:
    """One passage, `plain`, and what it states."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def numbers(self) -> set[str]:
        """The numbers in it, as `canonical` writes them."""
        return {canonical(number) for number in _NUMBER.findall(self.text)}

    @cached_property
    def words(self) -> set[str]:
        """The words of four letters and more that say something about the problem, in lower case."""
        return {word.lower() for word in _WORD.findall(self.text)} - _DULL

    @cached_property
    def subjects(self) -> set[str]:
        """The variables that it states values for."""
        return set(_SUBJECT.findall(self.text))

    @cached_property
    def sums(self) -> list[Sum]:
        """The sums that it states with their results."""
        return sums(self.text)

    @cached_property
    def claims(self) -> list[str]:
        """The values that it states, in order: numbers behind a verb or an equals sign, and formulas behind one."""
        found = {match.start("number"): _signed(match["number"]) for match in _VALUE.finditer(self.text)}
        for match in _SYMBOLIC.finditer(self.text):
            value = match["value"].rstrip(". ")
            squeezed = _BLANK.sub("", value)
            if _FORMULA.fullmatch(squeezed) and not _PROSE.search(value):
                found[match.start("value")] = squeezed
        return [found[place] for place in sorted(found)]

    def part(self, start: int, end: int | None = None) -> "Passage":
        """Return a part of the passage."""
        return self if (start, end) == (0, None) else Passage(self.text[start:end])


def passages(text: str) -> list[Passage]:
    """Return the passages of a text that hold a letter or a digit, in order."""
    return [Passage(piece) for piece in _pieces(plain(text[:MAX_TEXT])) if _SAYING.search(piece)]


def _pieces(text: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(text):
        yield from _cut(text, start, end.start())
        start = end.end()
    yield from _cut(text, start, len(text))


def _cut(text: str, start: int, end: int) -> Iterator[str]:
    for place in range(start, end, MAX_CHARS):
        yield text[place : min(place + MAX_CHARS, end)]


def _signed(number: str) -> str:
    sign = "-" if number.startswith("-") else ""
    return sign + "/".join(canonical(part) for part in number.removeprefix("-").split("/"))


__all__ = ["MAX_CHARS", "MAX_TEXT", "Passage", "passages"]
