"""Math-Verify with its defaults, as published."""

from pydantic import Field

from rewards.declare import reward
from rewards.errors import BadReference
from rewards.math.math_verify import equal, parse, source_text
from rewards.types import Frozen, NoParams, Sample, Score


class Reference(Frozen):
    """What the answer is compared with."""

    answer: str = Field(
        description="The expected answer in LaTeX, without dollar signs and without a box.",
        examples=["72", r"\frac{1}{2}", r"(-\infty, 3]"],
    )


@reward(range=(0.0, 1.0))
def score(sample: Sample[Reference], params: NoParams) -> Score:
    r"""The completion's last answer is mathematically equal to the reference.

    **1.0**: Math-Verify reads an answer in the completion, LaTeX or plain numbers, and finds it equal to the
    reference, read as `$...$`. **0.0**: it does not (reason `different`), or it finds no answer at all
    (reason `no_answer`). There is nothing between. A reference that cannot be read is a failure,
    `bad_reference`.

    Where it looks: after "final answer is", in the last `\boxed{}`, after "answer", then at any formula, then at
    any number that stands free. What it equates: numbers to six decimals, expressions that sympy simplifies to
    each other, sets, intervals, relations, matrices.

    Known defects, kept because runs have been trained on them:

    - Any number in the text is an answer: a completion that only echoes the right number is paid.
    - A number between tags does not stand free: `<answer>72</answer>` is `no_answer`; spaces around the number or
      `\boxed{72}` between the tags are read.
    - `<think>\boxed{4}</think> I do not know` is paid for 4, since nothing tells thinking from answering.
    - `\boxed{3} or \boxed{4}` is read as an answer of two elements and equals neither.
    - A power tower such as `9^{9^{9}}` never ends; the budget ends it with the lowest value.
    - Where an answer cannot be parsed, its text is compared with the reference's, letter for letter.

    Source: `parse` and `verify` of Math-Verify 0.9.0 by Hugging Face with latex2sympy2_extended 1.11.0 and
    sympy 1.14.0, defaults but for the timeouts.
    """
    gold = parse(f"${sample.reference.answer}$")
    if not gold:
        raise BadReference("Math-Verify cannot read the reference; send LaTeX without dollar signs.")
    answer = parse(sample.completion)
    if not answer:
        return Score(0.0, "no_answer", "Neither a formula nor a number was found in the completion.")
    details = {"extracted": source_text(answer), "reference": source_text(gold)}
    if equal(gold, answer):
        return Score(1.0, "equal", "The extracted answer is mathematically equal to the reference.", details)
    return Score(0.0, "different", "The extracted answer is not mathematically equal to the reference.", details)
