"""The four cognitive behaviours of reasoning, found by a judge."""

import json
from typing import cast

from rewards.cognitive_behaviours.question import BEHAVIOURS, MAX_QUOTE, PROMPT
from rewards.declare import reward
from rewards.judging.evidence import Source, check_quote
from rewards.types import Detail, Judge, Needs, NoParams, NoReference, Sample, Score

_STEPS = "legible_steps@v1"


@reward(range=(0.0, 1.0), max_completion_chars=48_000, needs=(_STEPS,))
async def score(sample: Sample[NoReference], params: NoParams, needs: Needs, judge: Judge) -> Score:
    """The completion verifies, backtracks, sets subgoals and chains backwards, as a judge finds.

    The value is the share of the four behaviours that occur: **1.0** all of them, 0.25 each, **0.0** none (reason
    `no_behaviour`; else `behaviours`). Once is enough. Without asking the judge, 0.0 is also the value of a completion
    that cannot be shown as steps, with the reason that `legible_steps@v1` gives.

    A language model is asked once, for at most ten quotes of each of `verification`, `backtracking`, `subgoal_setting`
    and `backward_chaining`. `details` have, by behaviour, the number of quotes, and the first as `<behaviour>_first`;
    and the `judge`. A single quote that does not stand in the steps makes the whole verdict `judge_unparsable`: a judge
    that makes up one may have made up all.

    **What the judge sees**: the steps as `legible_steps@v1` shows them, in JSON, between two lines that nobody can
    foresee.

    The answer is not judged, and nothing is compared with a reference: this is a measurement to watch in a run, or to
    multiply with a verdict. Version 2 finds the behaviours by rules, for nothing; this one also sees what is said in
    words, by algebra, or in other languages than English.

    Failures: `judge_unavailable`, `judge_unparsable`.

    Known ways to game it: behaviours that are acted out, such as a mistake that is planted to be taken back. It pays
    for a show, as everything does that pays for how a text is written: use it as a diagnostic, or beside a verdict. A
    text that is cut off is paid for what it did before, where `legible_steps@v1` cannot tell that it is cut off.

    Source: written for this service. The behaviours, and the idea to have a model count them, are those of "Cognitive
    Behaviors that Enable Self-Improving Reasoners, or, Four Habits of Highly Effective STaRs", arXiv 2503.01307.
    """
    legible = needs[_STEPS]
    if not legible.value:
        return Score(0.0, legible.reason, legible.explanation)
    steps = cast("list[str]", json.loads(str(legible.details["shown"])))
    found = await judge.ask(PROMPT, {"steps": steps})
    source = Source(steps)
    details: dict[str, Detail] = {}
    for behaviour in BEHAVIOURS:
        quotes = cast("list[str]", getattr(found, behaviour))
        for quote in quotes:
            check_quote(behaviour, quote, source)
        details[behaviour] = len(quotes)
        if quotes:
            details[f"{behaviour}_first"] = quotes[0][:MAX_QUOTE]
    shown = sum(map(bool, found.decision()))
    if not shown:
        return Score(0.0, "no_behaviour", "The judge finds none of the four behaviours.", details)
    return Score(shown / len(BEHAVIOURS), "behaviours", f"The judge finds {shown} of the four behaviours.", details)
