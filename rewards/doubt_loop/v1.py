"""A penalty for doubts that lead nowhere: `Wait, no. Let me recalculate. Actually, wait ...`."""

from fractions import Fraction

from pydantic import Field

from rewards.declare import reward
from rewards.text.attempt import refusal
from rewards.text.doubts import Doubt, doubts
from rewards.types import Detail, Frozen, NoReference, Sample, Score

_LOWEST = -1.0
_SHOWN = 200


class Params(Frozen):
    """How much doubt is free, and what more of it costs."""

    free: int = Field(
        default=2, ge=0, le=1_000, description="Unproductive doubts that cost nothing, however often they repeat."
    )
    step: float = Field(
        default=0.1, gt=0, le=1, description="What each further one costs, and once more where it repeats an earlier."
    )


@reward(range=(_LOWEST, 0.0))
def score(sample: Sample[NoReference], params: Params) -> Score:
    """The completion does not turn in circles of doubt.

    **0.0**: it has no doubts (reason `no_doubts`), none that was in vain (`productive`), or no more of these than are
    free (`free`). **Down to -1.0**, reason `doubt_loop`: each unproductive doubt above `free`, two unless said
    otherwise, costs `step`, and as much again where what follows it is a near-duplicate of what followed an earlier
    doubt. It never costs more than 1. **-1.0** is also the value of a text that is no attempt at an answer: empty, an
    echo of the prompt, stuffed with tags, keywords, options or answers, endless repetition, look-alike letters, a bare
    opening, cut off in mid-sentence. The reason says which. `details` count the `doubts`, the `unproductive` and the
    `repeated` ones, and quote the first that cost something.

    **A doubt** is a phrase such as "Wait", "No,", "Actually,", "Hold on", "that's not right", "I made a mistake", "let
    me check again", "recalculate", "is that right?", "I'm not sure". Several with hardly a word between them are one.
    "Wait for the bus", a phrase that is quoted and one that is denied ("no need to double-check") are none.

    **A doubt is productive** and costs nothing if the text behind it, up to the next doubt and for four further
    sentences or lines at most, states something that the text has not stated before: a number, a value, a sum that
    holds, or three words of four letters and more about the problem. So a correction, another approach and a check by
    other means are free, however many there are. The same sum once more, the same number once more and a number that
    comes out of a sum that does not hold are nothing new.

    It looks at the whole text, `<think>` included, and reads no reference: a right answer behind a loop is penalised
    like a wrong one. Use it beside a reward that judges the answer.

    Known ways to game it: nothing is ever earned, but the penalty is evaded by stating an idle new number, such as
    "is it 101?", or new words behind each doubt, by doubting in words that are not listed, and by doubting in another
    language than English. A proof in signs that are not read may look unproductive. Behind 300 doubts or 400,000
    characters a text is not read.

    Source: written for this service. Loops of this kind are described in "Do NOT Think That Much for 2+3=?", arXiv
    2412.21187, and "Thoughts Are All Over the Place", arXiv 2501.18585.
    """
    refused = refusal(sample.completion, sample.prompt)
    if refused is not None:
        return Score(_LOWEST, refused.reason, refused.explanation)
    found = doubts(sample.completion)
    unproductive = [doubt for doubt in found if not doubt.news]
    costly = unproductive[params.free :]
    repeated = sum(doubt.is_repeated for doubt in costly)
    details = _details(found, unproductive, costly, repeated)
    if costly:
        cost = Fraction(str(params.step)) * (len(costly) + repeated)
        explanation = f"{len(costly)} doubts above those that are free led to nothing new, {repeated} of them repeated."
        return Score(max(_LOWEST, -float(cost)), "doubt_loop", explanation, details)
    if unproductive:
        return Score(0.0, "free", "No more doubts led to nothing new than are free.", details)
    if found:
        return Score(0.0, "productive", "Every doubt led to something new.", details)
    return Score(0.0, "no_doubts", "The completion has no doubts.", details)


def _details(found: list[Doubt], unproductive: list[Doubt], costly: list[Doubt], repeated: int) -> dict[str, Detail]:
    details: dict[str, Detail] = {"doubts": len(found), "unproductive": len(unproductive), "repeated": repeated}
    return details | ({"first": costly[0].cue[:_SHOWN]} if costly else {})
