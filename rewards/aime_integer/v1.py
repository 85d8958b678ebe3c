"""The integer between 0 and 999 that a completion states last."""

from pydantic import Field

from rewards.declare import reward
from rewards.errors import BadReference
from rewards.math import exact_values, extraction
from rewards.math.extraction import PLACES, Place
from rewards.types import Detail, Frozen, Sample, Score

_LARGEST = 999
_SHOWN = 200


class Reference(Frozen):
    """What the answer is compared with."""

    answer: int | str = Field(
        description="The expected integer, 0 to 999, with or without leading zeros.", examples=["33", "033", "204"]
    )


class Params(Frozen):
    """Where the answer is looked for."""

    places: tuple[Place, ...] = Field(
        default=PLACES,
        min_length=1,
        description="Where to look, in this order; the first place that holds an answer counts.",
    )


def read_reference(reference: Reference, params: Params) -> int:
    """Return the integer that the reference names."""
    value = exact_values.read(str(reference.answer)).value
    if value is None or value.denominator != 1 or not 0 <= value <= _LARGEST:
        raise BadReference("The reference must be an integer from 0 to 999.")
    return value.numerator


@reward(range=(0.0, 1.0), budget_s=2, read=read_reference)
def score(sample: Sample[Reference], params: Params, gold: int) -> Score:
    r"""The answer that the completion states last is the reference's integer, from 0 to 999 as in AIME.

    **1.0**: it is (`equal`). **0.0**: it is another integer from 0 to 999 (`different`), an integer outside
    (`out_of_bounds`), no integer (`not_an_integer`), several values or a statement that offers alternatives
    (`hedged`), nothing that can be read (`unreadable_answer`), or there is no answer (`no_answer`). There is nothing
    between. A reference that is no integer from 0 to 999 is a failure, `bad_reference`. `details` hold the answer as
    `extracted`, the `place` it was found in, and its `number`, where it is one.

    **Where it looks**: as `math_equal@v2`, in the declared `places` after the last `</think>`.

    **What is an integer**: leading zeros do not matter, `033` is 33. A decimal or an expression is one where it
    simplifies to it by exact algebra: `33.0`, `\frac{66}{2}`, `2^5 + 1`, `\sqrt{1089}`, `\binom{11}{2} - 22`. What only
    sympy or a numerical comparison could confirm is `not_an_integer`, and so are `33.4`, `33\%` and a rounding. A name
    or a sum of names before it (`n = 33`, `m + n = 33`; not `x^2 = 33`), units and nouns behind it and a degree sign do
    not matter. An equation counts
    where all its numbers are equal; `41 = 42` is a hedge, and so is a list, `41, 42`.

    Known ways to game it: a guess is right one time in a thousand, more often for small numbers; the reasoning is not
    read. `out_of_bounds` is a zero like any other, so a policy learns the bounds, which the task states anyway.

    Source: written for this service; the rules are those of the American Invitational Mathematics Examination.
    """
    found = extraction.find(sample.completion, params.places)
    if found is None or not found.text.strip():
        return Score(0.0, "no_answer", "The completion states no answer in the places that are looked at.")
    details: dict[str, Detail] = {
        "extracted": found.text[:_SHOWN],
        "place": found.place.value,
        "reference": str(gold),
    }
    read = exact_values.read(found.text)
    if found.core and read.value is None and not read.is_hedged:
        read = exact_values.read(found.core)
    fault = _fault(read)
    if fault:
        return Score(0.0, fault, _FAULTS[fault], details)
    details["number"] = int(read.value or 0)
    if read.value == gold:
        return Score(1.0, "equal", "The answer is the reference's integer.", details)
    return Score(0.0, "different", "The answer is another integer than the reference.", details)


_FAULTS = {
    "hedged": "The completion offers several values instead of an answer.",
    "unreadable_answer": "The answer cannot be read.",
    "not_an_integer": "The answer does not simplify to an integer.",
    "out_of_bounds": "The answer is an integer, but not one from 0 to 999.",
}


def _fault(read: exact_values.Exact) -> str:
    """Return why what was read is no integer from 0 to 999; nothing where it is one."""
    if read.is_hedged:
        return "hedged"
    if not read.is_readable:
        return "unreadable_answer"
    if read.value is None or read.value.denominator != 1:
        return "not_an_integer"
    return "" if 0 <= read.value <= _LARGEST else "out_of_bounds"
