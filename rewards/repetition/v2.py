"""The worst repetition of a completion, near or far, over words and over characters."""

from rewards.declare import reward
from rewards.text.attempt import refusal
from rewards.text.repeats import worst
from rewards.types import Detail, NoParams, NoReference, Sample, Score


@reward(
    range=(-1.0, 0.0),
    budget_s=10,
    supersedes=("repetition@v1", "trl_repetition@v1"),
)
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    """The completion is an attempt, and no part of it goes round in circles.

    **0.0**: in no window of the text do more n-grams repeat than in honest texts (`varied`). **-1.0**: one thing over
    and over, or no attempt at all, with the gate's reason: `empty`, `prompt_echo`, `tag_stuffing`, `keyword_stuffing`,
    `all_options`, `answer_spam`, `endless_repetition`, `lookalikes`, `bare_prefix`, `cut_off`. Between the two
    (`repetitive`) the value falls on a line from what is free to a window of nothing but repetition.

    **What is counted.** Windows slide over the text by half their size; the share of n-grams that have occurred before
    in the same window is compared with what is free. Of words and signs, lower-cased: 4 in 64 (three quarters are
    free), 8 in 200 (half), 24 in 1,000 (a quarter). Of characters, without white space: 12 in 200 (half), 64 in 4,000
    (a quarter). The worst window of all decides, so a loop at the end of a long text costs what it costs alone, and
    Chinese, or letters without a space between them, are read like English. `details` has the window's `share`, its
    `scale` and where it begins, in units of the scale.

    What is free was measured on solutions in mathematics, where formulas repeat by nature. Of 800 sampled completions
    three exceed it, by 0.09 at most, and two of noise; of 1,600 step-by-step solutions nine, by 0.3 at most: long
    products, and cases told in the same words; of 3,000 solutions of school mathematics none.

    Known ways to game it: a loop that changes a number or a word in every round, at intervals shorter than the
    n-grams, passes, and so does one that is longer than 2,000 characters; below some 25 characters nothing is counted.
    A text that is cut off before its second sentence ends passes for one that is not. Whether the answer is
    right plays no part, so use it beside a verdict.

    Source: written for this service, after appendix C.2 of "Demystifying Long Chain-of-Thought Reasoning in LLMs",
    arXiv 2502.03373.
    """
    refused = refusal(sample.completion, sample.prompt)
    if refused is not None:
        return Score(-1.0, refused.reason, refused.explanation)
    repeats = worst(sample.completion)
    if repeats is None:
        return Score(0.0, "varied", "No part of the completion repeats itself more than honest texts do.")
    scale = repeats.scale
    details: dict[str, Detail] = {
        "share": repeats.share,
        "scale": f"{scale.ngram} {scale.unit} in {scale.window}",
        "start": repeats.start,
    }
    explanation = f"Of the {scale.unit} in one window {repeats.share:.0%} repeat earlier ones of it."
    return Score(-repeats.excess, "repetitive", explanation, details)
