"""Writing requests down, on both databases."""

import asyncio
import hmac
import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, text

from service.call import Call
from service.errors import ProblemError
from service.record.fingerprints import BYTES, message
from service.record.packing import unpack
from service.record.texts import TextFiles
from tests.service.databases import postgresql_database
from tests.service.record.recording import (
    FAILURE,
    FINAL_FAILURE,
    PATIENCE_S,
    ask,
    kept_texts,
    recording,
    rows,
    samples,
    score,
    served,
    values,
    write,
)

pytestmark = pytest.mark.anyio


async def test_every_row_is_there_before_the_answer(database_url: str, tmp_path: Path) -> None:
    """Run, series, request, results and scores say what was asked and what came of it."""
    asks = [ask("math_equal@v1"), ask("cosine_length@v2")]
    batch = samples(3)
    async with recording(database_url, tmp_path) as (recorder, engine):
        call = Call("id-1", run="r", step=7)
        written = await write(recorder, call, batch, [score(1.0), score(0.1), FAILURE], asks)
        assert written.is_durable
        assert [("local", "r", None)] == rows(
            engine, "select teams.name, runs.name, runs.texts from runs join teams on teams.id = team_id"
        )
        query = "select request_id, step, seconds, samples, fingerprints from requests"
        ((*facts, fingerprints),) = rows(engine, query)
        assert ["id-1", 7, 0.25, 3] == facts
        ((secret,),) = rows(engine, "select secret from teams")
        expected = [hmac.digest(bytes(secret), message(each), "sha256") for each in batch]
        assert expected == [bytes(fingerprints)[at : at + BYTES] for at in range(0, 3 * BYTES, BYTES)]
        query = (
            "select reward, position, params, behaviour, build, scored, failed, total, groups, flat_groups, outcomes "
            "from results join series on series.id = series_id order by position"
        )
        first, second = rows(engine, query)
        assert ("math_equal@v1", 0, "{}", "", "sha256:c", 2, 1, 1.1, 1, 0) == first[:-1]
        assert ("cosine_length@v2", 1) == second[:2]
        assert [1.0, 0.1, None] == [each["value"] for each in unpack(bytes(second[-1]))]
        query = "select position, kind, value from scores order by result_id, position"
        assert [(0, None, 1.0), (1, None, 0.1), (2, "deadline", None)] * 2 == rows(engine, query)
        assert 1 == recorder.status.recorded


async def test_what_comes_together_is_written_together(database_url: str, tmp_path: Path) -> None:
    """A hundred requests at once are all there, each with its own scores."""
    async with recording(database_url, tmp_path) as (recorder, engine):
        calls = [Call(str(number), run=f"r{number % 3}") for number in range(100)]
        written = await asyncio.gather(
            *(write(recorder, call, samples(2), [score(float(n)), score(0.0)]) for n, call in enumerate(calls))
        )
        assert all(each.is_durable for each in written)
        query = (
            "select requests.request_id, value from requests join results on requests.id = results.request_id "
            "join scores on result_id = results.id where scores.position = 0"
        )
        assert {str(n): float(n) for n in range(100)} == dict(rows(engine, query))
        assert 3 == rows(engine, "select count(*) from runs")[0][0]


async def test_a_run_says_which_texts_are_kept(database_url: str, tmp_path: Path) -> None:
    """None, all, or some with what failed; and what is kept is what came."""
    async with recording(database_url, tmp_path) as (recorder, engine):
        for run in ("none", "all"):
            await write(recorder, Call("0", run=run), [])
            with engine.begin() as connection:
                connection.execute(text("update runs set texts = :run where name = :run"), {"run": run})
        await recorder.stop(10)
    async with recording(database_url, tmp_path) as (recorder, engine):
        await write(recorder, Call("1", run="none"), samples(40))
        assert [] == kept_texts(engine, tmp_path)
        await write(recorder, Call("2", run="all"), [*samples(40, "p"), *samples(2, "q", 40)])
        first, second = kept_texts(engine, tmp_path)
        assert ("p", 40, "q", 2) == (first["prompt"], len(first["samples"]), second["prompt"], len(second["samples"]))
        assert "c41" == second["samples"][1]["completion"]
        outcomes = [score(1.0)] * 39 + [FAILURE]
        await write(recorder, Call("3", run="some"), [*samples(20, "p"), *samples(20, "q", 20)], outcomes)
        kept = [sample["completion"] for frame in kept_texts(engine, tmp_path)[2:] for sample in frame["samples"]]
        assert "c39" in kept
        assert len(kept) in {20, 21}


async def test_the_same_request_is_answered_from_the_record(database_url: str, tmp_path: Path) -> None:
    """Also while it is under way, by another replica or after a restart; and it is there once."""
    call = Call("1", idempotency_key="k")
    async with recording(database_url, tmp_path) as (recorder, engine):
        one, two = await asyncio.gather(
            write(recorder, call, samples(2), [score(1.0), FINAL_FAILURE]), write(recorder, call, samples(2))
        )
        assert one.outcomes is None
        assert [[1.0, None]] == values(two.outcomes)
        with pytest.raises(ProblemError, match="other samples"):
            await write(recorder, call, samples(3))
        with pytest.raises(ProblemError, match="other samples"):
            await write(recorder, call, samples(2), asks=[ask("exact_match@v1")])
        for moved in (replace(call, run="b"), replace(call, step=1)):
            with pytest.raises(ProblemError, match="another run or step"):
                await write(recorder, moved, samples(2))
        assert [("default",)] == rows(engine, "select name from runs")
        async with recording(database_url, tmp_path / "b") as (replica, _):
            again = await write(replica, call, samples(2))
        assert [[1.0, None]] == values(again.outcomes)
        assert [(1,)] == rows(engine, "select count(*) from requests")
        assert (1, 1, 0) == (recorder.status.recorded, recorder.status.replayed, recorder.status.unrecorded)


async def test_an_answer_that_another_try_may_mend_binds_no_key(database_url: str, tmp_path: Path) -> None:
    """It is recorded, and the next request of the key is scored at once, by any replica, until all of it is final."""
    call = Call("1", idempotency_key="k")
    async with (
        recording(database_url, tmp_path / "a") as (one, engine),
        recording(database_url, tmp_path / "b") as (two, _),
    ):
        first, second = await asyncio.gather(
            write(one, call, samples(2), [score(1.0), FAILURE]), write(one, call, samples(2), [FAILURE, score(1.0)])
        )
        assert [None, None] == [first.outcomes, second.outcomes]
        third = await write(two, call, samples(2), [score(1.0), FINAL_FAILURE])
        assert None is third.outcomes
        for replica in (one, two):
            assert [[1.0, None]] == values((await write(replica, call, samples(2))).outcomes)
        assert [(3, 1)] == rows(engine, "select count(*), (select count(*) from idempotency) from requests")
        assert (2, 1) == (one.status.recorded, two.status.recorded)


async def test_two_replicas_write_one_request_once(database_url: str, tmp_path: Path) -> None:
    """Where both score it, the second to write answers as the first did, or is told that the key was for another."""
    call = Call("1", idempotency_key="k")
    async with (
        recording(database_url, tmp_path / "a") as (one, engine),
        recording(database_url, tmp_path / "b") as (two, _),
    ):
        entries = [each.begin(call, [ask()], samples(1)) for each in (one, two)]
        other = two.begin(call, [ask()], samples(2))
        assert None is await entries[0].known(PATIENCE_S)
        with engine.begin() as connection:
            connection.execute(text("update idempotency set held_at = 0"))  # as if its replica had hung
        assert None is await entries[1].known(PATIENCE_S)
        first = await entries[0].write(served([ask()], samples(1), [[score(1.0)]]))
        second = await entries[1].write(served([ask()], samples(1), [[score(0.0)]]))
        assert None is first.outcomes
        assert [[1.0]] == values(second.outcomes)
        with pytest.raises(ProblemError, match="other samples"):
            await other.known(PATIENCE_S)
        other.drop()
        assert [(1,)] == rows(engine, "select count(*) from requests")


async def test_a_request_that_was_not_scored_lets_the_next_one_score(database_url: str, tmp_path: Path) -> None:
    """The one that waits for it goes on."""
    call = Call("1", idempotency_key="k")
    async with recording(database_url, tmp_path) as (recorder, _):
        entry = recorder.begin(call, [ask()], samples(1))
        assert None is await entry.known(PATIENCE_S)
        waiting = asyncio.ensure_future(write(recorder, call, samples(1)))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        entry.drop()
        assert (await waiting).outcomes is None


async def test_a_run_that_is_deleted_begins_anew(database_url: str, tmp_path: Path) -> None:
    """Though the recorder remembers it as it was."""
    async with recording(database_url, tmp_path) as (recorder, engine):
        assert (await write(recorder, Call("1", run="r"), samples(1))).is_durable
        ((before,),) = rows(engine, "select id from runs")
        with engine.begin() as connection:
            connection.execute(text("delete from runs"))
        assert (await write(recorder, Call("2", run="r"), samples(1))).is_durable
        ((after,),) = rows(engine, "select id from runs")
        assert after > before


async def test_a_full_database_keeps_nobody_from_their_scores(tmp_path: Path) -> None:
    """What cannot be written is told at once, counted, and written again when there is room."""
    pages = {"most": 10**9}
    url = f"sqlite:///{tmp_path / 't.db'}"
    async with recording(url, tmp_path) as (recorder, engine):

        @event.listens_for(engine, "connect")
        def limit(connection: object, _: object) -> None:
            connection.execute(f"pragma max_page_count = {pages['most']}")  # type: ignore[attr-defined]

        assert (await write(recorder, Call("1"), samples(10))).is_durable
        recorder._ledger.reset()
        pages["most"] = 1
        engine.dispose()
        full = [await write(recorder, Call("2"), samples(2000)) for _ in range(3)]
        assert [False] * 3 == [each.is_durable for each in full]
        assert not recorder.status.is_available
        pages["most"] = 10**9
        engine.dispose()
        await asyncio.sleep(1.1)
        assert (await write(recorder, Call("3"), samples(2000))).is_durable
        assert (2, 3, True) == (recorder.status.recorded, recorder.status.unrecorded, recorder.status.is_available)
        assert [("1",), ("3",)] == rows(engine, "select request_id from requests order by id")


async def test_a_locked_database_keeps_nobody_waiting(tmp_path: Path) -> None:
    """The first waits a second for it, the next ones not at all; it recovers by itself."""
    url = f"sqlite:///{tmp_path / 't.db'}"
    loop = asyncio.get_running_loop()
    async with recording(url, tmp_path) as (recorder, engine):
        assert (await write(recorder, Call("1"), samples(1))).is_durable
        with engine.connect() as connection:
            connection.execute(text("begin immediate"))
            started = loop.time()
            assert not (await write(recorder, Call("2"), samples(1))).is_durable
            assert loop.time() - started < 4
            started = loop.time()
            assert not (await write(recorder, Call("3"), samples(1))).is_durable
            assert loop.time() - started < 0.2
            connection.rollback()
        await asyncio.sleep(1.1)
        assert (await write(recorder, Call("4"), samples(1))).is_durable


async def test_a_request_with_a_key_waits_no_longer_than_others(tmp_path: Path) -> None:
    """What it waited to learn whether it was answered before, it does not wait to be written."""

    def write_slowly(descriptor: int, data: bytes) -> int:
        time.sleep(6)
        return os.write(descriptor, data)

    url = f"sqlite:///{tmp_path / 't.db'}"
    texts = TextFiles(tmp_path / "texts", 1e9, write_slowly)
    loop = asyncio.get_running_loop()
    async with recording(url, tmp_path, texts, record_texts="all") as (recorder, _):
        for _ in range(2):
            recorder._threads.submit(time.sleep, 3)
        started = loop.time()
        assert not (await write(recorder, Call("1", idempotency_key="k"), samples(1))).is_durable
        assert 4.5 < loop.time() - started < 5.5


async def test_a_lost_connection_is_made_anew(postgresql_url: str, tmp_path: Path) -> None:
    """A server that was started anew costs no record."""
    with postgresql_database(postgresql_url) as url:
        await _lose(url, tmp_path)


async def _lose(url: str, folder: Path) -> None:
    async with recording(url, folder) as (recorder, engine):
        assert (await write(recorder, Call("1"), samples(1))).is_durable
        with engine.connect() as connection:
            connection.execute(
                text(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where pid <> pg_backend_pid() and datname = current_database()"
                )
            )
        engine.dispose()
        assert (await write(recorder, Call("2"), samples(1))).is_durable


async def test_params_and_texts_of_any_kind_are_taken(database_url: str, tmp_path: Path) -> None:
    """NULs, surrogates that no encoder takes, and numbers of more than 64 bits."""
    batch = samples(2)
    batch[0]["completion"] = "\x00\U0001f600"
    batch[1]["reference"] = {"answer": 10**30}
    async with recording(database_url, tmp_path, record_texts="all") as (recorder, engine):
        assert (await write(recorder, Call("1"), batch)).is_durable
        (frame,) = kept_texts(engine, tmp_path)
        assert "\x00\U0001f600" == frame["samples"][0]["completion"]
        assert json.loads(json.dumps(1e30)) == frame["samples"][1]["reference"]["answer"]
