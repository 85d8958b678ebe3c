"""A judge that can no longer tell right from wrong is not believed, and neither is what it said meanwhile."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rewards.errors import JudgeUnavailable, JudgeUnparsable
from rewards.judging.fields import Fields
from rewards.judging.prompt import Canary
from service import telemetry
from service.judging.counts import JudgeCounts
from service.judging.questions import VerdictQuestion
from service.judging.store import Store
from service.judging.watch import Watch
from service.telemetry import Telemetry
from tests.service.judging.asking import Clock, Dice, Opinion, prompt, settings
from tests.service.test_telemetry import logging_to

pytestmark = pytest.mark.anyio
QUESTION = VerdictQuestion(prompt(canaries=4))
Q = QUESTION.name
RIGHT, WRONG = Opinion(why="", sound=True), Opinion(why="", sound=False)


class Witness:
    """Answers known cases as a test has it, and can be slow."""

    def __init__(self, *answers: Opinion | Exception) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, _question: object, _fields: Fields) -> Opinion:
        """Answer the next case."""
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        await self.gate.wait()
        if isinstance(answer, Exception):
            raise answer
        return answer


@asynccontextmanager
async def watching(
    folder: Path,
    witness: Witness,
    clock: Clock,
    log: Telemetry | None = None,
    **options: Any,  # noqa: ANN401 - settings
) -> AsyncIterator[tuple[Watch, Store, JudgeCounts]]:
    """Run a watch on a store of its own."""
    judge = settings(folder, **{"canary_share": 1, "quarantine_s": 60, "canary_valid_s": 1000, **options})
    store, counts = Store(judge.cache, judge.name, 100), JudgeCounts()
    store.prepare()
    await store.open()
    watch = Watch(judge, store, witness, counts, log or telemetry.quiet(), Dice(0.5), clock)
    try:
        yield watch, store, counts
    finally:
        await watch.stop()
        await store.close()


def names(watch: Watch) -> list[str]:
    """Return the questions that the judge is not trusted with."""
    return [each.question for each in watch.quarantined]


async def refusal(watch: Watch) -> str:
    """Return why the judge may not be asked; empty where it may."""
    try:
        await watch.admit(QUESTION)
    except JudgeUnavailable as error:
        return str(error)
    return ""


async def test_a_judge_is_examined_before_it_is_first_asked(tmp_path: Path) -> None:
    """On every case, once for all who wait, and then not again while that speaks for it."""
    witness, clock = Witness(RIGHT), Clock()
    async with watching(tmp_path, witness, clock) as (watch, _, counts):
        assert [""] * 20 == await asyncio.gather(*(refusal(watch) for _ in range(20)))
        assert (4, 4, 0) == (witness.asked, counts.canaries_right, counts.canaries_wrong)
        clock.now += 1000
        assert "" == await refusal(watch)
        assert 4 == witness.asked
        clock.now += 1
        assert "" == await refusal(watch)
        assert 8 == witness.asked


async def test_a_question_without_known_cases_needs_no_examination(tmp_path: Path) -> None:
    """There is nothing to examine it on, now or beside a call."""
    witness = Witness(WRONG)
    async with watching(tmp_path, witness, Clock()) as (watch, _, _):
        await watch.admit(VerdictQuestion(prompt()))
        await watch.try_now_and_then(VerdictQuestion(prompt()))
    assert 0 == witness.asked


@pytest.mark.parametrize("wrong", [WRONG, JudgeUnparsable("no verdict")])
async def test_a_judge_that_fails_is_quarantined(tmp_path: Path, wrong: Opinion | Exception) -> None:
    """One of four may be wrong, two may not; a reply that is no verdict is wrong."""
    clock = Clock()
    async with watching(tmp_path / "one", Witness(wrong, RIGHT), clock) as (watch, _, _):
        assert "" == await refusal(watch)
    witness = Witness(wrong, wrong, RIGHT)
    async with watching(tmp_path / "two", witness, clock) as (watch, _, counts):
        assert (await refusal(watch)).startswith("The judge is quarantined: it got 2 of 4 known cases wrong.")
        assert ([Q], 2, 2) == (names(watch), counts.canaries_right, counts.canaries_wrong)
        clock.now += 59
        assert "quarantined" in await refusal(watch)
        assert 4 == witness.asked


async def test_a_quarantine_ends_with_an_examination(tmp_path: Path) -> None:
    """Failed, it begins anew; passed, it is over. A clock that goes back does not make it longer."""
    clock, witness = Clock(), Witness(WRONG)
    async with watching(tmp_path, witness, clock) as (watch, _, _):
        await refusal(watch)
        clock.now += 60
        assert "4 of 4" in await refusal(watch)
        assert 8 == witness.asked
        witness.answers = [RIGHT]
        assert "4 of 4" in await refusal(watch)
        clock.now -= 3600
        assert "" == await refusal(watch)
        assert (12, []) == (witness.asked, watch.quarantined)


async def test_a_judge_that_goes_on_failing_is_examined_ever_more_rarely(tmp_path: Path) -> None:
    """Nobody's budget bounds known cases, so this does, whoever asks how often; once right, the wait is short again."""
    clock, witness = Clock(), Witness(WRONG)
    async with watching(tmp_path, witness, clock) as (watch, _, _):
        times = []
        for second in range(0, 86_400, 20):
            asked = witness.asked
            assert "quarantined" in await refusal(watch)
            if witness.asked > asked:
                times.append(second)
            clock.now += 20
        assert [0, 60, 180, 420, 900, 1860, 3780, 7380, 10980] == times[:9]
        assert (29, 29 * 4) == (len(times), witness.asked)
        witness.answers = [RIGHT]
        clock.now += 3600
        assert "" == await refusal(watch)
        witness.answers = [WRONG]
        clock.now += 1001
        asked = witness.asked
        for _ in range(2):
            await refusal(watch)
            clock.now += 60
        assert 8 == witness.asked - asked


async def test_a_longer_quarantine_than_an_hour_is_the_operators_to_set(tmp_path: Path) -> None:
    """It is not cut short."""
    clock, witness = Clock(), Witness(WRONG)
    async with watching(tmp_path, witness, clock, quarantine_s=7200) as (watch, _, _):
        for wait_s in (0, 7199, 1, 7199, 1):
            clock.now += wait_s
            await refusal(watch)
    assert 12 == witness.asked


async def test_an_interrupted_examination_goes_on_where_it_was(tmp_path: Path) -> None:
    """A case that was answered is paid for and not asked again, for as long as it speaks for the judge."""
    down = JudgeUnavailable("down")
    clock, witness = Clock(), Witness(RIGHT, RIGHT, RIGHT, down)
    async with watching(tmp_path, witness, clock) as (watch, _, counts):
        assert ["down"] * 20 == [await refusal(watch) for _ in range(20)]
        assert (4 + 19, 3) == (witness.asked, counts.canaries_right)
        clock.now += 1001
        witness.answers = [RIGHT, down, RIGHT, WRONG]
        assert "down" == await refusal(watch)
        assert (4 + 19 + 4, 5, 1) == (witness.asked, counts.canaries_right, counts.canaries_wrong)
        witness.answers = [WRONG]
        assert "it got 2 of 4 known cases wrong" in await refusal(watch)
        clock.now += 60
        witness.answers = [RIGHT]
        assert "" == await refusal(watch)
        assert 4 + 19 + 4 + 1 + 4 == witness.asked


async def test_a_case_beside_a_call_that_decides_meanwhile_does_not_hurt_an_examination(tmp_path: Path) -> None:
    """Both come to an end, and the examination asks and counts each of its cases once."""
    clock, witness = Clock(), Witness(RIGHT)
    async with watching(tmp_path, witness, clock) as (watch, _, _):
        await refusal(watch)
        clock.now += 1001
        witness.gate.clear()
        examined = asyncio.ensure_future(refusal(watch))
        await asyncio.sleep(0.01)
        closed, witness.gate = witness.gate, asyncio.Event()
        witness.gate.set()
        await watch.try_now_and_then(QUESTION)
        closed.set()
        assert "" == await examined
        assert 4 + 4 + 1 == witness.asked


async def test_known_cases_are_asked_beside_calls(tmp_path: Path) -> None:
    """Too many wrong ones of the last few, and the judge is quarantined; a quarter may be."""
    clock, witness = Clock(), Witness(RIGHT)
    async with watching(tmp_path, witness, clock) as (watch, _, _):
        await refusal(watch)
        witness.answers = [WRONG]
        await watch.try_now_and_then(QUESTION)
        assert [] == watch.quarantined
        await watch.try_now_and_then(QUESTION)
        assert [Q] == names(watch)
        assert "2 of 6" in await refusal(watch)


@pytest.mark.parametrize(("share", "asked"), [(0.0, 0), (0.5, 0), (0.51, 1), (1.0, 1)])
async def test_how_often_is_a_setting(tmp_path: Path, share: float, asked: int) -> None:
    """The die shows 0.5."""
    witness = Witness(RIGHT)
    async with watching(tmp_path, witness, Clock(), canary_share=share) as (watch, _, _):
        await watch.try_now_and_then(QUESTION)
    assert asked == witness.asked


async def test_a_quarantine_purges_back_to_the_last_good_case(tmp_path: Path) -> None:
    """What was said before it stays."""
    witness = Witness(RIGHT)
    async with watching(tmp_path, witness, Clock()) as (watch, store, counts):
        await refusal(watch)
        await store.keep(b"first", Q, b"answer")
        await watch.try_now_and_then(QUESTION)
        await store.keep(b"second", Q, b"answer")
        witness.answers = [WRONG]
        await watch.try_now_and_then(QUESTION)
        await store.keep(b"third", Q, b"answer")
        before = watch.quarantines(QUESTION)
        await watch.try_now_and_then(QUESTION)
        kept = [key for key in (b"first", b"second", b"third") if await store.find(key)]
        assert ([b"first"], 2) == (kept, counts.purged)
        assert 1 == watch.quarantines(QUESTION) - before


async def test_one_lucky_answer_does_not_end_a_quarantine(tmp_path: Path) -> None:
    """A case that was on its way when the judge was quarantined decides nothing."""
    clock, witness = Clock(), Witness(RIGHT)
    async with watching(tmp_path, witness, clock) as (watch, _, _):
        await refusal(watch)
        witness.gate.clear()
        late = [asyncio.ensure_future(watch.try_now_and_then(QUESTION)) for _ in range(20)]
        await asyncio.sleep(0)
        closed, witness.gate, witness.answers = witness.gate, asyncio.Event(), [WRONG]
        witness.gate.set()
        await asyncio.gather(watch.try_now_and_then(QUESTION), watch.try_now_and_then(QUESTION))
        assert [Q] == names(watch)
        closed.set()
        await asyncio.gather(*late)
        assert [Q] == names(watch)


async def test_a_judge_that_does_not_answer_is_not_held_to_be_wrong(tmp_path: Path) -> None:
    """Nobody is asked until it can be examined, and a case beside a call is as if it had not been asked."""
    witness = Witness(RIGHT, JudgeUnavailable("down"), RIGHT)
    async with watching(tmp_path, witness, Clock()) as (watch, _, counts):
        assert "down" == await refusal(watch)
        assert ([], 0) == (watch.quarantined, counts.canaries_wrong)
        assert "" == await refusal(watch)
        witness.answers = [JudgeUnavailable("down")]
        for _ in range(20):
            with pytest.raises(JudgeUnavailable):
                await watch.try_now_and_then(QUESTION)
        assert "" == await refusal(watch)


async def test_trust_survives_a_restart(tmp_path: Path) -> None:
    """As long as it would have lasted; another judge has to earn its own."""
    clock, witness = Clock(), Witness(RIGHT)
    for _ in range(2):
        async with watching(tmp_path, witness, clock) as (watch, _, _):
            assert "" == await refusal(watch)
    assert 4 == witness.asked
    async with watching(tmp_path, witness, clock, revision="2") as (watch, _, _):
        assert "" == await refusal(watch)
    assert 8 == witness.asked
    clock.now += 1001
    async with watching(tmp_path, witness, clock) as (watch, _, _):
        assert "" == await refusal(watch)
    assert 12 == witness.asked


async def test_so_does_a_quarantine(tmp_path: Path) -> None:
    """Neither does the restart end it, nor does what was good before it go when it is confirmed."""
    clock, witness = Clock(), Witness(RIGHT)
    async with watching(tmp_path, witness, clock) as (watch, store, _):
        await store.keep(b"first", Q, b"answer")
        await refusal(watch)
        witness.answers = [WRONG]
        for _ in range(2):
            await watch.try_now_and_then(QUESTION)
    asked = witness.asked
    async with watching(tmp_path, witness, clock) as (watch, store, _):
        assert "The judge is quarantined: it got too many known cases wrong." == await refusal(watch)
        assert ([Q], asked) == (names(watch), witness.asked)
        clock.now += 60
        assert "4 of 4" in await refusal(watch)
        assert b"answer" == await store.find(b"first")


async def test_an_examination_goes_on_when_nobody_waits(tmp_path: Path) -> None:
    """It is paid for, and the next one who asks finds its result."""
    witness = Witness(RIGHT)
    witness.gate.clear()
    async with watching(tmp_path, witness, Clock()) as (watch, _, _):
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(watch.admit(QUESTION), 0.05)
        witness.gate.set()
        assert "" == await refusal(watch)
    assert 4 == witness.asked


async def test_stopping_breaks_an_examination_off(tmp_path: Path) -> None:
    """Whoever waits is told so, and no task is left."""
    before = asyncio.all_tasks()
    witness = Witness(RIGHT)
    witness.gate.clear()
    async with watching(tmp_path, witness, Clock()) as (watch, _, _):
        waiting = asyncio.ensure_future(refusal(watch))
        await asyncio.sleep(0.05)
        assert 4 == witness.asked
        await watch.stop()
        assert "The service is stopping." == await waiting
    assert before == asyncio.all_tasks()


async def test_a_judge_that_may_always_be_wrong_is_examined_once(tmp_path: Path) -> None:
    """Whoever sets the share to 1 wants no quarantine."""
    witness = Witness(WRONG)
    async with watching(tmp_path, witness, Clock(), canary_most_wrong=1) as (watch, _, _):
        assert ["", ""] == [await refusal(watch), await refusal(watch)]
    assert 4 == witness.asked


async def test_the_log_tells_of_a_quarantine_in_numbers(tmp_path: Path) -> None:
    """Neither a case nor an answer is in it."""
    stream = io.StringIO()
    secret = Opinion(why="SECRET", sound=False)
    with logging_to(stream, "debug") as log:
        async with watching(tmp_path, Witness(secret), Clock(), log) as (watch, _, _):
            await refusal(watch)
    (line,) = [each for each in map(json.loads, stream.getvalue().splitlines()) if "judge_quarantined" == each["event"]]
    assert {"event", "question", "wrong", "of", "forgotten", "fault", "level", "timestamp"} == set(line)
    assert (Q, 4, 4, 0) == (line["question"], line["wrong"], line["of"], line["forgotten"])
    assert not any(word in stream.getvalue() for word in ("SECRET", "known case"))


@pytest.mark.parametrize(("always", "rare"), [(WRONG, True), (RIGHT, False)])
async def test_one_answer_to_everything_is_no_judgement(tmp_path: Path, always: Opinion, rare: bool) -> None:  # noqa: FBT001
    """Whoever condemns all is right about most known cases, where most are bad; each kind is counted by itself."""
    rare_case = Canary("rare", {"text": "rare"}, lambda found: found.sound is rare)
    others = [Canary(f"{number}", {"text": f"{number}"}, lambda found: found.sound is not rare) for number in range(9)]
    question = VerdictQuestion(replace(prompt(), canaries=[rare_case, *others]))
    async with watching(tmp_path, Witness(always), Clock()) as (watch, _, counts):
        with pytest.raises(JudgeUnavailable, match="1 of 10 known cases wrong"):
            await watch.admit(question)
        assert (9, 1) == (counts.canaries_right, counts.canaries_wrong)
