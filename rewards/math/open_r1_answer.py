"""The verdict on which open-r1's length rewards rest: Math-Verify with a configuration of their own.

It is not the one of open-r1's accuracy reward: `boxed=True` is none of the modes that Math-Verify knows, so boxes are
left in place, and the completion is compared as if it were the gold answer. `equations=True` does nothing but warn.
"""

import re
from dataclasses import dataclass

import math_verify
from latex2sympy2_extended import NormalizationConfig
from math_verify import LatexExtractionConfig

from rewards.math.math_verify import (
    Parsed,
    _quiet,  # what is noisy is the same library; the module itself is part of released builds
    equal,
    source_text,
)

_CLOSERS = "$])}"
"""What every formula ends with; only white space, a percent sign and "I hope" can be matched behind it."""
_REST = re.compile(r"\s*+(?:\S{1,12}\s*+){0,4}")

_SOLUTION = (LatexExtractionConfig(),)
_ANSWER = (
    LatexExtractionConfig(
        normalization_config=NormalizationConfig(
            basic_latex=True,
            units=True,
            malformed_operators=False,
            nits=False,
            boxed="none",
        ),
        boxed_match_priority=0,
        try_extract_without_anchor=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Solution:
    """A solution that has been read; empty where Math-Verify finds no LaTeX in it."""

    parsed: Parsed

    @property
    def is_unread(self) -> bool:
        """Whether nothing was found, which open-r1 takes for a right answer."""
        return not self.parsed

    @property
    def text(self) -> str:
        """The text that was read, cut to 200 characters."""
        return source_text(self.parsed)


def read_solution(text: str) -> Solution:
    """Return the first LaTeX answer in a solution."""
    return Solution(_parsed(text, _SOLUTION))


def answers(solution: Solution, completion: str) -> tuple[bool, str]:
    """Return whether the completion's boxed or announced LaTeX equals the solution's, and the text of it."""
    answer = _parsed(_readable(completion), _ANSWER)
    return equal(answer, solution.parsed), source_text(answer)


def _readable(completion: str) -> str:
    """Return the completion without what follows its last formula.

    The same answer is found in it. What is cut can be thousands of boxes that nothing closes, each of which
    Math-Verify's patterns would follow to the end of the text.
    """
    end = max(completion.rfind(closer) for closer in _CLOSERS) + 1
    rest = _REST.match(completion, end)
    return completion[: rest.end() if rest and end else 0]


def _parsed(text: str, config: tuple[LatexExtractionConfig, ...]) -> Parsed:
    with _quiet():
        parsed: Parsed = math_verify.parse(
            text, extraction_config=config, extraction_mode="first_match", parsing_timeout=None
        )
    return parsed
