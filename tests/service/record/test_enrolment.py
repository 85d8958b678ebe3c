"""Runs and series are made by the transaction that writes to them, on both databases."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import event, text

from service.call import Call
from service.record.texts import files_of
from tests.service.databases import postgresql_database
from tests.service.record.recording import ask, recording, rows, samples, write

pytestmark = pytest.mark.anyio


async def test_new_runs_cost_no_transaction_of_their_own(database_url: str, tmp_path: Path) -> None:
    """However many come, and with however many rewards."""
    asks = [ask(reward) for reward in ("math_equal@v1", "math_equal@v2", "cosine_length@v2")]
    async with recording(database_url, tmp_path) as (recorder, engine):
        await write(recorder, Call("0"), samples(1))
        begun: list[int] = []
        event.listen(engine, "commit", lambda _: begun.append(1))
        calls = [Call(str(number), run=f"r{number}") for number in range(250)]
        written = await asyncio.gather(*(write(recorder, call, samples(1), asks=asks) for call in calls))
        assert all(each.is_durable for each in written)
        assert [] == begun
        counted = "select count(distinct name), sum(requests) from runs where name <> 'default'"
        assert [(250, 250)] == rows(engine, counted)
        query = "select count(*) from series join runs on runs.id = run_id where name <> 'default'"
        assert [(750,)] == rows(engine, query)


async def test_what_is_rolled_back_is_forgotten(database_url: str, tmp_path: Path) -> None:
    """The run, its series, and its texts, since another run may get the same id."""
    async with recording(database_url, tmp_path, record_texts="all") as (recorder, engine):
        with engine.begin() as connection:
            connection.execute(text("alter table scores rename to away"))
        assert not (await write(recorder, Call("1", run="lost"), samples(2))).is_durable
        assert [] == rows(engine, "select id from runs")
        assert [] == list((tmp_path / "texts").iterdir())
        with engine.begin() as connection:
            connection.execute(text("alter table away rename to scores"))
        await asyncio.sleep(1.1)  # the breaker's pause
        assert (await write(recorder, Call("2", run="kept"), samples(2))).is_durable
        assert (await write(recorder, Call("3", run="lost"), samples(2))).is_durable
        found = dict(rows(engine, "select name, id from runs"))
        assert {"kept", "lost"} == set(found)
        assert [1, 1] == [len(files_of(tmp_path / "texts", each)) for each in found.values()]
        query = "select name, request_id from requests join runs on runs.id = run_id order by name"
        assert [("kept", "2"), ("lost", "3")] == rows(engine, query)


async def test_two_replicas_make_the_same_runs_at_once(postgresql_url: str, tmp_path: Path) -> None:
    """In whatever order they come to each, every request is recorded and every run is there once."""
    asks = [ask("math_equal@v1"), ask("math_equal@v2")]
    with postgresql_database(postgresql_url) as url:
        async with AsyncExitStack() as running:
            found = [await running.enter_async_context(recording(url, tmp_path / name)) for name in ("a", "b")]
            calls = [Call(str(number), run=f"r{number}") for number in range(300)]
            orders = (calls, calls[::-1])
            written = await asyncio.gather(
                *(
                    write(recorder, call, samples(1), asks=asks)
                    for (recorder, _), order in zip(found, orders, strict=True)
                    for call in order
                )
            )
            assert all(each.is_durable for each in written)
            _, engine = found[0]
            assert [(300, 600)] == rows(engine, "select count(*), sum(requests) from runs")
            assert [(600,)] == rows(engine, "select count(*) from series")
