"""The four cognitive behaviours of reasoning, found by rules."""

from collections import Counter

from rewards.declare import reward
from rewards.text.attempt import refusal
from rewards.text.events import Behaviour, events
from rewards.types import Detail, NoParams, NoReference, Sample, Score

_SHOWN = 200


@reward(range=(0.0, 1.0))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    """The completion verifies, backtracks, sets subgoals and chains backwards, each to some effect.

    The value is the share of the four behaviours that occur: **1.0** all of them, 0.25 each, **0.0** none (reason
    `no_behaviour`; else `behaviours`). Once is enough. **0.0** is also the value of a text that is no attempt at an
    answer: empty, an echo of the prompt, stuffed with tags, keywords, options or answers, endless repetition,
    look-alike letters, a bare opening, cut off in mid-sentence. The reason says which. `details` have, by behaviour,
    the number of events (50 at most), and what the first of each did as `<behaviour>_first`.

    **An event is work, not a word.** Phrases only say where to look, and those that are denied ("no need to verify") or
    quoted are passed over.

    - `verification`: behind "check", "verify", "confirm", "another way" and their like stands a sum that holds, is new
      to the text, and comes to a number that stood there already, with numbers that mostly did.
    - `backtracking`: "wait", "that's wrong", "doesn't work" and their like stand between a value and another one for
      the same thing. The first is neither used nor stated again, and is not what the text ends with.
    - `subgoal_setting`: an aim is named ("first, we need to find the cost of the pens"), and within three sentences or
      lines a new value follows, from a sum that holds or in words of the aim.
    - `backward_chaining`: behind "working backwards", "the target is 24", "to get 24 we need", "start from the end" and
      their like a sum follows that holds and is new to the text.

    The answer is not judged, and nothing is compared with a reference: this is a measurement to watch in a run, or to
    multiply with a verdict. `reflection@v2` pays for verification and backtracking behind a right answer only.

    This is version 2 because version 1 of this id is kept for the judged form, in which a language model counts.

    Known ways to game it: an aim is named before an ordinary step, a mistake planted, a sum turned round that could not
    have failed, a backward phrase put before an ordinary sum. Any worked solution that says what it computes earns
    0.25. Known limits: sums are read where they are written with numbers and signs (or plus, minus, times, divided by)
    and without units between; reasoning in words or by algebra is mostly not seen, and phrases are looked for in
    English. Behind 400,000 characters a text is not read.

    Source: written for this service. The behaviours are those of "Cognitive Behaviors that Enable Self-Improving
    Reasoners, or, Four Habits of Highly Effective STaRs", arXiv 2503.01307.
    """
    refused = refusal(sample.completion, sample.prompt)
    if refused is not None:
        return Score(0.0, refused.reason, refused.explanation)
    found = events(sample.completion)
    counts = Counter(event.behaviour for event in found)
    details: dict[str, Detail] = {behaviour.value: counts[behaviour] for behaviour in Behaviour}
    for event in reversed(found):
        details[f"{event.behaviour.value}_first"] = event.work[:_SHOWN]
    if not found:
        return Score(0.0, "no_behaviour", "None of the four behaviours did any work.", details)
    explanation = f"{len(counts)} of the four behaviours did some work."
    return Score(len(counts) / len(Behaviour), "behaviours", explanation, details)
