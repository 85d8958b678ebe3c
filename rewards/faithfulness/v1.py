"""Whether the reasoning holds, by rules first and then by a judge."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Self, cast

from pydantic import Field, model_validator

from rewards.declare import reward
from rewards.errors import JudgeUnparsable
from rewards.faithfulness.canaries import ALIGNMENT, COHERENCE, VALIDITY
from rewards.faithfulness.question import MAX_QUOTE, PROMPT, SCALES, SWAPPED, Judgement, SwappedJudgement, value
from rewards.judging.evidence import Source, check_quote
from rewards.judging.fields import Fields
from rewards.judging.modes import Mode
from rewards.judging.passes import both, check_agreement, together
from rewards.judging.question import question_of
from rewards.judging.scales import expected
from rewards.types import Detail, Judge, Needs, NoReference, Sample, Score

_STEPS = "legible_steps@v1"
_ARITHMETIC = "step_arithmetic@v1"
_RATIONALE = "rationale_consistency@v1"
_NEUTRAL = 0.5
_REFUTED = {
    (_ARITHMETIC, "false_equation"): "refuted_arithmetic",
    (_RATIONALE, "not_derived"): "refuted_rationale",
}
_TELLS_NOTHING = {(_RATIONALE, "no_answer"), (_RATIONALE, "unreadable_answer")}
_IN_NUMBERS_ALONE = {(_RATIONALE, "not_derived")}
"""Where there is algebra, `2x = 4` derives 2 and not 4: what is derived last is no answer yet."""
_REASONS = {
    "unsupported_step": "A step does not follow from the question and the steps before it.",
    "contradictory": "The steps contradict each other or cannot be followed.",
    "other_question": "The steps deal with another question.",
    "partly_faithful": "The steps hold, with gaps or beside the question.",
    "faithful": "Every step is supported, they can be followed, and they answer the question.",
}
_HALF = 0.5


class Params(Mode):
    """How the judge is asked."""

    second_pass: bool = Field(
        default=False,
        description="Whether to ask a second time with everything in the other order, for twice the cost. Where the "
        "two differ in any decision there is no verdict. With `verdict` only.",
    )

    @model_validator(mode="after")
    def _are_possible(self) -> Self:
        if self.second_pass and self.scoring == "logprobs":
            raise ValueError("second_pass goes with scoring='verdict' only; leave one of them out")
        return self


@reward(
    range=(0.0, 1.0),
    max_completion_chars=48_000,
    needs=(_STEPS, _ARITHMETIC, _RATIONALE),
)
async def score(sample: Sample[NoReference], params: Params, needs: Needs, judge: Judge) -> Score:
    """The reasoning is valid, coherent, and answers the question that was asked.

    A language model judges what rules cannot refute. No reference is needed, and whether the answer is right is not
    compared: right and wrong answers alike can be reached by reasoning that does not hold. The prompt is needed.

    **Without asking the judge, 0.0**: the completion cannot be shown as steps (every reason of `legible_steps@v1`,
    such as `empty`, `bare_prefix`, `gibberish` or `no_steps`); an equation in it is false (`refuted_arithmetic`) or a
    tool's output made up (`fabricated_output`), as `step_arithmetic@v1` finds; the answer stated is one of several
    (`hedged`) or, where the steps are words and numbers without algebra, not the one derived (`refuted_rationale`), as
    `rationale_consistency@v1` finds. A judge cannot lift what is
    refuted. That no answer is stated where one is looked for, or that it cannot be read, refutes nothing: whether the
    steps answer the question is then the judge's to say. For completions with the output of a real tool this reward
    is not meant.

    **Else validity x (coherence + alignment) / 2**, 0.0 if one of these two is 0:

    - validity: 1 where every step is supported; else 0.5 x (k - 1) / n, where step k of n is the first that is not.
      More good steps before or behind a bad one never lift it to one half.
    - coherence: `contradictory` 0, `gaps` 0.5, `coherent` 1.
    - alignment: `other_question` 0, `partly` 0.5, `answers_it` 1.

    **1.0** is `faithful`. The other reasons, the first that applies: `contradictory`, `other_question`,
    `unsupported_step`, `partly_faithful`. `details` hold what was decided for each criterion, the judge's reasons and
    quotes, the number of `steps`, and the `judge`.

    **What the judge sees**: the prompt and the steps as `legible_steps@v1` shows them (its `shown`), in JSON, between
    two lines that nobody can foresee. It answers by a schema, with a reason and a quote before each decision. A quote
    that does not stand in the steps, or for validity in the step named, or a step that does not exist, makes the
    verdict `judge_unparsable`. So do two passes that differ, under `second_pass`. With `logprobs` each criterion is
    one question whose letters are worth 1, 0.5 and 0; letters that have less than 0.9 of the probability together are
    an abstention, `judge_unparsable`. The value is then the expected one, and nothing is quoted.

    Failures: `not_applicable` without a prompt, or with one over 16,000 characters; `judge_unavailable` where nobody
    judges, such as no judge configured; `judge_unparsable`. None of them is ever a zero.

    Known ways to game it: it is as good as its judge; `touchstone calibrate` says how good that is. Plausible steps
    whose mistake the judge does not see are paid in full. A completion that states no answer evades the check of its
    answer: use this beside a verdict. What is refuted by mistake is refuted all the same (docs/judge.md has figures).

    Source: written for this service.
    """
    question = question_of(sample.prompt)
    refuted = _refutation(needs)
    if refuted is not None:
        return refuted
    steps = cast("list[str]", json.loads(str(needs[_STEPS].details["shown"])))
    fields: Fields = {"question": question, "steps": steps}
    if params.scoring == "logprobs":
        return await _weighed(judge, fields)
    if not params.second_pass:
        judgement = await judge.ask(PROMPT, fields)
        check_evidence(judgement, steps)
        return _scored(judgement, len(steps))
    first, swapped = await both(judge.ask(PROMPT, fields), judge.ask(SWAPPED, fields))
    check_evidence(first, steps)
    check_evidence(swapped, steps)
    check_agreement(first, swapped)
    return _scored(first, len(steps))


def _refutation(needs: Needs) -> Score | None:
    """Return the score of a completion that the rules refute, or None."""
    legible, arithmetic, rationale = (needs[name] for name in (_STEPS, _ARITHMETIC, _RATIONALE))
    if not legible.value:
        return Score(0.0, legible.reason, legible.explanation)
    for name, found, least in ((_ARITHMETIC, arithmetic, _NEUTRAL), (_RATIONALE, rationale, _NEUTRAL)):
        is_sure = (name, found.reason) not in _IN_NUMBERS_ALONE or not legible.details["algebra"]
        if found.value < least and is_sure and (name, found.reason) not in _TELLS_NOTHING:
            reason = _REFUTED.get((name, found.reason), found.reason)
            shown = ("first_mistake", "fabricated", "extracted", "derived")
            return Score(
                0.0, reason, found.explanation, {key: found.details[key] for key in shown if key in found.details}
            )
    return None


def check_evidence(judgement: Judgement | SwappedJudgement, steps: Sequence[str]) -> None:
    """Do nothing where a verdict names a step that there is, and all its quotes stand where they should.

    Raises:
        JudgeUnparsable: it does not.
    """
    named = judgement.first_unsupported_step
    if not 0 <= named <= len(steps):
        raise JudgeUnparsable(f"The judge names step {named} of {len(steps)}.")
    source = Source(steps)
    check_quote(VALIDITY, judgement.validity_quote, Source(steps[named - 1 : named]) if named else source)
    check_quote(COHERENCE, judgement.coherence_quote, source)
    check_quote(ALIGNMENT, judgement.alignment_quote, source)


def _scored(judgement: Judgement | SwappedJudgement, steps: int) -> Score:
    """Return what a verdict earns."""
    found = value(judgement, steps)
    reason = "faithful" if found == 1.0 else "partly_faithful"
    if judgement.first_unsupported_step:
        reason = "unsupported_step"
    for decided in (judgement.alignment, judgement.coherence):
        if decided in _REASONS:
            reason = decided
    details: dict[str, Detail] = {"steps": steps, "first_unsupported_step": judgement.first_unsupported_step}
    for name in (VALIDITY, COHERENCE, ALIGNMENT):
        if name != VALIDITY:
            details[name] = getattr(judgement, name)
        details[f"{name}_reason"] = getattr(judgement, f"{name}_reason")[:MAX_QUOTE]
        details[f"{name}_quote"] = getattr(judgement, f"{name}_quote")[:MAX_QUOTE]
    return Score(found, reason, _REASONS[reason], details)


async def _weighed(judge: Judge, fields: Fields) -> Score:
    """Return the expected value of the verdict, by the probabilities of the letters."""
    weights = dict(zip(SCALES, await together(*(judge.weigh(scale, fields) for scale in SCALES.values())), strict=True))
    means = {name: expected(scale, weights[name]) for name, scale in SCALES.items()}
    above = {
        name: expected(
            replace(scale, values={label: float(worth > 0) for label, worth in scale.values.items()}), weights[name]
        )
        for name, scale in SCALES.items()
    }
    # The expectation of (coherence + alignment) / 2 where neither is 0: each counts where the other is above 0.
    both = (means[COHERENCE] * above[ALIGNMENT] + means[ALIGNMENT] * above[COHERENCE]) / 2
    reason = "faithful"
    for name, low in ((VALIDITY, "unsupported_step"), (ALIGNMENT, "other_question"), (COHERENCE, "contradictory")):
        if means[name] < _HALF:
            reason = low
    if reason == "faithful" and means[VALIDITY] * both < _HALF:
        reason = "partly_faithful"
    details: dict[str, Detail] = {"steps": len(fields["steps"]), **means}
    return Score(min(1.0, means[VALIDITY] * both), reason, _REASONS[reason], details)
