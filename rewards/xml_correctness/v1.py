"""The correctness reward of the well-known GSM8K GRPO demo, as published."""

from pydantic import Field

from rewards.declare import reward
from rewards.text.xml_answer import xml_answer
from rewards.types import Frozen, NoParams, Sample, Score


class Reference(Frozen):
    """What the answer is compared with."""

    answer: str = Field(description="The expected answer, compared letter for letter.", examples=["72"])


@reward(range=(0.0, 2.0))
def score(sample: Sample[Reference], params: NoParams) -> Score:
    """The text in the last `<answer>` block is exactly the reference.

    **2.0**: the stripped text after the last `<answer>` and before the next `</answer>` equals the reference.
    **0.0**: it does not. There is nothing between.

    Known defects, kept because runs have been trained on them:

    - Strings are compared, not numbers: `$72`, `72.0` and `1,072` do not equal `72` and `1072`.
    - No tags are needed: the bare text `72` scores 2.0, and so does an unclosed `<answer>72`.
    - The last block wins, so a completion that hedges (`73` in one block, `72` in the next) is paid in full.
    - The reference is not stripped: `" 72"` can never be matched.

    Source: `correctness_reward_func` of the GSM8K GRPO demo by Will Brown (GitHub gist
    4676755236bb08cab5f4e54a0475d6fb), also in Unsloth's Llama 3.1 (8B) GRPO notebook.
    """
    found = xml_answer(sample.completion)
    details = {"extracted": found[:200], "reference": sample.reference.answer[:200]}
    if found == sample.reference.answer:
        return Score(2.0, "equal", "The extracted answer is the reference, letter for letter.", details)
    return Score(0.0, "different", "The extracted answer is not the reference, letter for letter.", details)
