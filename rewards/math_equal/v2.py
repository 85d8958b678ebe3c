"""The answer that a completion states last, against the reference, by tiers."""

from pydantic import Field

from rewards.declare import reward
from rewards.math import extraction, verdict
from rewards.math.conventions import Conventions
from rewards.math.extraction import PLACES, Place
from rewards.types import Frozen, Sample, Score

_SHOWN = 200


class Reference(Frozen):
    """What the answer is compared with."""

    answer: str = Field(
        description="The expected answer in LaTeX or plain text; dollar signs and a box around it do not matter.",
        examples=["72", r"\frac{1}{2}", r"(-\infty, 3]", r"\{1, 2, 3\}"],
    )


class Params(Conventions):
    """Where the answer is looked for, and what counts as the same."""

    places: tuple[Place, ...] = Field(
        default=PLACES,
        min_length=1,
        description="Where to look, in this order; the first place that holds an answer counts.",
    )


def read_reference(reference: Reference, params: Params) -> verdict.Gold:
    """Return the reference as answers are compared with it."""
    return verdict.read(reference.answer)


@reward(range=(0.0, 1.0), budget_s=2, read=read_reference)
def score(sample: Sample[Reference], params: Params, gold: verdict.Gold) -> Score:
    r"""The answer that the completion states last is mathematically equal to the reference.

    **1.0**: they are equal (reason `equal_<tier>`, the tier that decided). **0.0**: they differ
    (`different_<tier>`), the statement offers alternatives (`hedged`), the answer cannot be read
    (`unreadable_answer`), no tier could decide (`undecided`), or there is no answer (`no_answer`). There is nothing
    between. A reference that is blank is a failure, `bad_reference`. `details` hold the answer as `extracted`, the
    `place` it was found in, and the `convention` that the verdict depends on, where it depends on one.

    **Where it looks**, `places`: after the last `</think>`, in the last `<answer>` tag, else the last `\boxed{}`, else
    behind the last `####`, else behind "the answer is" (in a dozen languages), else on the last line if that is one
    formula or holds one number. A blank place holds no answer. An explicit revision ("wait, ...") that announces
    another answer takes its place, and behind "that is wrong" alone there is no answer. Boxes with nothing but commas
    or "and" between them are one list.

    **What is equal**, cheapest tier first: the same text but for its look (`form`); the same exact number, whatever its
    notation (`number`); the same structure of equal parts: tuples, intervals and inequalities, sets and lists,
    matrices, ratios, times, units, choices, words (`structure`, `text`); the same normal form over rational numbers,
    roots, exponentials and variables (`algebra`); sympy proves it (`symbolic`); both agree to 20 digits at every point
    where they are defined (`numeric`). Only `numeric` is not a proof when it confirms; it refuses only what differs.

    **Hedging never pays**: `\boxed{42 \text{ or } 41}`, `\boxed{41} \boxed{42}` and `41 = 42` score 0 for 42.

    **Conventions** are params. By default an exact answer equals the decimal reference it rounds to (three digits or
    more), `50%` equals `50` and `0.5`, a missing unit, degree sign or base is forgiven, a wrong one is not, lists are
    unordered and tuples are not. A verdict that depends on one says so.

    Known ways to game it: a lucky guess is paid like an answer; the reasoning is not read; a box in a `<think>` that
    never ends is read like one outside, since a truncated completion has no outside. Known limits: integrals, limits,
    derivatives and sums with dots are compared by their text alone, and `unreadable_answer` where that differs.

    Source: written for this service; what other graders get wrong, and the measurements, are in docs/verdicts.md.
    """
    found = extraction.find(sample.completion, params.places)
    if found is None or not found.text.strip():
        return Score(0.0, "no_answer", "The completion states no answer in the places that are looked at.")
    details = {"extracted": found.text[:_SHOWN], "place": found.place.value, "reference": gold.plain[:_SHOWN]}
    judged = verdict.judge(gold, found.text, params)
    if not judged.equal and found.core:
        judged = verdict.judge(gold, found.core, params)
        details["extracted"] = found.core[:_SHOWN]
    if judged.conventions:
        details["convention"] = ", ".join(judged.conventions)
    return Score(float(judged.equal), judged.reason, judged.explanation, details)
