"""A second opinion on answers that mathematics did not find equal."""

import re

from pydantic import Field

from rewards.answer_judge.question import PROMPT, SCALE, SWAPPED, SWAPPED_SCALE
from rewards.declare import reward
from rewards.errors import JudgeUnparsable, NotApplicable
from rewards.judging.fields import Fields
from rewards.judging.modes import Mode
from rewards.judging.passes import both, check_agreement
from rewards.judging.question import question_of
from rewards.judging.scales import expected
from rewards.types import Detail, Frozen, Judge, Needs, Sample, Score

_EQUAL = "math_equal@v2"
_STEPS = "legible_steps@v1"
_CUT_AT = 200
"""Characters at which `math_equal@v2` cuts the answer that it found."""
_MAX_REFERENCE = 1_000
_ASKED = frozenset({"undecided", "unreadable_answer"})
_NO_MATTER = frozenset({"legible", "no_steps"})
"""What `legible_steps@v1` says of completions that attempt an answer."""
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)")
_OPTION = re.compile(r"\W{0,3}[A-Ja-j]\W{0,3}")
_WRAPPED = re.compile(r"\\(?:text|mbox|mathrm|textbf)\{([^{}]*)\}")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_VARIABLE = re.compile(r"\\|(?<![^\W\d_])[^\W\d_](?![^\W\d_])")
_SOLVED = re.compile(r"[a-z](?:=|[<>≤≥]=?)-?#")
_HALF = 0.5


class Reference(Frozen):
    """What the answer is compared with."""

    answer: str = Field(
        description="The expected answer, as for `math_equal@v2`, but it may be words.",
        examples=["an isosceles right triangle", "72", r"\frac{1}{2}"],
    )


class Params(Mode):
    """How the judge is asked."""


@reward(range=(0.0, 1.0), needs=(_EQUAL, _STEPS))
async def score(sample: Sample[Reference], params: Params, needs: Needs, judge: Judge) -> Score:
    r"""The answer that the completion states means the same as the reference.

    A second opinion where `math_equal@v2` finds no equality: a language model is asked about answers in words, or in
    forms that no rule reads, and about nothing else. The prompt is needed.

    **Without asking the judge**: 1.0 where `math_equal@v2` finds the answer equal (`equal_without_judge`). 0.0 where it
    finds none (`no_answer`), several (`hedged`), or one that takes too long (`answer_too_expensive`); where both are
    numbers, or tuples and lists of numbers, or letters of options, or the same words around numbers of which one
    whole number is another, and it finds them different (`different_exactly`: no judge overrules arithmetic); where
    the answer has 200 characters or more (`long_answer`); and where the completion is no attempt, as `legible_steps@v1`
    finds: `answer_spam`, `all_options`, `prompt_echo`, `lookalikes`, `endless_repetition`, `cut_off`, `gibberish`,
    `too_long` (over 48,000 characters) and the like. Reasoning beside the answer is not asked for.

    **Else the judge** is asked twice, with the two answers in either order: 1.0 where it finds them the same both times
    (`same`), 0.0 where it finds them different both times (`different`). Where it says one and then the other there
    is no verdict, `judge_unparsable`. With `logprobs`, the value is the mean of the two probabilities of "same"; there
    is no verdict where one is over one half and the other under it, or where "same" and "different" have less than 0.9
    of the probability together.

    **What the judge sees**: the prompt, the reference, and the answer that `math_equal@v2` extracted, each as a JSON
    string, between two lines that nobody can foresee. It is not told which of the two answers is the reference, and it
    never sees the completion. `details` hold the answer as `extracted`, the `reference`, what `math_equal@v2` found as
    `found`, the judge's `judge_reason`, and the `judge`.

    Failures: `bad_reference` as for `math_equal@v2`; `not_applicable` without a prompt, or with one over 16,000
    characters or a reference over 1,000; `judge_unavailable`, `judge_unparsable`.

    Known ways to game it: an answer of up to 200 characters can argue for itself; a judge that falls for that in both
    orders pays. Use `math_equal@v2` alone where references are numbers and formulas. Known limits: two numbers that
    mean the same in a way that `math_equal@v2` does not know are different here too.

    Source: written for this service.
    """
    question = question_of(sample.prompt)
    reference = sample.reference.answer
    if len(reference) > _MAX_REFERENCE:
        raise NotApplicable(
            f"The reference has {len(reference):,} characters; a judge is shown at most {_MAX_REFERENCE:,}."
        )
    compared, legible = needs[_EQUAL], needs[_STEPS]
    decided = _decided(compared, legible, reference)
    if decided is not None:
        return decided
    answer = str(compared.details["extracted"])
    fields: Fields = {"question": question, "reference": reference, "answer": answer}
    details: dict[str, Detail] = {"extracted": answer, "reference": reference[:_CUT_AT], "found": compared.reason}
    if params.scoring == "logprobs":
        return await _weighed(judge, fields, details)
    one, two = await both(judge.ask(PROMPT, fields), judge.ask(SWAPPED, fields))
    check_agreement(one, two)
    details["judge_reason"] = one.reason[:_CUT_AT]
    if one.verdict == "same":
        return Score(1.0, "same", "The judge finds the two answers the same, in both orders.", details)
    return Score(0.0, "different", "The judge finds the two answers different, in both orders.", details)


def _decided(compared: Score, legible: Score, reference: str) -> Score | None:
    """Return the score where no judge is needed, or None."""
    if compared.value == 1.0:
        return Score(1.0, "equal_without_judge", compared.explanation, {**compared.details, "found": compared.reason})
    if not compared.reason.startswith("different_") and compared.reason not in _ASKED:
        return Score(0.0, compared.reason, compared.explanation, compared.details)
    if legible.reason not in _NO_MATTER:
        return Score(0.0, legible.reason, legible.explanation)
    answer = str(compared.details["extracted"])
    if len(answer) >= _CUT_AT:
        return Score(0.0, "long_answer", f"An answer of {_CUT_AT} characters or more is not shown to a judge.")
    details = {**compared.details, "found": compared.reason}
    if compared.reason.startswith("different_") and (
        compared.reason == "different_number"
        or (_is_numbers(answer) and _is_numbers(reference))
        or _differ_in_a_number(answer, reference)
        or (_OPTION.fullmatch(answer) and _OPTION.fullmatch(reference))
    ):
        return Score(0.0, "different_exactly", "Both are read exactly, and they differ.", details)
    return None


def _is_numbers(text: str) -> bool:
    """Return whether a text is numbers and signs, without a variable or a word."""
    rest = _COMMAND.sub(" ", text)
    return any(map(str.isdigit, rest)) and not any(map(str.isalpha, rest))


def _differ_in_a_number(answer: str, reference: str) -> bool:
    """Return whether two texts are the same words, or `x = 5`, around numbers of which one whole one is another."""
    one, other = (_WRAPPED.sub(r"\1", text).casefold() for text in (answer, reference))
    frame = "".join(_NUMBER.sub("#", one).split())
    if frame != "".join(_NUMBER.sub("#", other).split()):
        return False
    if _VARIABLE.search(_NUMBER.sub("#", one)) and not _SOLVED.fullmatch(frame):
        return False
    numbers = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    pairs = [[number.replace(",", "") for number in pair] for pair in numbers]
    differing = [pair for pair in pairs if float(pair[0]) != float(pair[1])]
    return len(differing) == 1 and all(number.isdecimal() for number in differing[0])


async def _weighed(judge: Judge, fields: Fields, details: dict[str, Detail]) -> Score:
    """Return the probability that the answers are the same."""
    one, two = await both(judge.weigh(SCALE, fields), judge.weigh(SWAPPED_SCALE, fields))
    first, second = expected(SCALE, one), expected(SWAPPED_SCALE, two)
    if (first - _HALF) * (second - _HALF) < 0:
        raise JudgeUnparsable("The two orders lead to opposite verdicts, so there is none.")
    mean = (first + second) / 2
    reason = "same" if mean > _HALF else "different"
    return Score(mean, reason, f"The judge finds the two answers more likely {reason} than not.", details)
