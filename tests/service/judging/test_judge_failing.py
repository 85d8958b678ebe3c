"""A judge that fails, hangs, turns bad or is stopped hurts nobody more than it must."""

import asyncio
import io
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from rewards.errors import JudgeUnavailable, RewardError
from service import telemetry
from service.judge import EndpointJudges
from tests.service.judging.asking import SOUND, Clock, Dice, asking, failure, judging, prompt, says, settings
from tests.service.judging.scripted_server import ScriptedServer
from tests.service.judging.scripts import HONEST, SCRIPTS, Script, honest, in_turn
from tests.service.judging.shown_texts import Request, texts_of
from tests.service.judging.wire import Reply
from tests.service.running import until
from tests.service.test_telemetry import logging_to

pytestmark = pytest.mark.anyio


async def test_a_judge_that_is_away_is_left_alone_for_a_while(tmp_path: Path) -> None:
    """Then one of all who wait goes and sees, and when it is answered, everybody is."""
    away, many = SCRIPTS["away"], range(64)
    async with asking(tmp_path, in_turn(HONEST, away, away, away, away, HONEST), breaker_failures=4, breaker_s=0.3) as (
        server,
        judges,
    ):
        for number in range(4):
            assert "status 503" in str(await failure(judges, str(number)))
        assert not judges.is_answering
        found = await asyncio.gather(*(failure(judges, f"many {number}") for number in many))
        assert {
            "The judge's endpoint answers with status 503. It has failed for a while, and is tried again soon."
        } == {str(each) for each in found}
        assert 4 == len(server.asked)
        await asyncio.sleep(0.35)
        tried = await asyncio.gather(*(says(judges, f"many {number}") for number in many), return_exceptions=True)
        assert 1 <= sum(not isinstance(each, Exception) for each in tried)
        assert judges.is_answering
        assert all(each.sound for each in await asyncio.gather(*(says(judges, f"many {number}") for number in many)))
        assert 68 == len(server.asked)


async def test_a_hanging_judge_bounds_everybodys_wait(tmp_path: Path) -> None:
    """Nobody knows yet how to ask it, and 200 would like to: all have heard within a few time-outs."""
    async with ScriptedServer(SCRIPTS["slow"]) as server:
        judge = settings(tmp_path, server.url, timeout_s=0.3, concurrency=8, breaker_s=60)
        async with judging(judge) as judges:
            began = time.monotonic()
            found = await asyncio.gather(*(failure(judges, str(number)) for number in range(200)))
            assert time.monotonic() - began < 10
            assert {JudgeUnavailable} == {type(each) for each in found}
            assert len(server.asked) <= 2


async def test_who_leaves_early_has_paid_and_finds_the_answer_later(tmp_path: Path) -> None:
    """A deadline ends the waiting and not the call; what had not left is not asked."""
    async with asking(tmp_path, latency_s=0.3, concurrency=2) as (server, judges):
        tasks = [asyncio.ensure_future(says(judges, str(number))) for number in range(6)]
        await asyncio.sleep(0.1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.4)
        assert 2 == len(server.asked)
        await asyncio.gather(*(says(judges, str(number)) for number in range(6)))
        assert (6, 2) == (len(server.asked), judges.counts.cached)
        assert 6 == len({texts_of(body)[0] for body in server.asked})


async def test_what_was_dropped_holds_no_budget(tmp_path: Path) -> None:
    """Neither money nor a place."""
    async with asking(tmp_path, latency_s=0.05, concurrency=1, budget_tokens=300) as (server, judges):
        for _ in range(20):
            tasks = [asyncio.ensure_future(says(judges, text)) for text in ("x", "y")]
            await asyncio.sleep(0.005)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.1)
        await says(judges, "y")
        assert 2 == len(server.asked)


async def test_an_answer_that_saw_a_quarantine_come_is_neither_used_nor_kept(tmp_path: Path) -> None:
    """It was on its way when the judge turned out to be unfit."""
    turned = {"bad": False}
    good, bad = HONEST, honest({"sound": False})

    def script(request: Request) -> Reply:
        is_case = "known case" in str(request["messages"])
        reply = (bad if turned["bad"] and is_case else good)(request)
        return reply if is_case else Reply(reply.body, delay_s=0.2)

    question, clock = prompt(canaries=4), Clock()
    async with asking(tmp_path, script, clock=clock, canary_share=1.0, quarantine_s=60) as (server, judges):
        await says(judges, "first", question)
        await judges.settle()
        turned["bad"] = True
        late = asyncio.ensure_future(says(judges, "late", question))
        await asyncio.sleep(0.05)
        clock.now += 90_000  # a day is over: the judge is examined again
        assert "4 of 4 known cases wrong" in str(await failure(judges, "second", question=question))
        assert ["tests@v1/opinion"] == [each.question for each in judges.quarantined]
        with pytest.raises(JudgeUnavailable, match="quarantined before it answered"):
            await late
        assert "quarantined" in str(await failure(judges, "first", question=question))
        turned["bad"] = False
        clock.now += 60
        asked = len(server.asked)
        for text in ("first", "late"):
            assert (await says(judges, text, question)).sound
        await judges.settle()
        assert 4 + 1 + 1 == len(server.asked) - asked  # an examination, `late`, and the case beside it
        assert [] == judges.quarantined


async def test_a_cache_that_breaks_is_no_defect_of_the_sample(tmp_path: Path) -> None:
    """One that cannot be written costs the keeping; one that cannot be read, the answer; the log says which."""
    stream = io.StringIO()
    with logging_to(stream) as log:
        async with asking(tmp_path, log=log) as (_, judges):
            with closing(sqlite3.connect(tmp_path / "judge.sqlite3", isolation_level=None)) as database:
                database.execute("CREATE TRIGGER full BEFORE INSERT ON answers BEGIN SELECT RAISE(FAIL, 'full'); END")
                assert (await says(judges, "x")).sound
                assert 1 == judges.counts.unrecorded
                database.execute("DROP TABLE answers")
            error = await failure(judges, "x")
    assert isinstance(error, JudgeUnavailable)
    assert "cache cannot be used: see the service's log" in str(error)
    assert 2 == stream.getvalue().count("judge_cache: ")


async def test_a_kept_answer_that_is_none_any_more_is_asked_for_anew(tmp_path: Path) -> None:
    """And kept in its place."""
    async with asking(tmp_path) as (server, judges):
        await says(judges, "x")
        with closing(sqlite3.connect(tmp_path / "judge.sqlite3", isolation_level=None)) as database:
            database.execute("UPDATE answers SET answer = ?", (b'{"why": "", "sound": 1',))
        assert [True, True] == [(await says(judges, "x")).sound for _ in range(2)]
        assert 2 == len(server.asked)


def answers_a_probe(mode: str) -> Script:
    """Behave well once, and then as a script does."""
    return in_turn(HONEST, SCRIPTS[mode])


@pytest.mark.parametrize(
    "script",
    [*map(answers_a_probe, SCRIPTS), *(SCRIPTS[mode] for mode in ("slow", "away", "garbage", "silent", "honest"))],
)
async def test_stopping_ends_everything_at_once(tmp_path: Path, script: Script) -> None:
    """However the judge behaves, whoever waits hears of it, and neither a task nor a descriptor is left."""
    defects: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: defects.append(context))
    tasks_before, descriptors = asyncio.all_tasks(), len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a count
    async with ScriptedServer(script) as server:
        judge = settings(tmp_path, server.url, retries=2, recheck_share=1)
        judges = EndpointJudges(judge, telemetry.quiet(), Dice(0.5), Clock())
        judges.prepare()
        await judges.start()
        await asyncio.sleep(0.02)
        question = prompt(canaries=3)
        waiting = [asyncio.ensure_future(says(judges, str(number % 7), question)) for number in range(20)]
        await asyncio.sleep(0.05)
        began = time.monotonic()
        await judges.stop()
        assert time.monotonic() - began < 5
        found = await asyncio.gather(*waiting, return_exceptions=True)
        assert not [each for each in found if not isinstance(each, RewardError | type(SOUND))]
        with pytest.raises(JudgeUnavailable, match="stopping"):
            await says(judges, "late")
        del waiting, found
    await asyncio.sleep(0.01)
    assert ([], tasks_before) == (defects, asyncio.all_tasks())
    await until(lambda: len(os.listdir("/proc/self/fd")) <= descriptors)  # noqa: PTH208 - as above
