"""One request that several replicas get, on a real PostgreSQL that they share."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from service.call import Call
from service.errors import ProblemError
from service.pool import PoolUnavailableError
from service.record.claims import LASTS_S
from service.record.recorder import DatabaseRecorder
from service.serving import Written
from tests.service.databases import postgresql_away, postgresql_database
from tests.service.record.recording import PATIENCE_S, ask, recording, rows, samples, score, served, values

pytestmark = pytest.mark.anyio

CALL = Call("1", idempotency_key="k")
SCORING_S = 0.4


@dataclass
class Replicas:
    """Two recorders on one database."""

    url: str
    engine: Engine
    recorders: list[DatabaseRecorder]
    scored: list[int] = field(default_factory=list)
    """Which of them have scored."""

    async def serve(self, number: int, patience_s: float = PATIENCE_S) -> Written:
        """Have a replica serve the request."""
        entry = self.recorders[number].begin(CALL, [ask()], samples(1))
        try:
            known = await entry.known(patience_s)
            if known is not None:
                return Written(is_durable=True, outcomes=known)
            self.scored.append(number)
            await asyncio.sleep(SCORING_S)
            return await entry.write(served([ask()], samples(1), [[score(float(number))]]))
        finally:
            entry.drop()

    def age(self, seconds: float) -> None:
        """Have so much time pass in the database."""
        with self.engine.begin() as connection:
            connection.execute(text("update idempotency set held_at = held_at - :s"), {"s": seconds})


@pytest.fixture
async def replicas(postgresql_url: str, tmp_path: Path) -> AsyncIterator[Replicas]:
    """Two recorders that run."""
    with postgresql_database(postgresql_url) as url:
        async with AsyncExitStack() as running:
            found = [await running.enter_async_context(recording(url, tmp_path / name)) for name in ("a", "b")]
            yield Replicas(url, found[0][1], [recorder for recorder, _ in found])


async def test_at_once_it_is_scored_once(replicas: Replicas) -> None:
    """The one that comes second waits, and answers what the first wrote."""
    written = await asyncio.gather(*(replicas.serve(number) for number in (0, 1)))
    (scorer,) = replicas.scored
    assert None is written[scorer].outcomes
    assert [[float(scorer)]] == values(written[1 - scorer].outcomes)
    assert [(1,)] == rows(replicas.engine, "select count(*) from requests")
    assert [1, 1] == [
        sum(each.status.recorded for each in replicas.recorders),
        replicas.recorders[1 - scorer].status.replayed,
    ]


async def test_many_keys_at_once_are_each_scored_once(replicas: Replicas) -> None:
    """Whichever of the two came first with which."""
    scored: list[str] = []

    async def serve(recorder: DatabaseRecorder, call: Call) -> float | None:
        entry = recorder.begin(call, [ask()], samples(1))
        try:
            known = await entry.known(PATIENCE_S)
            if known is None:
                scored.append(call.request_id)
                value = float(len(scored))
                known = (await entry.write(served([ask()], samples(1), [[score(value)]]))).outcomes or ()
                return known[0][0].value if known else value
            return known[0][0].value
        finally:
            entry.drop()

    calls = [Call(str(number), idempotency_key=str(number)) for number in range(40)]
    one, two = await asyncio.gather(
        *(asyncio.gather(*(serve(recorder, call) for call in calls)) for recorder in replicas.recorders)
    )
    assert sorted(call.request_id for call in calls) == sorted(scored)
    assert one == two


async def test_a_replica_that_died_is_waited_for_until_its_claim_lapses(replicas: Replicas) -> None:
    """Nobody renews it any more."""
    entry = replicas.recorders[0].begin(CALL, [ask()], samples(1))
    assert None is await entry.known(PATIENCE_S)
    replicas.recorders[0]._claims.stop()
    heir = asyncio.ensure_future(replicas.serve(1))
    replicas.age(LASTS_S - 2)
    await asyncio.sleep(0.6)
    assert not heir.done()
    replicas.age(2)
    assert None is (await heir).outcomes
    assert [1] == replicas.scored


async def test_what_was_given_up_is_scored_by_the_one_that_waits(replicas: Replicas) -> None:
    """Soon: the first was refused, or failed."""
    entry = replicas.recorders[0].begin(CALL, [ask()], samples(1))
    assert None is await entry.known(PATIENCE_S)
    heir = asyncio.ensure_future(replicas.serve(1))
    await asyncio.sleep(0.3)
    assert [] == replicas.scored
    entry.drop()
    dropped_at = time.monotonic()
    assert None is (await heir).outcomes
    assert time.monotonic() - dropped_at < SCORING_S + 2
    assert [1] == replicas.scored


async def test_another_request_under_the_key_is_told_when_the_first_is_written(replicas: Replicas) -> None:
    """Until then nobody knows whether the key will stand for anything."""
    first = asyncio.ensure_future(replicas.serve(0))
    await asyncio.sleep(SCORING_S / 2)
    other = replicas.recorders[1].begin(CALL, [ask()], samples(2))
    with pytest.raises(ProblemError, match="other samples"):
        await other.known(PATIENCE_S)
    assert first.done()
    other.drop()


async def test_patience_ends(replicas: Replicas) -> None:
    """The caller is told to come again, and finds the answer then."""
    first = asyncio.ensure_future(replicas.serve(0))
    await asyncio.sleep(SCORING_S / 4)
    with pytest.raises(PoolUnavailableError, match="still"):
        await replicas.serve(1, SCORING_S / 4)
    await first
    assert [[0.0]] == values((await replicas.serve(1)).outcomes)


async def test_a_database_that_goes_away_keeps_nobody_waiting(replicas: Replicas) -> None:
    """Whoever waits for another replica scores then, and nothing of it is recorded but later requests are."""
    entry = replicas.recorders[0].begin(CALL, [ask()], samples(1))
    assert None is await entry.known(PATIENCE_S)
    heir = asyncio.ensure_future(replicas.serve(1))
    await asyncio.sleep(0.2)
    with postgresql_away(replicas.url):
        lost_at = time.monotonic()
        assert not (await heir).is_durable
        assert not (await replicas.serve(1)).is_durable
        assert not (await entry.write(served([ask()], samples(1), [[score(0.0)]]))).is_durable
        assert time.monotonic() - lost_at < 5
    assert [1, 1] == replicas.scored
    ends_at = time.monotonic() + 20
    while not (await replicas.serve(1)).is_durable:
        assert time.monotonic() < ends_at
    assert [(1,)] == rows(replicas.engine, "select count(*) from requests")
