"""Whether the equations of a completion are true, computed exactly."""

import re
from collections.abc import Sequence

from pydantic import Field

from rewards.arithmetic.equations import Equation, Truth, equations
from rewards.declare import reward
from rewards.text.attempt import refusal
from rewards.text.tool_output import pretence
from rewards.types import Detail, Frozen, NoReference, Sample, Score

_ANNOTATION = re.compile(r"<<([^<>\n]{1,200})>>")
_ANSWERED = re.compile(r"answer|####|boxed|^[ \t]*A[ ]?:", re.IGNORECASE | re.MULTILINE)
_LAST_CHARS = 400
_NEUTRAL = 0.5
_MOST_ANNOTATIONS = 2_000
_SHOWN = 200


class Params(Frozen):
    """Whether there was a tool."""

    has_tools: bool = Field(
        default=False,
        description="Whether a tool did write into the completion: an interpreter whose output the trainer puts there. "
        "Then blocks of output are no pretence. A calculator's annotation that is false stays one.",
    )


@reward(range=(0.0, 1.0))
def score(sample: Sample[NoReference], params: Params) -> Score:
    r"""Every equation in the completion is true.

    No reference is needed.

    **1.0**: at least one equation between numbers was computed, and none is false (`all_true`). **0.5**: none could be
    computed, so nothing is known (`no_equation`), or all are true and the text stops without the end of a sentence
    and without a mark of its answer (`unfinished`). Below it, **0.5 / (1 + n)**: n different equations are false
    (`false_equation`), 0.25 for the first of them. How many are true beside them does not matter, so that true
    equations are no way to make up for a false one. **0.0**: the text pretends that a tool answered
    (`fabricated_output`), or it is no attempt at all; the reason is then one of `empty`, `prompt_echo`,
    `keyword_stuffing`, `tag_stuffing`, `all_options`, `answer_spam`, `endless_repetition`, `lookalikes`,
    `bare_prefix` and `cut_off`.

    `details` count the `equations`, and how many are `true`, `false`, `taken_back` and `left_out`. `first_mistake` is
    the first equation that is false, `first_mistake_at` its first character, counted from 0, and
    `first_mistake_line` its line, counted from 1.

    **What is an equation**: an expression on both sides of `=` or `≈`, in the whole completion, one of them with
    something to compute: numbers with `+ - * /`, powers, factorials, parentheses, `\frac`, `\times`, `\cdot`, `x`,
    mixed numbers, `25% of 80`, thousands separators, currency and units, `3 boxes * 4 pens/box = 12 pens`. In a chain
    every pair of neighbours is one. A line that begins with `=` goes on with the line before. GSM8K's
    `<<48/2=24>>` is read by itself.

    **What is true**: both sides are the same fraction, or one of them is a lone number and the other is within half a
    unit of its last printed digit, `20 / 3 = 6.67`. A false equation whose left side is computed again, and then
    right, is taken back.

    **What is left out** because nobody can be sure: variables, roots, clock times, subscripts, numbers with a decimal
    comma; an equation that is not true and has different units of one kind, a conversion that explains the difference,
    a percentage that is added to something, words before or behind that turn it round (`twice`, `dozen`, `remainder`),
    a result that is cut off and not rounded, a running total such as `3 + 4 = 7 + 2 = 9`, a difference that may be a
    range, `≈` instead of `=`, a sentence that does not assert it (`if`, `not`, `wrong`, a question), and one that is
    true in what the text or its prompt calculates with: a modulus, a base, a clock, last digits, an operation of its
    own. At most 5,000 equals signs are read.

    **What pretends**: a block of `output`, a tag of an interpreter's reply, an observation behind an action, "running
    the code prints 42", and an annotation `<<48/2=25>>` that no calculator would write.

    Known ways to game it: a completion that computes nothing by `=` gets the neutral value, and one true equation that
    the problem does not need, `1 + 1 = 2`, the highest. Whether an equation has anything to do with the problem is
    not judged: use it beside a verdict. What is left out can be asked for: a false equation behind `if` costs nothing.
    A tool is pretended unseen where only its result is told: "using a calculator, I get 36", a session after `>>>`.

    Source: written for this service.
    """
    text = sample.completion
    if (refused := refusal(text, sample.prompt)) is not None:
        return Score(0.0, refused.reason, refused.explanation)
    found = list(equations(text, sample.prompt or ""))
    counted = _standing(found)
    false = [each for each in counted if each.truth is Truth.FALSE]
    true = {each.key for each in found if each.truth is Truth.TRUE}
    details: dict[str, Detail] = {
        "equations": len(found),
        "true": sum(each.truth is Truth.TRUE for each in found),
        "false": len(false),
        "taken_back": len(found) - len(counted),
        "left_out": sum(each.truth is Truth.OPEN for each in found),
    }
    pretended = _pretended(text, has_tools=params.has_tools)
    if pretended is not None:
        kind, start = pretended
        details |= {"fabricated": kind, "first_mistake_at": start, "first_mistake_line": text.count("\n", 0, start) + 1}
        return Score(0.0, "fabricated_output", "The completion pretends that a tool answered.", details)
    if false:
        first = false[0]
        details |= {
            "first_mistake": text[first.start : first.end][:_SHOWN],
            "first_mistake_at": first.start,
            "first_mistake_line": text.count("\n", 0, first.start) + 1,
        }
        wrong = len({(each.key, each.right) for each in false})
        return Score(_NEUTRAL / (1 + wrong), "false_equation", "At least one equation is false.", details)
    if true and _is_unfinished(text.rstrip()):
        return Score(_NEUTRAL, "unfinished", "The equations are true, but the text stops in the middle.", details)
    if true:
        return Score(1.0, "all_true", "Every equation that could be computed is true.", details)
    return Score(_NEUTRAL, "no_equation", "No equation between numbers could be computed.", details)


def _standing(found: Sequence[Equation]) -> list[Equation]:
    """Return the equations without the false ones whose left side is computed again behind them, and then right."""
    last_true = {each.key: each.start for each in found if each.truth is Truth.TRUE}
    return [each for each in found if each.truth is not Truth.FALSE or last_true.get(each.key, -1) <= each.end]


def _is_unfinished(text: str) -> bool:
    """Return whether a text neither comes to the end of a sentence nor marks an answer before it stops."""
    return text[-1:].isalnum() and _ANSWERED.search(text[-_LAST_CHARS:]) is None


def _pretended(text: str, *, has_tools: bool) -> tuple[str, int] | None:
    """Return what kind of a tool's answer the text makes up first, and where."""
    for number, annotation in enumerate(_ANNOTATION.finditer(text)):
        if number >= _MOST_ANNOTATIONS:
            break
        if any(each.truth is Truth.FALSE for each in equations(annotation[1])):
            return "annotation", annotation.start()
    if has_tools:
        return None
    claim = pretence(text)
    return None if claim is None else (claim.kind, claim.start)
