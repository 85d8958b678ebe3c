"""Whether the answer is a number of a kind that is asked for."""

import re
from typing import Literal

from pydantic import Field

from rewards.declare import reward
from rewards.text import attempt
from rewards.text.final_answer import after_thinking, answer_tags, boxes, first_marked
from rewards.types import Detail, Frozen, NoReference, Sample, Score

Kind = Literal["integer", "decimal", "fraction"]

_WHOLE = r"(?:[1-9]\d{0,2}(?:,\d{3}){1,15}|0|[1-9]\d{0,49})"
_SIGN = r"[+\u2212-]?"
_KINDS: dict[Kind, str] = {
    "fraction": rf"{_SIGN}(?:{_WHOLE} )?{_WHOLE} ?/ ?(?!0(?!\d)){_WHOLE}"
    rf"|{_SIGN}\\[dt]?frac\{{{_SIGN}{_WHOLE}\}}\{{(?!0\}}){_WHOLE}\}}",
    "decimal": rf"{_SIGN}(?:{_WHOLE})?\.\d{{1,50}}",
    "integer": rf"{_SIGN}{_WHOLE}",
}
_NUMBER = re.compile("|".join(rf"(?P<{kind}>{form})" for kind, form in _KINDS.items()), re.ASCII)
_IN_TEXT = re.compile(rf"(?<![\w.,/])(?:{_NUMBER.pattern})(?![\w/]|[.,]\d)", re.ASCII)
_DIGIT = re.compile(r"\d")
_DELIMITERS = (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]"), ("**", "**"))
_UNIT_POWER = re.compile(r"(?<=[A-Za-z}])\^(?:[23]|\{[23]\})(?=\$?$)")
"""The square of `cm^2`, which is no number beside that of the answer."""
_OPERATOR_BEFORE = re.compile(r"(?:[\u221a\u221b^]|\\(?:sqrt|log|ln|exp|sin|cos|tan)|\blog|\bln)[ {(]{0,3}$")
_OPERATOR_BEHIND = re.compile(
    r" ?(?:[!\u00b2\u00b3\u00b9\u2070-\u2079\u00bc-\u00be\u2150-\u215e\u03c0\u221a]|\^(?!\{?\\circ)|\\(?:pi|sqrt))"
)
"""What makes another number of one, such as the root of `\\sqrt{2}` and the exclamation mark of `5!`."""
_MAX_CHARS = 200
_MOST_WORDS = 3
_SHOWN = 200


class Params(Frozen):
    """Which numbers are asked for."""

    kinds: tuple[Kind, ...] = Field(
        default=("integer", "decimal", "fraction"),
        min_length=1,
        description="`integer`: `72`, `-72`, `1,072`. `decimal`: `72.5`, `.5`, `72.0`. `fraction`: `3/4`, `1 3/4`, "
        r"`\frac{3}{4}`. Each with or without a sign, its integers with or without commas between thousands.",
    )


@reward(range=(0.0, 1.0), supersedes=("xml_integer@v1",))
def score(sample: Sample[NoReference], params: Params) -> Score:
    r"""The answer is a number of one of the kinds that are asked for, and nothing beside it.

    **1.0**: the whole answer is one (the reason is its kind: `integer`, `decimal`, `fraction`). **0.5**: the answer is
    one such number with at most three words or signs around it, such as `$72`, `72%`, `72 clips` or `x = 72`
    (`with_unit`). **0.0**: the answer is a number of another kind (`other_kind`), holds several numbers or is given in
    several ways (`hedged`), or is no number (`not_a_number`); there is none (`no_answer`); or the completion is no
    attempt: `empty`, `tag_stuffing`, `keyword_stuffing`, `answer_spam`, `endless_repetition`, `prompt_echo` (only where
    the prompt is sent), `lookalikes`, `bare_prefix`, `all_options` or `cut_off`. No reference is compared.

    **Where it looks**: behind the last `</think>`, in the last `<answer>` block, else in the last `\boxed{}`. Answers
    with hardly a word between them are one answer, given in several ways.

    **What a number is**: digits 0 to 9 without leading zeros, 50 at most; commas in their places or none; one sign, a
    plus, a hyphen or a minus. A fraction has a denominator that is not zero, and may be mixed. Dollar signs of LaTeX
    and asterisks around the whole answer do not matter. `1e3`, digits of other scripts, `²` and `①` are no numbers, and
    the dot of `72.` stands beside one. What is computed from one, such as `\sqrt{2}`, `5!` or `2\pi`, is no number.

    `details`: `extracted`, and `kind` where there is one.

    Known ways to game it: any number earns it, the right one no more than another, and no reasoning is needed. Use it
    beside a reward for the answer.

    Source: written for this service; it stands in for `int_reward_func` of the GSM8K GRPO demo.
    """
    refused = attempt.refusal(sample.completion, sample.prompt)
    if refused is not None:
        return Score(0.0, refused.reason, refused.explanation)
    marks = first_marked(after_thinking(sample.completion), answer_tags, boxes)
    said = [mark.content.strip() for mark in marks]
    if not said or not any(said):
        return Score(0.0, "no_answer", "There is no answer in `<answer>` tags or in a box.")
    details: dict[str, Detail] = {"extracted": said[-1][:_SHOWN]}
    if len(set(said)) > 1:
        return Score(0.0, "hedged", "Several answers stand side by side.", details)
    return _typed(_unwrapped(said[-1]), params, details)


def _unwrapped(answer: str) -> str:
    """Return an answer without one pair of delimiters around it, and of a box in tags what it holds."""
    (box,) = boxes(answer)[-1:] or (None,)
    if box is not None and (box.start, box.end) == (0, len(answer)):
        return box.content.strip()
    for opening, closing in _DELIMITERS:
        inner = answer.removeprefix(opening).removesuffix(closing)
        if len(answer) - len(inner) == len(opening) + len(closing):
            return inner.strip()
    return answer


def _is_operand(answer: str, number: re.Match[str]) -> bool:
    """Return whether a number is part of a formula, whose value is another."""
    before = _OPERATOR_BEFORE.search(answer[: number.start()])
    return before is not None or _OPERATOR_BEHIND.match(answer, number.end()) is not None


def _typed(answer: str, params: Params, details: dict[str, Detail]) -> Score:
    """Return the score of what an answer says."""
    number = _NUMBER.fullmatch(answer)
    beside = False
    if number is None and len(answer) <= _MAX_CHARS:
        answer = _UNIT_POWER.sub("", answer)
        numbers = list(_IN_TEXT.finditer(answer))
        if len(numbers) > 1:
            return Score(0.0, "hedged", "The answer holds several numbers.", details)
        around = _IN_TEXT.sub(" ", answer)
        small = len(around.split()) <= _MOST_WORDS and not _DIGIT.search(around)
        if numbers and small and not _is_operand(answer, numbers[0]):
            number, beside = numbers[0], True
    if number is None:
        return Score(0.0, "not_a_number", "The answer is no number of any kind.", details)
    kind = str(number.lastgroup)
    details["kind"] = kind
    if kind not in params.kinds:
        return Score(0.0, "other_kind", f"The answer is a number, but of the kind {kind}.", details)
    if beside:
        return Score(0.5, "with_unit", f"The answer holds one number of the kind {kind}, and something else.", details)
    return Score(1.0, kind, f"The whole answer is a number of the kind {kind}.", details)
