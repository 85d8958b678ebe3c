"""A countdown puzzle's solution, computed exactly."""

import math
import re
from collections import Counter
from fractions import Fraction

from pydantic import Field

from rewards.declare import reward
from rewards.errors import BadReference
from rewards.text.exact_arithmetic import Equation, UnreadableError, equations
from rewards.text.final_answer import Mark, after_thinking, answer_tags, boxes, first_marked, last_lines
from rewards.types import Detail, Frozen, Sample, Score

_TARGET = re.compile(r"\s*[+-]?\d{1,30}(?:/\d{1,30}|\.\d{1,30})?\s*", re.ASCII)
_MAX_NUMBERS = 100
_MAX_NUMBER = 10**12


class Reference(Frozen):
    """The puzzle."""

    target: int | float | str = Field(
        description="The number to reach. A fraction is written `7/2`; 3.5 is read as it is written.",
        examples=[24, "7/2"],
    )
    numbers: list[int] = Field(description="The numbers to combine, none of them negative.", examples=[[2, 3, 4]])


class Params(Frozen):
    """Which numbers must be used."""

    use_all: bool = Field(
        default=True,
        description="Whether each number is used exactly once. Otherwise each is used at most once.",
    )


@reward(range=(0.0, 1.0))
def score(sample: Sample[Reference], params: Params) -> Score:
    r"""The final equation combines the given numbers into exactly the target.

    **1.0**: after the last `</think>`, the last `<answer>` block, or where there is none the last `\boxed{}`, or
    where there is neither the last line, holds an expression that uses each given number once and equals the
    target. **0.0**: it does not. There is nothing between. The reasons are `no_answer`, `unreadable_answer`,
    `wrong_numbers`, `division_by_zero`, `false_equation`, `wrong_value` and `ambiguous`. A reference without
    numbers, with more than 100, with a negative one or one above 10^12, or whose target is no finite number is a
    failure, `bad_reference`.

    An expression is whole numbers, signs, `+ - * /` and parentheses, also written with `× ÷ −`, `x` between
    numbers, `\times`, `\cdot`, `\div` and `\frac{a}{b}`. Words and markdown around it do not count. Arithmetic is
    exact: 8/(3-8/3) is 24, and 23.999999 is not. `= 24` may follow, or `24 =` precede, and must be true. Powers,
    `//`, decimals, factorials and multiplication without a sign, as in `2(3+4)`, are `unreadable_answer`, and so
    are equations of more than 300 tokens or 40 nested parentheses.

    Hedging does not pay: an answer that holds several different expressions, even one below the other or all
    right, is `ambiguous`. So are several blocks or boxes with hardly a word between them. An answer that is
    corrected in a later sentence is judged by the correction.

    Known ways to game it: the reasoning is not read, so numbers tried out at random earn 1.0 when they happen to
    be right. With `use_all` false a target that is itself one of the numbers is answered by that number.

    Source: written for this service, after TinyZero's (`countdown@v1`).
    """  # noqa: RUF002 - signs as models write them
    target, numbers = _puzzle(sample.reference)
    text = after_thinking(sample.completion)
    marks = first_marked(text, answer_tags, boxes) or last_lines(text, 1)
    found = equations("\n".join(mark.content for mark in marks))
    details: dict[str, Detail] = {"extracted": _quoted(marks), "target": str(target)[:200]}
    if not found:
        return Score(0.0, "no_answer", "The final answer holds no expression.", details)
    if len(found) > 1:
        return Score(0.0, "ambiguous", "The final answer holds several different expressions.", details)
    return _judged(found[0], target, numbers, params, details)


def _judged(
    equation: Equation, target: Fraction, numbers: Counter[int], params: Params, details: dict[str, Detail]
) -> Score:
    """Return the score of the one equation that was found."""
    try:
        value, *others = equation.values()
    except UnreadableError:
        return Score(0.0, "unreadable_answer", "The final answer is not an expression of this game.", details)
    except ZeroDivisionError:
        return Score(0.0, "division_by_zero", "The final answer divides by zero.", details)
    details = {**details, "value": str(value)[:200]}
    used = Counter(equation.numbers)
    if used != numbers if params.use_all else not used <= numbers:
        return Score(0.0, "wrong_numbers", "The expression does not use the numbers as the puzzle says.", details)
    if any(other != value for other in others):
        return Score(0.0, "false_equation", "The sides of the final equation are not equal.", details)
    if value != target:
        return Score(0.0, "wrong_value", "The expression misses the target.", details)
    return Score(1.0, "equal", "The expression uses the numbers as it should and equals the target.", details)


def _puzzle(reference: Reference) -> tuple[Fraction, Counter[int]]:
    """Return the target and how often each number may be used."""
    numbers = reference.numbers
    if not 1 <= len(numbers) <= _MAX_NUMBERS or not all(0 <= number <= _MAX_NUMBER for number in numbers):
        raise BadReference("The reference needs 1 to 100 numbers, each from 0 to 10^12.")
    target = reference.target
    if isinstance(target, float) and not math.isfinite(target):
        raise BadReference("The target must be finite.")
    if isinstance(target, str) and not _TARGET.fullmatch(target):
        raise BadReference("The target must be a number such as 24, 3.5 or 7/2.")
    try:
        return Fraction(repr(target) if isinstance(target, float) else target), Counter(numbers)
    except ZeroDivisionError:
        raise BadReference("The target divides by zero.") from None


def _quoted(marks: list[Mark]) -> str:
    return " | ".join(mark.content.strip()[:200] for mark in marks[-3:])[:200]
