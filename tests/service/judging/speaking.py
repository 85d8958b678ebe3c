"""How the tests of the endpoint speak to a scripted one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from service.judging.counts import JudgeCounts
from service.judging.endpoint import Endpoint
from service.judging.questions import VerdictQuestion
from service.judging.settings import JudgeSettings
from tests.service.judging.asking import PROMPT, Opinion, settings, shown
from tests.service.judging.scripted_server import ScriptedServer
from tests.service.judging.scripts import Script, refusing_formats
from tests.service.judging.shown_texts import Request
from tests.service.judging.wire import Reply, problem

QUESTION = VerdictQuestion(PROMPT)
TEXT = "SECRET 2 + 2 = 4"


@asynccontextmanager
async def speaking(judge: JudgeSettings) -> AsyncIterator[Endpoint]:
    """Run an endpoint's client."""
    endpoint = Endpoint(judge, JudgeCounts())
    try:
        yield endpoint
    finally:
        await endpoint.close()


@asynccontextmanager
async def served(
    folder: Path,
    script: Script,
    latency_s: float = 0.0,
    **options: Any,  # noqa: ANN401 - settings
) -> AsyncIterator[tuple[ScriptedServer, Endpoint]]:
    """Run a scripted server and a client of it."""
    async with (
        ScriptedServer(script, latency_s) as server,
        speaking(settings(folder, server.url, **options)) as endpoint,
    ):
        yield server, endpoint


async def answer(endpoint: Endpoint) -> Opinion:
    """Ask about a text."""
    return QUESTION.read(await endpoint.complete(shown(QUESTION, TEXT), QUESTION.form))


def terse(*kinds: str) -> Script:
    """An honest judge as hosted models that think are: it refuses the usual fields, and some kinds of format."""
    answer_in = refusing_formats(*kinds)

    def script(request: Request) -> Reply:
        is_refused = bool({"max_tokens", "temperature", "seed"} & set(request))
        return problem(400, "Unsupported parameter.") if is_refused else answer_in(request)

    return script
