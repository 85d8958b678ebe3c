"""Whether a completion keeps to a form that is described in words."""

from typing import Literal

from pydantic import Field

from rewards.declare import reward
from rewards.format_judge.question import DEFAULT_FORM, MAX_QUOTE, PROMPT, SCALE, VALUES
from rewards.judging.evidence import Source, check_quote
from rewards.judging.fields import Fields
from rewards.judging.modes import Mode
from rewards.judging.scales import expected
from rewards.types import Judge, Needs, NoReference, Sample, Score

_STEPS = "legible_steps@v1"
_ABOUT_REASONING = frozenset({"no_steps", "gibberish"})
_EXPLANATIONS = {
    "kept": "The judge finds that the completion keeps to the form.",
    "partly": "The judge finds a slip in the form.",
    "broken": "The judge finds that the completion does not keep to the form.",
}
_HALF = 0.5


class Params(Mode):
    """Which form, and how the judge is asked."""

    form: str = Field(
        default=DEFAULT_FORM,
        min_length=1,
        max_length=2_000,
        pattern=r"\w",
        description="The form that the completion has to keep to, in words.",
        examples=["Numbered steps, one on a line, and a last line that begins with `Answer:`."],
    )
    reasoning: Literal["required", "optional"] = Field(
        default="required",
        description="Whether the form holds reasoning. `required`: a completion without a step that says something is "
        "0.0 and not shown to the judge. `optional`: it is shown; only what is no attempt at all is not.",
    )


@reward(range=(0.0, 1.0), max_completion_chars=48_000, needs=(_STEPS,))
async def score(sample: Sample[NoReference], params: Params, needs: Needs, judge: Judge) -> Score:
    """The completion keeps to a form that is described in words.

    A language model judges. Where the form can be checked by rules, `reasoning_answer_format@v1`, `think_format@v2` and
    their like are exact, free and cannot be talked to: use this where they cannot say what is wanted.

    **1.0**: `kept`. **0.5**: `partly`, every part is there with a slip, such as a closing tag that is missing.
    **0.0**: `broken`. Without asking the judge, 0.0 as well where the completion is no attempt, with the reason that
    `legible_steps@v1` gives (`empty`, `bare_prefix`, `tag_stuffing` ...), and where it has no step that says
    something (`no_steps`, `gibberish`) unless `reasoning` is `optional`.

    With `logprobs` the value is the expected one, by the probabilities of three letters, and the reason is `kept` from
    one half on and `broken` below it.

    **What the judge sees**: the form, and the whole completion, tags included, as one JSON string with everything
    escaped that could look like a mark of a template, between two lines that nobody can foresee. It has to quote what
    shows its verdict; a quote that does not stand in the completion makes it `judge_unparsable`. `details` hold the
    decision as `form`, the judge's `judge_reason` and `quote`, and the `judge`.

    Failures: `judge_unavailable`, `judge_unparsable`.

    Known ways to game it: the judge reads what the completion says about itself. The form is not the answer, and any
    filler that looks like reasoning may be taken for it: use this beside a verdict.

    Source: written for this service.
    """
    legible = needs[_STEPS]
    if not legible.value and (params.reasoning == "required" or legible.reason not in _ABOUT_REASONING):
        return Score(0.0, legible.reason, legible.explanation)
    fields: Fields = {"form": params.form, "text": sample.completion}
    if params.scoring == "logprobs":
        found = expected(SCALE, await judge.weigh(SCALE, fields))
        reason = "kept" if found >= _HALF else "broken"
        return Score(found, reason, _EXPLANATIONS[reason])
    keeping = await judge.ask(PROMPT, fields)
    check_quote("the form", keeping.quote, Source([sample.completion]))
    details = {"form": keeping.form, "judge_reason": keeping.reason[:MAX_QUOTE], "quote": keeping.quote[:MAX_QUOTE]}
    return Score(VALUES[keeping.form], keeping.form, _EXPLANATIONS[keeping.form], details)
