"""One reward or rubric, for trainers that take a number."""

import asyncio
import logging
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from trainer_client import Rejected, Unreachable, Unscored, VersionMismatch
from trainer_client._rows import Row
from trainer_client._scorer import Scorer, Verdict, kept

if TYPE_CHECKING:
    from conftest import FakeService, Make

ROWS = [Row("4", "4"), Row("1234", "4")]


async def ascored(scorer: Scorer, rows: list[Row]) -> list[float]:
    """The numbers, by a loop of its own."""
    try:
        return [verdict.value for verdict in await scorer.ascore(rows)]
    finally:
        await scorer.aclose()


def test_a_reward(service: "FakeService", make: "Make") -> None:
    """One number for each row, by one request."""
    scorer = make(Scorer, "equal@v1", params={"limit": 3})
    assert [1.0, 0.0] == [verdict.value for verdict in scorer.score(ROWS)]
    assert [{"reward": "equal@v1", "params": {"limit": 3}}] == service.asked[0]["rewards"]
    assert {"score": 1.0, "unscored": 0} == scorer.score(ROWS)[0].report()
    assert len(service.asked) == 2
    scorer.close()
    assert [1.0, 0.0] == [verdict.value for verdict in scorer.score(ROWS)]


def test_a_rubric(service: "FakeService", make: "Make") -> None:
    """Its parts come with it, under the same names also where there is no judgement."""
    service.host_rubric("sum@v1", {"right": "equal@v1", "neat": "short@v1"})
    scorer = make(Scorer, "sum@v1", unscored=-1, digest="sha256:sum@v1")
    good, bad = scorer.score([Row("4", "4"), Row("?", "4")])
    assert {"score": 2.0, "unscored": 0, "parts/right": 1.0, "parts/neat": 1.0} == good.report()
    assert {"score": -1.0, "unscored": 1, "parts/right": 0.0, "parts/neat": 0.0} == bad.report()
    assert [2.0] == asyncio.run(ascored(scorer, [Row("4", "4")]))


def test_no_judgement(make: "Make", caplog: pytest.LogCaptureFixture) -> None:
    """It is raised, unless a number is named for it; either way it is told, ever more rarely."""
    caplog.set_level(logging.WARNING)
    with pytest.raises(Unscored, match=r"equal@v1 could not judge a completion \(crash: It is not so\.\)"):
        make().score([Row("!crash", "4")])
    lenient = make(Scorer, "equal@v1", unscored=0.25)
    assert [(0.25, 1)] * 7 == [(each.value, each.unscored) for each in lenient.score([Row("!crash", "4")] * 7)]
    assert [1, 1, 2, 4] == [record.args[1] for record in caplog.records if isinstance(record.args, tuple)]


def test_the_error_survives_a_process() -> None:
    """Trainers bring it back from their workers."""
    error = pickle.loads(pickle.dumps(Unscored("equal@v1", "crash", "It broke.")))  # noqa: S301
    assert ("crash", "It broke.") == (error.kind, error.message)


@pytest.mark.parametrize("unscored", [float("nan"), float("inf"), "-inf", "lowest", []])
def test_a_number_that_is_none(make: "Make", unscored: float) -> None:
    """Is refused before anything is scored: a trainer would learn from it."""
    with pytest.raises(ValueError, match="nobody can train on"):
        make(Scorer, "equal@v1", unscored=unscored)


def test_settings_that_name_nobody() -> None:
    """Say which two there have to be."""
    with pytest.raises(ValueError, match="Name `reward`"):
        kept(Scorer, None, {"url": "http://127.0.0.1:9"})


def test_params_of_a_rubric_are_refused(service: "FakeService", make: "Make") -> None:
    """Nobody would look at them."""
    service.host_rubric("sum@v1", {"right": "equal@v1"})
    with pytest.raises(ValueError, match="has its own params"):
        make(Scorer, "sum@v1", params={"strict": True}).score([Row("4", "4")])


def test_a_column_that_no_row_has_is_named(make: "Make", caplog: pytest.LogCaptureFixture) -> None:
    """Once: else a slip in its name is a failure of every sample, and nothing says why."""
    lenient = make(Scorer, "equal@v1", columns={"answer": "glod"}, unscored=0)
    for _ in range(2):
        lenient.score([Row("4", None, {"gold": "4"})])
    assert 1 == sum("no row has the column 'glod' for 'answer'" in each.message for each in caplog.records)


def test_a_dead_service_costs_one_deadline() -> None:
    """However many calls begin together, in threads or on a loop: all wait for the same catalogue."""
    scorer = Scorer("equal@v1", url="http://127.0.0.1:1", deadline_s=0.5)

    async def calls() -> list[BaseException | list[Verdict]]:
        return await asyncio.gather(*(scorer.ascore(ROWS) for _ in range(200)), return_exceptions=True)

    def call(_: int) -> str:
        with pytest.raises(Unreachable) as caught:
            scorer.score(ROWS)
        return type(caught.value).__name__

    started = time.monotonic()
    assert {Unreachable} == {type(each) for each in asyncio.run(calls())}
    with ThreadPoolExecutor(16) as threads:
        assert {"Unreachable"} == set(threads.map(call, range(16)))
    assert time.monotonic() - started < 3


def test_a_caller_who_gives_up_harms_no_other(make: "Make") -> None:
    """The catalogue is read to its end."""
    scorer = make()

    async def calls() -> list[float]:
        hasty, patient = (asyncio.ensure_future(scorer.ascore(ROWS)) for _ in range(2))
        await asyncio.sleep(0)
        hasty.cancel()
        found = await patient
        await scorer.aclose()
        return [verdict.value for verdict in found]

    assert [1.0, 0.0] == asyncio.run(calls())


def test_a_call_is_over_at_its_deadline(service: "FakeService", make: "Make") -> None:
    """What the first one needs for the catalogue is part of it: AReaL takes a call that is late for a 0."""
    service.host_rubric("sum@v1", {"right": "equal@v1"})
    service.delay_s = 0.3
    started = time.monotonic()
    with pytest.raises(Unreachable):
        make(Scorer, "sum@v1", deadline_s=0.8).score(ROWS)
    assert time.monotonic() - started < 1.2


def test_unknown_and_pinned(make: "Make") -> None:
    """What is not offered, or is another version than the pinned one, is never scored."""
    with pytest.raises(Rejected, match="equal@v2"):
        make(Scorer, "equal@v2").score(ROWS)
    with pytest.raises(VersionMismatch):
        make(Scorer, "equal@v1", digest="sha256:other").score(ROWS)


def test_many_loops(make: "Make") -> None:
    """Each call may come on a loop of its own."""
    scorer = make()
    assert [[1.0, 0.0]] * 3 == [asyncio.run(ascored(scorer, ROWS)) for _ in range(3)]


def test_many_calls_of_one_loop(service: "FakeService", make: "Make") -> None:
    """They share its connections, a bounded number at a time, and leaving twice does no harm."""
    scorer = make()

    async def calls() -> list[float]:
        found = await asyncio.gather(*(scorer.ascore([Row(str(number), "4")]) for number in range(200)))
        await scorer.aclose()
        await scorer.aclose()
        return [verdict.value for (verdict,) in found]

    assert [float(number == 4) for number in range(200)] == asyncio.run(calls())
    assert 1 + 200 == len(service.headers)


def test_many_threads(service: "FakeService", make: "Make") -> None:
    """Threads share a scorer, which asks for the catalogue once."""
    scorer = make()
    gate = threading.Barrier(8)

    def call(number: int) -> float:
        gate.wait()
        return scorer.score([Row(str(number), "4")])[0].value

    with ThreadPoolExecutor(8) as threads:
        assert [float(number == 4) for number in range(8)] == list(threads.map(call, range(8)))
    assert 1 + 8 == len(service.headers)


def test_pickled(make: "Make") -> None:
    """Equal settings share one scorer in the process that unpickles them."""
    packed = pickle.dumps(make(Scorer, "equal@v1", columns={"answer": "solution"}))
    first, second = pickle.loads(packed), pickle.loads(packed)  # noqa: S301
    assert first is second
    assert "equal@v1" == first.__name__
    assert [1.0] == [verdict.value for verdict in first.score([Row("4", None, {"solution": "4"})])]
    first.close()


def score_once(scorer: Scorer) -> float:
    """The number of a right completion."""
    return scorer.score(ROWS)[0].value


def test_forked(make: "Make") -> None:
    """A child opens connections of its own."""
    scorer = make()
    scorer.score(ROWS)
    parent = scorer._connections()
    parent.pid = -1
    assert parent is not scorer._connections()
    parent.client.close()
    assert 1.0 == score_once(scorer)
