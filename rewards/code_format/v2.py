"""Whether a completion is reasoning in tags and an answer that holds one program in a fence."""

import re
from collections.abc import Collection

from pydantic import Field

from rewards.declare import reward
from rewards.text import python_code
from rewards.text.framed import framed
from rewards.text.tag_blocks import Fault, is_opened
from rewards.text.tag_names import TagNames
from rewards.types import NoReference, Sample, Score

_FENCE = re.compile(r"^[ \t]{0,3}(`{3,})[ \t]*([^\s`]*)[^\n`]*$", re.MULTILINE)
_ALIASES = {
    "python": {"python", "py", "python3"},
    "javascript": {"javascript", "js"},
    "typescript": {"typescript", "ts"},
    "cpp": {"cpp", "c++"},
}
_ABOUT_CODE = 3
"""Conditions on the code: one fence of the language, something in it, and that it can be read."""
_MET = {"no_code": 0, "several_codes": 0, "blank_code": 1}
"""How many of the conditions on the code are met where one of the first two is not."""
_FAULTS = {
    "no_code": "no closed fence of the language in the answer",
    "several_codes": "several fences of the language in the answer",
    "blank_code": "nothing in the fence",
    "long_code": "more than 20,000 characters of code",
    "unparsable_code": "the code is not Python",
    "deep_code": "the code is nested too deeply",
    "idle_code": "nothing in the code does anything",
}


class Params(TagNames):
    """Which language the code is in, and in which blocks the completion is."""

    language: str = Field(
        default="python",
        pattern=r"^[A-Za-z0-9+#.-]{1,30}$",
        description="What stands behind the opening fence; small and capital letters are the same. `python` is also "
        "written `py` and `python3`, `javascript` `js`, `typescript` `ts` and `cpp` `c++`.",
        examples=["python", "rust"],
    )
    parse: bool = Field(
        default=True,
        description="Whether code in Python has to be what Python can read, and to hold more than comments, literals "
        "and `pass`. Code in other languages is not read.",
    )


@reward(range=(0.0, 1.0), supersedes=("code_format@v1",))
def score(sample: Sample[NoReference], params: Params) -> Score:
    r"""The completion is reasoning in `<think>` tags and an `<answer>` with one fenced program, and nothing else.

    **1.0**: every condition holds (`match`): the eight of `think_format@v2` (seven where the chat template opens the
    reasoning), and of the answer, that exactly one fence of the language stands in it, opened and closed on lines of
    their own, that it holds something, and that Python can read it (in other languages, or with `parse: false`, the
    last is given). Text around the fence and fences of other languages are free. **Between**: the share of the
    conditions that hold; those of the code count once the tags make blocks. The reason is the first that fails: those
    of `think_format@v2`, `no_code`, `several_codes`, `blank_code`, `unparsable_code`, `idle_code` (only comments,
    literals and `pass`), `long_code` (more than 20,000 characters), `deep_code` (nested more than 200 deep);
    explanation and details name every one. **0.0**: no tag stands exactly once, or the completion is no attempt: its
    reasoning, or the whole text where the tags make no blocks, has fewer than `min_words` different words
    (`thin_reasoning`), the same few over and over (`repetitive_reasoning`), those of the prompt (`copied_prompt`, only
    where the prompt is sent), or it is `empty`, `tag_stuffing`, `keyword_stuffing`, `answer_spam`,
    `endless_repetition`, `prompt_echo`, `lookalikes`, `bare_prefix`, `all_options` or `cut_off`.

    The code is read and never run. What Python reads depends a little on its version; this is the service's own.

    `details`: `met` and `conditions`, `failed`, `prefilled`, `code_chars`, and `malformed`, the malformed tags.

    Known ways to game it: form is paid, not truth: `x = 1` is a program. Use it beside a reward that runs tests.

    Source: written for this service; it stands in for `get_code_format_reward` of open-r1.
    """
    opened = is_opened(sample.completion, sample.prompt, params.think_tag, params.prefilled)
    names = (params.think_tag, params.answer_tag)
    found = framed(sample.completion, sample.prompt, names, params.min_words, opened=opened)
    frame, details = found.frame, found.details
    conditions, met, faults = frame.asked + _ABOUT_CODE, frame.met, list(frame.faults)
    if frame.blocks is not None:
        code, fault = _code(frame.blocks[1], params)
        met += _ABOUT_CODE if fault is None else _MET.get(fault, _ABOUT_CODE - 1)
        details["code_chars"] = len(code)
        if fault is not None:
            faults.append(Fault(fault, _FAULTS[fault]))
    details.update(met=met, conditions=conditions, prefilled=opened)
    if faults:
        details["failed"] = "; ".join(each.what for each in faults)
    if unpaid := found.unpaid(0.0):
        return unpaid
    if not faults:
        return Score(1.0, "match", "The completion is reasoning in tags and an answer with one program.", details)
    explanation = f"{met} of {conditions} conditions hold: {details['failed']}."
    return Score(met / conditions, faults[0].code, explanation, details)


def _code(answer: str, params: Params) -> tuple[str, str | None]:
    """Return the code of the answer and what is wrong with it, as a reason code."""
    language = params.language.lower()
    codes = _fenced(answer, _ALIASES.get(language, {language}))
    if len(codes) != 1:
        return "", "several_codes" if codes else "no_code"
    (code,) = codes
    if not code.strip():
        return code, "blank_code"
    return code, python_code.problem(code) if params.parse and language == "python" else None


def _fenced(text: str, languages: Collection[str]) -> list[str]:
    """Return what stands in each closed fence of one of the languages."""
    codes = []
    opening: re.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if opening is None:
            opening = fence
        elif not fence[2] and len(fence[1]) >= len(opening[1]):
            if opening[2].lower() in languages:
                codes.append(text[opening.end() : fence.start()].strip("\n"))
            opening = None
    return codes
