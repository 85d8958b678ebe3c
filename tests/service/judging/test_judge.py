"""A question is asked as rarely as can be, answered durably, and never by a failure."""

import asyncio
import io
import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rewards.errors import JudgeUnavailable, JudgeUnparsable
from tests.service.judging.asking import SCALE, asking, failure, judging, prompt, says, settings
from tests.service.judging.scripts import HONEST, SCRIPTS, honest, in_turn
from tests.service.judging.shown_texts import Request, texts_of
from tests.service.judging.wire import Reply
from tests.service.running import until
from tests.service.test_telemetry import logging_to

pytestmark = pytest.mark.anyio


async def test_an_answer_is_kept(tmp_path: Path) -> None:
    """The second time, and after a restart, nobody is asked."""
    async with asking(tmp_path) as (server, judges):
        first = await says(judges, "2 + 2 = 4")
        assert first.sound
        assert [first] * 3 == [await says(judges, "2 + 2 = 4") for _ in range(3)]
        assert (1, 1, 3) == (len(server.asked), judges.counts.sent, judges.counts.cached)
    async with asking(tmp_path) as (server, judges):
        assert first == await says(judges, "2 + 2 = 4")
        assert (0, 1) == (len(server.asked), judges.counts.cached)


async def test_probabilities_are_kept_likewise(tmp_path: Path) -> None:
    """To the last bit."""
    async with asking(tmp_path, honest(weights={"A": 0.7, "B": 0.2})) as (server, judges):
        judge = judges.for_team("")
        first = await judge.weigh(SCALE, {"text": "x"})
        assert pytest.approx({"A": 0.7, "B": 0.2}) == first
        assert first == await judge.weigh(SCALE, {"text": "x"})
        assert (1, "scripted") == (len(server.asked), judge.name)


@pytest.mark.parametrize("mode", ["broken", "garbage", "wrong_schema", "cut_off", "refusing", "silent"])
async def test_a_failure_is_never_kept(tmp_path: Path, mode: str) -> None:
    """The next time the judge is asked again, and may answer."""
    async with asking(tmp_path, in_turn(HONEST, SCRIPTS[mode], SCRIPTS[mode], HONEST)) as (server, judges):
        for _ in range(2):
            assert isinstance(await failure(judges, "x"), JudgeUnavailable | JudgeUnparsable)
        assert (await says(judges, "x")).sound
        assert 3 == len(server.asked)
        assert (1, 2) == (judges.counts.results["answered"], sum(judges.counts.results.values()) - 1)


async def test_equal_questions_are_asked_once(tmp_path: Path) -> None:
    """However many ask at the same time, and whether they find the answer on its way or already kept."""
    async with asking(tmp_path, latency_s=0.02) as (server, judges):

        async def late(number: int) -> None:
            await asyncio.sleep(0.001 * (number % 40))
            await says(judges, "x")

        await asyncio.gather(*(late(number) for number in range(400)))
        assert 1 == len(server.asked)
        assert 399 == judges.counts.cached + judges.counts.shared


CHANGES: dict[str, dict[str, Any]] = {
    "model": {"model": "another"},
    "revision": {"revision": "2"},
    "temperature": {"temperature": 0.5},
    "seed": {"seed": 1},
    "reasoning": {"reasoning_tokens": 10},
    "output": {"output": "text"},
}


@pytest.mark.parametrize("change", CHANGES)
async def test_another_judge_or_sampling_is_asked_anew(tmp_path: Path, change: str) -> None:
    """And both answers are kept side by side."""
    for options, calls in (({}, 1), (CHANGES[change], 1), ({}, 0), (CHANGES[change], 0)):
        async with asking(tmp_path, **options) as (server, judges):
            await says(judges, "x")
            assert calls == len(server.asked)


async def test_other_words_or_texts_are_asked_anew(tmp_path: Path) -> None:
    """The slightest difference is one."""
    questions = [prompt(), prompt("tests@v2/opinion"), prompt(words="Is it sound ?")]
    async with asking(tmp_path) as (server, judges):
        for number, question in enumerate(questions * 2, 1):
            await says(judges, "x", question)
            assert min(number, 3) == len(server.asked)
        for number, text in enumerate(("x ", "X", "x\u200b", "y"), 4):
            await says(judges, text)
            assert number == len(server.asked)


def fence(body: Request) -> str:
    """Return the line around what a judge was shown."""
    first, *_, last = str(body["messages"][1]["content"]).split("\n")[1:]
    assert first == last
    return first


async def test_the_same_input_has_the_same_fence_and_another_another(tmp_path: Path) -> None:
    """It is long, it survives a restart, and another store has others."""
    found = []
    for folder in ("one", "one", "two"):
        async with asking(tmp_path / folder, cache_entries=0) as (server, judges):
            for text in ("x", "x", "y"):
                await says(judges, text)
            fences = [fence(body) for body in server.asked]
            assert (3, fences[0], True) == (len(fences), fences[1], fences[0] != fences[2])
            assert {24} == {len(each) for each in fences}
            found.append(fences[0])
    assert (found[0], True) == (found[1], found[0] != found[2])


async def test_a_share_of_kept_answers_is_asked_for_again(tmp_path: Path) -> None:
    """Whoever asked does not wait for it. Given again, the answer stays; contradicted, it is forgotten and reported."""
    stream = io.StringIO()
    with logging_to(stream) as log:
        unsound = honest({"sound": False})
        script = in_turn(HONEST, HONEST, honest({"why": "Otherwise."}), unsound, unsound)
        async with asking(tmp_path, script, log=log, recheck_share=1.0) as (server, judges):
            assert [True, True] == [(await says(judges, "SECRET")).sound for _ in range(2)]
            await judges.settle()
            assert (2, 1, 0) == (len(server.asked), judges.counts.rechecks_agreed, judges.counts.rechecks_disagreed)
            assert (await says(judges, "SECRET")).sound
            await judges.settle()
            assert (3, 1, 1) == (len(server.asked), judges.counts.rechecks_agreed, judges.counts.rechecks_disagreed)
            assert not (await says(judges, "SECRET")).sound
            assert 4 == len(server.asked)
    said = [line for line in map(json.loads, stream.getvalue().splitlines()) if "disagrees" in line["event"]]
    assert [("judge_disagrees_with_itself", "tests@v1/opinion")] == [(each["event"], each["question"]) for each in said]
    assert "SECRET" not in stream.getvalue()


async def test_a_recheck_that_fails_changes_nothing(tmp_path: Path) -> None:
    """A judge that does not answer has not contradicted itself."""
    script = in_turn(HONEST, HONEST, SCRIPTS["broken"], SCRIPTS["garbage"])
    async with asking(tmp_path, script, recheck_share=1.0) as (_, judges):
        for _ in range(3):
            assert (await says(judges, "x")).sound
            await judges.settle()
        assert (0, 0, 2) == (judges.counts.rechecks_agreed, judges.counts.rechecks_disagreed, judges.counts.cached)


async def test_each_team_pays_for_itself(tmp_path: Path) -> None:
    """One that cannot is refused, and the others are not."""
    async with asking(tmp_path, latency_s=0.02, budget_tokens=300) as (server, judges):
        spent = [(await judges.spent(team)).tokens for team in ("a", "b")]
        await says(judges, "x", team="a")
        await says(judges, "y", team="a")
        assert "budget" in str(await failure(judges, "z", team="a"))
        together = await asyncio.gather(
            *(says(judges, "z", team=team) for team in ("a", "b", "b")), return_exceptions=True
        )
        assert [JudgeUnavailable, False, False] == [
            type(each) if isinstance(each, Exception) else False for each in together
        ]
        assert ([0, 0], 3) == (spent, len(server.asked))
        assert 100 < (await judges.spent("b")).tokens < 200 < (await judges.spent("a")).tokens <= 300


async def test_a_teams_answers_are_its_own(tmp_path: Path) -> None:
    """None learns whether another has asked the same, or is asking it now: it waits, pays and is counted alike."""
    async with asking(tmp_path, latency_s=0.05) as (server, judges):
        await says(judges, "kept", team="a")
        under_way = asyncio.ensure_future(says(judges, "under way", team="a"))
        await asyncio.sleep(0.01)
        for text in ("kept", "under way", "nobody's"):
            before = len(server.asked), judges.counts.cached, judges.counts.shared, await judges.spent("b")
            began = time.monotonic()
            await says(judges, text, team="b")
            assert time.monotonic() - began > 0.05
            assert (before[0] + 1, *before[1:3]) == (len(server.asked), judges.counts.cached, judges.counts.shared)
            assert (await judges.spent("b")).tokens > before[3].tokens
        await under_way
        for team in "ab":
            assert [True] * 2 == [(await says(judges, text, team=team)).sound for text in ("kept", "under way")]
        assert (5, 4) == (len(server.asked), judges.counts.cached)
        one, other = (body["messages"] for body in server.asked if "kept" in texts_of(body))
        assert one == other


async def test_what_one_team_is_answered_anew_another_keeps(tmp_path: Path) -> None:
    """A judge that contradicts itself before one has not done so before the other."""
    unsound = honest({"sound": False})
    async with asking(tmp_path, in_turn(HONEST, HONEST, HONEST, unsound), recheck_share=1.0) as (_, judges):
        for team in "aba":
            assert (await says(judges, "x", team=team)).sound
        await judges.settle()
        with closing(sqlite3.connect(tmp_path / "judge.sqlite3")) as database:
            assert [(1,)] == database.execute("SELECT count(*) FROM answers").fetchall()


async def test_a_refused_question_has_cost_nothing(tmp_path: Path) -> None:
    """Nor has one that nobody answered; one whose reply is no verdict has."""
    async with asking(tmp_path, in_turn(HONEST, SCRIPTS["broken"], SCRIPTS["prose"]), budget_tokens=250) as (_, judges):
        await failure(judges, "x")
        assert 0 == (await judges.spent("")).tokens
        await failure(judges, "x")
        assert (await judges.spent("")).tokens > 100
        assert judges.counts.prompt_tokens == 100


async def test_thoughts_are_set_aside_for_as_well(tmp_path: Path) -> None:
    """A reply may have them, so the budget must hold them."""
    async with asking(tmp_path, budget_tokens=250, reasoning_tokens=200) as (server, judges):
        assert "budget" in str(await failure(judges, "x"))
        assert [] == server.asked


async def test_without_a_count_of_tokens_a_call_costs_the_most(tmp_path: Path) -> None:
    """An endpoint that does not tell what it used is no free one."""

    def script(request: Request) -> Reply:
        whole = json.loads(HONEST(request).body)
        return Reply(json.dumps(whole | {"usage": None}).encode())

    async with asking(tmp_path, script) as (_, judges):
        await says(judges, "x")
        assert 50 == judges.counts.completion_tokens
        assert judges.counts.prompt_tokens > 50


async def test_known_cases_are_paid_by_nobody_and_never_kept(tmp_path: Path) -> None:
    """A team sees its own questions on its bill."""
    async with asking(tmp_path) as (server, judges):
        await says(judges, "x", prompt(canaries=4), team="a")
        assert 5 == len(server.asked)
        assert (await judges.spent("a")).tokens < 200 < (await judges.spent("known cases")).tokens
        with closing(sqlite3.connect(tmp_path / "judge.sqlite3")) as database:
            assert [(1,)] == database.execute("SELECT count(*) FROM answers").fetchall()


async def test_the_log_says_whether_the_judge_is_there(tmp_path: Path) -> None:
    """At the start."""
    stream = io.StringIO()
    with logging_to(stream) as log:
        async with asking(tmp_path, log=log) as (_, judges):
            assert (True, None) == (judges.is_answering, judges.failure)
    (ready,) = map(json.loads, stream.getvalue().splitlines())
    assert ("judge_ready", "scripted", "json_schema") == (ready["event"], ready["judge"], ready["output"])


async def test_a_judge_that_is_not_there_at_the_start_is_not_said_to_answer(tmp_path: Path) -> None:
    """The log says so once, whoever finds out first, and the status and the log say the same."""
    stream = io.StringIO()
    with logging_to(stream) as log:
        for wait_for_probe in (True, False):
            async with judging(settings(tmp_path), log) as judges:
                if wait_for_probe:
                    await judges.settle()
                    assert not judges.is_answering
                await asyncio.gather(*(failure(judges, str(number)) for number in range(20)))
                await judges.settle()
                assert (False, "The judge cannot be reached, or broke off.") == (judges.is_answering, judges.failure)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    said = "judge_not_answering", "The judge cannot be reached, or broke off."
    assert [said] * 2 == [(line["event"], line["reason"]) for line in lines]


async def test_a_judge_that_comes_after_the_service_is_seen(tmp_path: Path) -> None:
    """Before anybody asks it; and the first who asks is not told of what was before."""
    stream = io.StringIO()
    with logging_to(stream) as log:
        async with asking(tmp_path, in_turn(SCRIPTS["away"], SCRIPTS["away"], HONEST), log=log, breaker_s=0.05) as (
            server,
            judges,
        ):
            assert not judges.is_answering
            await until(lambda: judges.is_answering)
            assert (2, "json_schema", None) == (len(server.calls), judges.output, judges.failure)
            assert (await says(judges, "x")).sound
    events = [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
    assert ["judge_not_answering", "judge_answering_again", "judge_ready"] == events


async def test_a_question_does_not_wait_for_the_next_probe(tmp_path: Path) -> None:
    """It finds the judge, and all is as if it had been there."""
    async with asking(tmp_path, in_turn(SCRIPTS["away"], HONEST), breaker_s=60) as (_, judges):
        assert not judges.is_answering
        assert [True] * 20 == [
            each.sound for each in await asyncio.gather(*(says(judges, str(number)) for number in range(20)))
        ]
        assert judges.is_answering
