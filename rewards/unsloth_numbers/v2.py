"""The number in the solution against the reference, exactly."""

from pydantic import Field

from rewards.declare import reward
from rewards.errors import BadReference
from rewards.text.solution_block import solution_block
from rewards.text.stated_numbers import Amount, stated
from rewards.types import Detail, Frozen, NoParams, Sample, Score

_SHOWN = 200


class Reference(Frozen):
    """The number that the solution is compared with."""

    answer: str = Field(description="The expected number.", examples=["72", "-5", "1,072", "1/2"])


def read_reference(reference: Reference, params: NoParams) -> Amount:
    """Return the number that the reference names."""
    said = stated(reference.answer)
    if said.amount is None or not said.opens:
        raise BadReference("The reference is no number.")
    return said.amount


@reward(range=(0.0, 1.0), budget_s=1, read=read_reference, supersedes=("unsloth_numbers@v1",))
def score(sample: Sample[Reference], params: NoParams, gold: Amount) -> Score:
    r"""The number that the solution states is the reference's.

    **1.0**: the two are the same number (`equal`). **0.0**: they are not (`different`), the solution says two different
    numbers (`hedged`) or none that can be read (`unreadable_answer`), there is no solution (`no_answer`), there is more
    than one (`several_answers`), or something stands behind it (`text_after`). There is nothing between. A reference
    that is no number is a failure, `bad_reference`.

    **Where it looks**: in the one `<SOLUTION>` block behind the last `<end_working_out>`; in the whole text where there
    is none. The block must be closed and be the end of the completion.

    **What is a number**: `72`, `-72`, `72.0`, `1,234.50`, `$72`, `72 apples`, `The total is 72 apples`, `1/2`, `½`,
    `\frac{1}{2}`, `50%`, as for `gsm8k_answer@v2`. Other words are not compared. Numbers are compared exactly, as
    fractions; `50%` equals `50` and `0.5`. An equation, `6 * 12 = 72`, is computed and its sides must agree, and what
    was not computed is no number.

    Differences to `unsloth_numbers@v1`: signs and fractions are read, a list of numbers is a hedge, and nothing falls
    below 0.

    Known ways to game it: the working is not read, so a guess that is right is paid. A sign beside a number is not
    computed: `\sqrt{72}`, `72!` and `72π` are taken for 72.

    Source: written for this service, after Unsloth's (`unsloth_numbers@v1`).
    """
    block = solution_block(sample.completion)
    details: dict[str, Detail] = {"reference": _shown(gold)}
    if block.trouble:
        return Score(0.0, block.trouble, block.explanation, details)
    details["extracted"] = block.content.strip()[:_SHOWN]
    said = stated(" ".join(block.content.split()))
    if said.is_hedged:
        return Score(0.0, "hedged", "The solution says two different numbers.", details)
    if said.amount is None:
        return Score(0.0, "unreadable_answer", "The solution says no number that can be read.", details)
    details["number"] = _shown(said.amount)
    if said.amount.equals(gold):
        return Score(1.0, "equal", "The number of the solution is the reference's.", details)
    return Score(0.0, "different", "The number of the solution is not the reference's.", details)


def _shown(amount: Amount) -> str:
    return f"{amount.value}{'%' * amount.is_percent}"[:_SHOWN]
