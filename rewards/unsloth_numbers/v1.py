"""The number reward of Unsloth's advanced GRPO notebook, as published."""

from rewards.declare import reward
from rewards.text.solution_tags import Reference, published_number
from rewards.types import Detail, NoParams, Sample, Score

_SHOWN = 200


@reward(range=(-0.5, 1.5))
def score(sample: Sample[Reference], params: NoParams) -> Score:
    r"""The first number behind the first solution tag is the reference.

    **1.5**: the first run of digits, points and commas behind the first `<SOLUTION>`, without its commas, is the same
    number as the reference to Python's `float` (`equal`). **-0.5**: it is another (`different`). **0.0**: there is no
    tag or no such run behind it (`no_answer`), or the run is no number, or the reference is none (`no_number`). There
    is nothing between.

    Known defects, kept because runs have been trained on them:

    - Signs are not read: `-72` earns 1.5 where 72 is right, and a reference below 0 cannot be reached.
    - The first run counts, and not the answer: "I have, I think, 72" is the run `,` and 0.0, "2 boxes of 36 are 72" is
      the number 2. Digits behind the closing tag count as well.
    - Numbers are rounded to 53 bits: 9007199254740993 equals 9007199254740992.
    - A fraction is its numerator: `1/2` is 1.
    - A reference that is no number is not refused; everybody scores 0.0.

    Source: `check_numbers` of Unsloth's notebook "Advanced Llama3.2 (3B) GRPO LoRA".
    """
    guess = published_number(sample.completion)
    details: dict[str, Detail] = {"reference": sample.reference.answer[:_SHOWN]}
    if guess is None:
        return Score(0.0, "no_answer", "No digit, point or comma follows a solution tag.", details)
    details["extracted"] = guess[:_SHOWN]
    try:
        expected = float(sample.reference.answer.strip())
        found = float(guess.replace(",", ""))
    except ValueError:
        return Score(0.0, "no_number", "What follows the solution tag is no number, or the reference is none.", details)
    if found == expected:
        return Score(1.5, "equal", "The first number behind the solution tag is the reference.", details)
    return Score(-0.5, "different", "The first number behind the solution tag is not the reference.", details)
