"""What the judge's tests ask: a small question of their own, and judges that ask it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from rewards.errors import RewardError
from rewards.judging.prompt import Canary, Prompt, Scale, Verdict
from service import telemetry
from service.judge import EndpointJudges
from service.judging.questions import AnswerT, Question
from service.judging.settings import JudgeSettings
from service.telemetry import Telemetry
from tests.service.judging.scripted_server import ScriptedServer
from tests.service.judging.scripts import HONEST, Script


class Opinion(Verdict):
    """What the tests want to know."""

    deciding = ("sound",)
    why: str
    sound: bool


def prompt(name: str = "tests@v1/opinion", words: str = "Is it sound?", canaries: int = 0) -> Prompt[Opinion]:
    """Return a question, with so many known cases, of all of which it is true that they are sound."""
    return Prompt(
        name=name,
        system="You judge.",
        template=words + "\n{{fence}}\n{{text}}\n{{fence}}",
        verdict=Opinion,
        max_tokens=50,
        bought=lambda _: Opinion(why="", sound=True),
        canaries=[
            Canary(f"case {number}", {"text": f"known case {number}"}, lambda found: found.sound)
            for number in range(canaries)
        ],
    )


PROMPT = prompt()
SCALE = Scale(name="tests@v1/scale", system="You judge.", template="A or B?\n{{text}}", values={"A": 1.0, "B": 0.0})
SOUND = Opinion(why="Because.", sound=True)


class Clock:
    """Time that stands still until a test moves it."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class Dice(Random):
    """Chance that always falls on the same side."""

    def __init__(self, value: float) -> None:
        super().__init__(0)
        self._value = value

    def random(self) -> float:
        """Return the same number as ever."""
        return self._value


def settings(folder: Path, url: str = "http://127.0.0.1:9/v1", **options: Any) -> JudgeSettings:  # noqa: ANN401
    """Return settings for a judge that is impatient, asks once and does nothing by chance."""
    chosen: dict[str, Any] = {
        "url": url,
        "model": "scripted",
        "cache": folder / "judge.sqlite3",
        "timeout_s": 5,
        "retries": 0,
        "recheck_share": 0,
        "canary_share": 0,
    }
    return JudgeSettings(**chosen | options)


@asynccontextmanager
async def judging(
    judge: JudgeSettings,
    log: Telemetry | None = None,
    random: Random | None = None,
    clock: Callable[[], float] | None = None,
) -> AsyncIterator[EndpointJudges]:
    """Run judges, and stop them."""
    judges = EndpointJudges(judge, log or telemetry.quiet(), random, clock or Clock())
    judges.prepare()
    await judges.start()
    try:
        yield judges
    finally:
        await judges.stop()


async def says(judges: EndpointJudges, text: str, question: Prompt[Opinion] = PROMPT, team: str = "") -> Opinion:
    """Return what the judge says about a text."""
    return await judges.for_team(team).ask(question, {"text": text})


@asynccontextmanager
async def asking(
    folder: Path,
    script: Script = HONEST,
    latency_s: float = 0.0,
    log: Telemetry | None = None,
    clock: Clock | None = None,
    **options: Any,  # noqa: ANN401 - settings
) -> AsyncIterator[tuple[ScriptedServer, EndpointJudges]]:
    """Run a scripted server and judges that ask it; its probe is over."""
    async with ScriptedServer(script, latency_s) as server:
        judge = settings(folder, server.url, **options)
        async with judging(judge, log, Dice(0.5), clock) as judges:
            await judges.settle()
            server.calls.clear()
            yield server, judges


async def failure(judges: EndpointJudges, text: str, **options: Any) -> RewardError:  # noqa: ANN401 - as `says`
    """Return why there is no answer."""
    with pytest.raises(RewardError) as error:
        await says(judges, text, **options)
    return error.value


def shown(question: Question[AnswerT], text: str = "2 + 2 = 4") -> Any:  # noqa: ANN401 - a pair of words
    """Return a question about a text as it is sent."""
    return question.render({"text": text}, "==fence==")
