"""Whether the answer that a completion states is the one that its reasoning derives."""

from rewards.arithmetic.rationales import compare, statement
from rewards.declare import reward
from rewards.math import votes
from rewards.text.attempt import refusal
from rewards.types import Detail, NoParams, NoReference, Sample, Score

_SHOWN = 200
_VALUES = {
    "derived_last": (1.0, "The answer stated is the one derived last."),
    "derived_earlier": (0.5, "The answer stated is derived, but something else is derived after it."),
    "undecided": (0.5, "Whether the answer stated is the one derived last cannot be told."),
    "nothing_derived": (0.5, "The reasoning derives nothing by an equation."),
    "not_derived": (0.0, "The answer stated is not what the reasoning derives."),
}


@reward(range=(0.0, 1.0))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    r"""The answer stated is the one that the reasoning derives last.

    No reference is needed, and whether the answer is right is not judged.

    **1.0**: the answer equals the right side of the last equation before it (`derived_last`). **0.5**, which is
    neutral: an earlier equation derives it and a later one something else (`derived_earlier`), as where a solution is
    checked; words or a formula that is not computed may lead from the last equation to the answer (`undecided`); there
    is no equation (`nothing_derived`). **0.0**: the last equation derives another number, no equation derives the
    answer, and nothing behind the last one leads to it (`not_derived`); no answer is stated (`no_answer`), it cannot be
    read (`unreadable_answer`), or the statement offers several (`hedged`). A text that is no attempt at all scores 0.0
    as well, with the reason `empty`, `prompt_echo`, `keyword_stuffing`, `tag_stuffing`, `all_options`, `answer_spam`,
    `endless_repetition`, `lookalikes`, `bare_prefix` or `cut_off`.

    `details` hold the answer as `extracted`, its `place`, and what was `derived` last.

    **Where it looks** for the answer, in this order: the last `<answer>`, the last `\boxed{}`, behind the last `####`,
    behind the last "the answer is" or its like. The reasoning is what stands before it, the last 20,000 characters of
    it. Of a chain `8 * 9 = 70 + 2 = 72` the end counts, and of `6 + 7 = \boxed{13}` the left side.

    **What is equal**: numbers that are the same, also where the answer is the derived one rounded, or brought to the
    next whole number; where percentages or cents are spoken of, a hundred times the other. Formulas are compared as
    `math_equal@v2` compares them; one that is not equal is `undecided`, as two forms of the same are hard to tell from
    two results.

    Known ways to game it: an equation that derives the answer from nothing, `x = 72`, is a derivation.

    Source: written for this service.
    """
    text = sample.completion
    if (refused := refusal(text, sample.prompt)) is not None:
        return Score(0.0, refused.reason, refused.explanation)
    said = statement(text)
    if said is None:
        return Score(0.0, "no_answer", "The completion states no answer where it is looked for.")
    details: dict[str, Detail] = {"extracted": said.found.text.strip()[:_SHOWN], "place": said.found.place.value}
    ballot = votes.read(said.found.core or said.found.text)
    if ballot is None:
        return Score(0.0, "unreadable_answer", "The answer stated cannot be read.", details)
    if votes.is_hedged(ballot):
        return Score(0.0, "hedged", "The statement offers several answers.", details)
    compared = compare(said)
    details["derived"] = compared.derived[:_SHOWN]
    value, explanation = _VALUES[compared.reason]
    return Score(value, compared.reason, explanation, details)
