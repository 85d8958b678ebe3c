"""How many steps a completion is laid out in."""

import re

from pydantic import Field

from rewards.declare import reward
from rewards.text import attempt
from rewards.types import Frozen, NoReference, Sample, Score

_STEP = re.compile(
    r"(?:^[ \t]{0,12}|(?<=[.!?>])[ \t]?)(?:[#>*_]{1,6}[ \t]?)?"
    r"(?:(?:step|schritt|étape|paso|passo|шаг|步骤|ステップ|단계)[ \t]?"
    r"(?:\d{1,3}|one|two|three|four|five|six)\b[*_]{0,3}[.:：)]?"  # noqa: RUF001 - signs as models write them
    r"|第[ \t]?[\d一二三四五六七八九十]{1,3}[ \t]?步"
    r"|(?:first|second|third|fourth|fifth|next|then|finally|lastly)(?:ly)?[*_]{0,3}[,:])"
    r"|^[ \t]{0,12}(?:[#>*_]{1,6}[ \t]?)?(?:(?:\d{1,3}[.)]|\(\d{1,3}\))[*_]{0,3}(?=[ \t])|[-*•+][ \t])",
    re.IGNORECASE | re.MULTILINE,
)
_WORD = re.compile(r"[A-Za-z]+|\d+|[^\W\d_]|[-+*/=<>%^]")
_READ = 1000
"""Characters of a step that are read: enough to tell it from others."""


class Params(Frozen):
    """How many steps are asked for, and what counts as one."""

    steps: int = Field(default=3, ge=1, le=100, description="How many steps earn the highest value.")
    min_words: int = Field(
        default=5,
        ge=1,
        le=100,
        description="How many different words, numbers and signs a step must have; in scripts without blanks, each "
        "character is a word.",
    )


@reward(range=(0.0, 1.0), supersedes=("reasoning_steps@v1",))
def score(sample: Sample[NoReference], params: Params) -> Score:
    r"""The completion is laid out in at least three steps that each say something of their own.

    **1.0**: it has `steps` steps or more (`enough_steps`). **Between**: the share of them that it has (`few_steps`).
    **0.0**: it has none (`no_steps`), or it is no attempt: `empty`, `tag_stuffing`, `keyword_stuffing`, `answer_spam`,
    `endless_repetition`, `prompt_echo` (only where the prompt is sent), `lookalikes`, `bare_prefix`, `all_options` or
    `cut_off`.

    **A step** begins at the start of a line with `Step 3`, `3.`, `3)`, `(3)` or a bullet and a blank, or at the start
    of a line or a sentence with `First,` `Next,` `Then,` `Finally,` and the like, with or without emphasis; `Step` also
    in German, French, Spanish, Italian, Portuguese, Russian, Chinese, Japanese and Korean. It lasts until the next one
    or until a blank line; a heading of fewer than `min_words` different words goes on with the paragraph behind it. It
    counts if it has `min_words` different words and no earlier step has the same: markers without anything behind them,
    and one sentence many times, are no steps. `-5` is a number and no bullet.

    `details`: `steps` that count, and `markers`, how many begin.

    Known ways to game it: it counts the layout, not whether a step follows from the last; three different sentences
    behind three numbers are three steps. Prose without markers earns nothing.

    Source: written for this service; it stands in for `reasoning_steps_reward` of open-r1.
    """
    markers = list(_STEP.finditer(sample.completion))
    ends = [*(marker.start() for marker in markers[1:]), len(sample.completion)]
    steps = set()
    for marker, end in zip(markers, ends, strict=False):
        words = _said(sample.completion[marker.end() : min(end, marker.end() + _READ)], params.min_words)
        if len(words) >= params.min_words:
            steps.add(frozenset(word for word in words if not word.isdigit()))
    details = {"steps": len(steps), "markers": len(markers)}
    refused = attempt.refusal(sample.completion, sample.prompt)
    if refused is not None:
        return Score(0.0, refused.reason, refused.explanation, details)
    if not steps:
        return Score(0.0, "no_steps", "The completion has no step that says something.", details)
    reason = "enough_steps" if len(steps) >= params.steps else "few_steps"
    explanation = f"{len(steps)} steps say something of their own, of {params.steps} that are asked for."
    return Score(min(1.0, len(steps) / params.steps), reason, explanation, details)


def _said(text: str, min_words: int) -> frozenset[str]:
    """Return the words of the first paragraph, and where it is no more than a heading of the next one, of both."""
    heading, _, behind = text.strip().partition("\n\n")
    words = _words(heading)
    return words if len(words) >= min_words else words | _words(behind.strip().partition("\n\n")[0])


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
