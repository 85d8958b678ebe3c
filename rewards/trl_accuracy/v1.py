"""TRL's accuracy reward, as published."""

from pydantic import Field

from rewards.declare import reward
from rewards.errors import BadReference
from rewards.math.math_verify import equal, parse, parse_anchored_latex, source_text
from rewards.types import Frozen, NoParams, Sample, Score


class Reference(Frozen):
    """What the answer is compared with."""

    solution: str = Field(
        description="What holds the expected answer: a whole solution, a formula in `$...$`, or a number.",
        examples=[r"$\frac{1}{2}$", r"So we get $\boxed{72}$.", "72"],
    )


@reward(range=(0.0, 1.0))
def score(sample: Sample[Reference], params: NoParams) -> Score:
    r"""The completion's boxed or announced LaTeX answer is mathematically equal to the solution's.

    **1.0**: the first LaTeX answer found in the completion, boxed or after the word "answer", equals the one
    that Math-Verify reads in the solution. **0.0**: it does not (reason `different`), or there is none
    (reason `no_answer`). There is nothing between. A solution that cannot be read, for which TRL returns
    None, is a failure, `bad_reference`.

    Known defects, kept because runs have been trained on them:

    - Only LaTeX counts: `<answer>4</answer>` and "The answer is 4" score 0.0 for 4.
    - `<think>\boxed{4}</think> I do not know` is paid for 4, since nothing tells thinking from answering.
    - Only the first candidate is tried: where it cannot be parsed, later ones are not.
    - TRL's own timeouts are wall time and vanish off the main thread, so a hostile answer hangs a run there;
      here the budget ends it with the lowest value.

    Source: `accuracy_reward` of TRL 1.16 by Hugging Face (trl/rewards/accuracy_rewards.py), on Math-Verify
    0.9.0 with latex2sympy2_extended 1.11.0 and sympy 1.14.0.
    """
    gold = parse(sample.reference.solution)
    if not gold:
        raise BadReference("Math-Verify cannot read an answer in the solution; send one as $...$ or in a \\boxed{}.")
    answer = parse_anchored_latex(sample.completion)
    if not answer:
        return Score(0.0, "no_answer", "No boxed or announced LaTeX answer was found in the completion.")
    details = {"extracted": source_text(answer), "reference": source_text(gold)}
    if equal(gold, answer):
        return Score(1.0, "equal", "The extracted answer is mathematically equal to the solution's.", details)
    return Score(0.0, "different", "The extracted answer is not mathematically equal to the solution's.", details)
