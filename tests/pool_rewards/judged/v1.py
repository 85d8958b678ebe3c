"""A reward that asks a judge whether a completion is sound."""

from rewards.declare import reward
from rewards.judging.prompt import Prompt, Verdict
from rewards.types import Judge, NoParams, NoReference, Sample, Score


class Opinion(Verdict):
    """What is asked for."""

    deciding = ("sound",)
    why: str
    sound: bool


PROMPT = Prompt(
    name="judged@v1/opinion",
    system="You judge.",
    template="Is it sound?\n{{fence}}\n{{text}}\n{{fence}}",
    verdict=Opinion,
    max_tokens=50,
    bought=lambda _: Opinion(why="", sound=True),
)


@reward(range=(0.0, 1.0))
async def score(sample: Sample[NoReference], params: NoParams, judge: Judge) -> Score:
    """The judge finds the completion sound. `raise` is a defect."""
    if sample.completion == "raise":
        raise ValueError("the completion says SECRET")
    opinion = await judge.ask(PROMPT, {"text": sample.completion})
    return Score(float(opinion.sound), "sound" if opinion.sound else "unsound", "Judged.")
