"""A reward that asks a judge."""

from typing import ClassVar

from rewards.declare import reward
from rewards.judging.prompt import Prompt, Verdict
from rewards.types import Frozen, Judge, NoReference, Sample, Score


class Params(Frozen):
    """How the judge is asked."""

    polite: bool = False


class Opinion(Verdict):
    """What the judge thinks."""

    deciding: ClassVar[tuple[str, ...]] = ("good",)
    good: bool


PROMPTS = {
    polite: Prompt(
        name="opinion@v1",
        system="You judge what stands between the lines {{fence}}.",
        template="{{fence}}\n{{text}}\n{{fence}}\nIs it good" + (", please?" if polite else "?"),
        verdict=Opinion,
        max_tokens=20,
        bought=lambda _: Opinion(good=True),
    )
    for polite in (False, True)
}


@reward(range=(0.0, 1.0))
async def score(sample: Sample[NoReference], params: Params, judge: Judge) -> Score:
    """A judge likes the completion."""
    opinion = await judge.ask(PROMPTS[params.polite], {"text": sample.completion})
    return Score(float(opinion.good), "good" if opinion.good else "bad", "The judge's opinion.")
