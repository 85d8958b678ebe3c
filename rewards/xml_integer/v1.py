"""The integer reward of the well-known GSM8K GRPO demo, as published."""

from rewards.declare import reward
from rewards.text.xml_answer import xml_answer
from rewards.types import NoParams, NoReference, Sample, Score


@reward(range=(0.0, 0.5))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    """The text in the last `<answer>` block consists of digits alone.

    **0.5**: the stripped text after the last `<answer>` and before the next `</answer>` is not empty and
    every character of it is a digit (Python's `str.isdigit`). **0.0**: it is not. There is nothing between,
    and no reference is compared.

    Known defects, kept because runs have been trained on them:

    - `-72`, `72.0`, `$72`, `1,072` and `+72` score 0.0.
    - `²`, `①` and digits of any script score 0.5, as does a number of any length.
    - No tags are needed: the bare text `72` scores 0.5, and so does an unclosed `<answer>72`.

    Source: `int_reward_func` of the GSM8K GRPO demo by Will Brown (GitHub gist
    4676755236bb08cab5f4e54a0475d6fb), also in Unsloth's Llama 3.1 (8B) GRPO notebook.
    """
    found = xml_answer(sample.completion)
    details = {"extracted": found[:200]}
    if found.isdigit():
        return Score(0.5, "integer", "The extracted answer consists of digits alone.", details)
    if not found:
        return Score(0.0, "no_answer", "The extracted answer is empty.", details)
    return Score(0.0, "not_integer", "The extracted answer contains something other than digits.", details)
