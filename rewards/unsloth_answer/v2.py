"""The solution between its tags against the reference, as mathematics."""

from dataclasses import dataclass
from fractions import Fraction

from pydantic import Field

from rewards.declare import reward
from rewards.math import verdict
from rewards.math.conventions import Conventions
from rewards.text.solution_block import solution_block
from rewards.text.stated_numbers import Amount, stated
from rewards.types import Detail, Frozen, Sample, Score

_NEAR = 0.25
_SHOWN = 200


class Reference(Frozen):
    """What the solution is compared with."""

    answer: str = Field(
        description="The expected answer in LaTeX or plain text.", examples=["72", r"\frac{1}{2}", "(3, 4)"]
    )


class Params(Conventions):
    """What counts as the same, and whether something else is paid."""

    near_miss: float = Field(
        default=0.0,
        ge=0.0,
        le=0.5,
        description="How far a number may be from the reference, as a share of it, and still be paid something. 0 pays "
        "nothing but the answer.",
    )


@dataclass(frozen=True, slots=True)
class Gold:
    """A reference, read as mathematics and as a number."""

    form: verdict.Gold
    amount: Amount | None


def read_reference(reference: Reference, params: Params) -> Gold:
    """Return the reference as solutions are compared with it."""
    return Gold(verdict.read(reference.answer), stated(reference.answer).amount)


@reward(range=(0.0, 1.0), budget_s=2, read=read_reference, supersedes=("unsloth_answer@v1",))
def score(sample: Sample[Reference], params: Params, gold: Gold) -> Score:
    """The solution between the tags is mathematically equal to the reference.

    **1.0**: it is, by the tiers and conventions of `math_equal@v2` (`equal_<tier>`). **0.0**: it is not
    (`different_<tier>`), it offers several answers (`hedged`), it cannot be read (`unreadable_answer`), no tier could
    decide (`undecided`), there is no solution (`no_answer`), there is more than one (`several_answers`), or something
    stands behind it (`text_after`). A reference that is blank is a failure, `bad_reference`.

    **Between** there is nothing, unless the caller asks for it: with `near_miss`, say 0.1, a solution that is one
    number and off by less than that share of the reference earns from 0.25 down to 0.0, in proportion (`near_miss`).
    It is shaping and no verdict: use it to start a run, and never to measure one.

    **Where it looks**: in the one `<SOLUTION>` block behind the last `<end_working_out>`; in the whole text where there
    is none. The block must be closed and be the end of the completion. The working itself is not needed;
    `unsloth_format_exact@v2` asks for it.

    Differences to `unsloth_answer@v1`: answers are compared and not their spelling, so `1,072` is 1072; a near miss is
    worth nothing unless asked for; and a wrong answer costs no more than a broken format.

    Known ways to game it: the working is not read, so a guess that is right is paid. With `near_miss` a rough guess
    is paid.

    Source: written for this service, after Unsloth's (`unsloth_answer@v1`).
    """
    block = solution_block(sample.completion)
    details: dict[str, Detail] = {"reference": gold.form.plain[:_SHOWN]}
    if block.trouble:
        return Score(0.0, block.trouble, block.explanation, details)
    details["extracted"] = block.content.strip()[:_SHOWN]
    judged = verdict.judge(gold.form, block.content.strip(), params)
    if judged.conventions:
        details["convention"] = ", ".join(judged.conventions)
    near = 0.0 if judged.equal or judged.reason == "hedged" else _nearness(block.content, gold.amount, params)
    if near:
        return Score(near, "near_miss", "The solution is no more than near the reference.", details)
    return Score(float(judged.equal), judged.reason, judged.explanation, details)


def _nearness(content: str, gold: Amount | None, params: Params) -> float:
    """Return what a number near the reference is worth; 0 where it is not near, or where nothing was promised."""
    said = stated(content).amount
    if not params.near_miss or said is None or gold is None or not gold.value or said.is_percent != gold.is_percent:
        return 0.0
    off = abs(said.value - gold.value) / abs(gold.value)
    share = 1 - off / Fraction(params.near_miss)
    return _NEAR * float(share) if off and share > 0 else 0.0
