"""How an endpoint wants to be asked is found out once, for all, by asking it."""

import asyncio
import time
from pathlib import Path

import pytest

from rewards.errors import JudgeUnavailable
from tests.service.judging.scripts import HONEST, SCRIPTS, Script, always, honest, in_turn, refusing_formats
from tests.service.judging.shown_texts import Request
from tests.service.judging.speaking import answer, served, terse
from tests.service.judging.wire import Reply, problem

pytestmark = pytest.mark.anyio


def ignoring(*kinds: str) -> Script:
    """An honest judge whose server takes some kinds of `response_format`, and answers in prose."""
    honestly = honest()

    def script(request: Request) -> Reply:
        kind = (request.get("response_format") or {}).get("type")
        return SCRIPTS["prose"](request) if kind in kinds else honestly(request)

    return script


@pytest.mark.parametrize(
    ("script", "rung", "probes"),
    [
        (HONEST, "json_schema", 1),
        (refusing_formats("json_schema"), "json_object", 3),
        (refusing_formats("json_schema", "json_object"), "text", 5),
        (ignoring("json_schema"), "json_object", 2),
        (ignoring("json_schema", "json_object"), "text", 3),
        (terse(), "json_schema", 2),
        (terse("json_schema"), "json_object", 4),
        (SCRIPTS["prose"], "text", 3),
        (always(problem(400, "No.")), "text", 6),
    ],
)
async def test_the_ladder_is_climbed_down_until_the_judge_says_what_it_is_asked_for(
    tmp_path: Path, script: Script, rung: str, probes: int
) -> None:
    """A format that is rejected, or ignored, is not used; what was found out is not asked again."""
    async with served(tmp_path, script) as (server, endpoint):
        dialects = [await endpoint.dialect() for _ in range(3)]
        assert ([rung] * 3, rung) == ([each.rung for each in dialects], endpoint.rung)
        assert probes == len(server.asked)


@pytest.mark.parametrize("output", ["json_schema", "json_object", "text"])
async def test_a_setting_takes_the_place_of_the_ladder(tmp_path: Path, output: str) -> None:
    """Only that is tried."""
    async with served(tmp_path, HONEST, output=output) as (server, endpoint):
        await answer(endpoint)
    kinds = [body.get("response_format", {"type": "text"})["type"] for body in server.asked]
    assert [output] * 2 == kinds


async def test_one_probe_serves_all_who_wait(tmp_path: Path) -> None:
    """While the endpoint hangs, nobody waits longer than its time-out, however many there are."""
    async with served(tmp_path, SCRIPTS["slow"], timeout_s=0.3) as (server, endpoint):
        began = time.monotonic()
        found = await asyncio.gather(*(answer(endpoint) for _ in range(64)), return_exceptions=True)
    assert {JudgeUnavailable} == {type(each) for each in found}
    assert (1, True) == (len(server.asked), time.monotonic() - began < 10)


async def test_a_probe_outlives_whoever_asked_first(tmp_path: Path) -> None:
    """Deadlines shorter than the judge's answer do not keep it from being found out how to ask."""
    async with served(tmp_path, HONEST, latency_s=0.2) as (server, endpoint):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(endpoint.dialect(), 0.05)
        assert "json_schema" == (await endpoint.dialect()).rung
    assert 1 == len(server.asked)


async def test_an_endpoint_that_was_down_is_probed_again(tmp_path: Path) -> None:
    """A failed probe is not kept."""
    script = in_turn(SCRIPTS["away"], SCRIPTS["garbage"], HONEST)
    async with served(tmp_path, script) as (_, endpoint):
        with pytest.raises(JudgeUnavailable):
            await endpoint.dialect()
        assert "json_object" == (await endpoint.dialect()).rung


async def test_closing_breaks_a_probe_off(tmp_path: Path) -> None:
    """No task and no connection is left."""
    before = asyncio.all_tasks()
    async with served(tmp_path, SCRIPTS["slow"], timeout_s=60) as (_, endpoint):
        waiting = asyncio.ensure_future(endpoint.dialect())
        await asyncio.sleep(0.1)
    with pytest.raises(JudgeUnavailable, match="stopping"):
        await waiting
    assert before == asyncio.all_tasks()
