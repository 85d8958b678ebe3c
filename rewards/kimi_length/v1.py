"""The length reward of Kimi k1.5 as open-r1 publishes it."""

from pydantic import Field

from rewards.declare import MAX_COMPLETION_CHARS, reward
from rewards.math.open_r1_answer import Solution, answers, read_solution
from rewards.types import Detail, Frozen, NoParams, Outcome, Sample, Score

_ANY_LENGTH = 100_000_000


class Reference(Frozen):
    """What the answer is compared with."""

    solution: str = Field(
        description="What holds the expected answer in LaTeX: a whole solution, or a formula in `$...$`.",
        examples=["$72$", r"So we get $\boxed{72}$."],
    )


def read_reference(reference: Reference, params: NoParams) -> Solution:
    """Return the solution as answers are compared with it; one that cannot be read is no failure."""
    return read_solution(reference.solution)


@reward(range=(-0.5, 0.5), budget_s=10, max_completion_chars=_ANY_LENGTH, read=read_reference)
def score(samples: list[Sample[Reference]], params: NoParams, solutions: list[Solution]) -> list[Outcome]:
    r"""The completion is right and the shortest of its group.

    With L the characters of a completion, and min and max taken over the group, its value is 0.5 - (L - min) / (max -
    min) where the answer is right (`right`), and that or 0, whichever is less, where it is wrong (`wrong`). **0.5**:
    right, and nothing in the group is shorter. **-0.5**: the longest of the group, right or wrong. Where all have the
    same length, all score 0.0 (`same_length`).

    Right is what Math-Verify finds equal to the solution: the first LaTeX answer of the completion, boxed or announced.
    A completion of more than 1,000,000 characters is wrong (`too_long`). A group that uses up its budget scores -0.5.

    Known defects, kept because runs have been trained on them:

    - It counts characters, and wrong completions set the measure: a right answer loses by a shorter wrong one, and a
      wrong one of less than the middle length earns 0.0, more than a right one above it.
    - Where all are wrong, the longest is still punished, which teaches to give up early.
    - A solution in which Math-Verify finds no LaTeX, such as `72`, makes every completion right (`unread_solution`).
    - The published function compares whatever shares a batch, several prompts among them; here a group is one prompt.
    - Only LaTeX in a box or behind "answer" counts, so a plain "The answer is 72" is wrong.

    Source: `len_reward` of open-r1 (src/open_r1/rewards.py), the same in Thinking_LLM's copy of it, on Math-Verify
    0.9.0; the formula is from "Kimi k1.5: Scaling Reinforcement Learning with LLMs", arXiv 2501.12599.
    """
    lengths = [len(sample.completion) for sample in samples]
    shortest, longest = min(lengths), max(lengths)
    if shortest == longest:
        return [Score(0.0, "same_length", "All completions of the group are equally long.")] * len(samples)
    return [
        _scored(sample.completion, solution, 0.5 - (length - shortest) / (longest - shortest))
        for sample, solution, length in zip(samples, solutions, lengths, strict=True)
    ]


def _scored(completion: str, solution: Solution, brevity: float) -> Score:
    details: dict[str, Detail] = {"chars": len(completion), "reference": solution.text}
    if solution.is_unread:
        return Score(brevity, "unread_solution", "No LaTeX was found in the solution, so it counts as right.", details)
    if len(completion) > MAX_COMPLETION_CHARS:
        return Score(float(min(0, brevity)), "too_long", "The completion is too long to be read.", details)
    is_right, extracted = answers(solution, completion)
    details["extracted"] = extracted
    if is_right:
        return Score(brevity, "right", "The answer is right, and the value falls with its length.", details)
    return Score(float(min(0, brevity)), "wrong", "The answer is wrong, so being short earns nothing.", details)
