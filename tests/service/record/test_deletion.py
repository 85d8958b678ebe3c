"""Deleting what was recorded, and keeping it within its limits."""

import asyncio
import os
from pathlib import Path

import pytest
from sqlalchemy import text

from service.call import Call, Caller
from service.record import deletion
from service.record.texts import TextFiles, files_of
from service.record.upkeep import Upkeep
from tests.service.record.recording import Clock, kept_texts, recording, rows, samples, score, write

pytestmark = pytest.mark.anyio

TABLES = ("runs", "series", "requests", "results", "scores", "idempotency")


async def test_a_deleted_run_is_gone_from_the_disk(database_url: str, tmp_path: Path) -> None:
    """Its rows, its texts, and the bytes of both; another run's stay."""
    async with recording(database_url, tmp_path, record_texts="all") as (recorder, engine):
        for number in range(3):
            for run in ("gone", "stays"):
                call = Call(f"canary-{run}", run=run, idempotency_key=f"{run}{number}")
                batch = samples(3000, start=number)
                await write(recorder, call, batch, [score(1.0, f"canary_{run}")] * 3000)
        await recorder.stop(10)
        ids = dict(rows(engine, "select name, id from runs"))
        deletion.delete_run(engine, tmp_path / "texts", ids["gone"])
        assert [1, 1, 3, 3, 9000, 3] == [rows(engine, f"select count(*) from {each}")[0][0] for each in TABLES]  # noqa: S608
        assert 3 == len(kept_texts(engine, tmp_path))
        assert [] == files_of(tmp_path / "texts", ids["gone"])
    if database_url.startswith("sqlite"):
        files = ("touchstone.db", "touchstone.db-wal")
        left = b"".join((tmp_path / name).read_bytes() for name in files if (tmp_path / name).exists())
        assert (False, True) == (b"canary-gone" in left, b"canary-stays" in left)


async def test_texts_are_deleted_alone(database_url: str, tmp_path: Path) -> None:
    """The scores stay, and say that there are no texts."""
    async with recording(database_url, tmp_path, record_texts="all") as (recorder, engine):
        await write(recorder, Call("1", run="r"), samples(3))
        ((run_id,),) = rows(engine, "select id from runs")
        assert deletion.delete_texts(engine, tmp_path / "texts", run_id) > 0
        assert [(3, None)] == rows(engine, "select samples, texts from requests")
        assert not list((tmp_path / "texts").iterdir())


async def test_another_replicas_texts_go_when_it_tidies_up(database_url: str, tmp_path: Path) -> None:
    """It has a folder of its own; other runs' texts stay there."""
    here, there = tmp_path / "a", tmp_path / "b"
    async with recording(database_url, there, record_texts="all") as (recorder, engine):
        for run in ("gone", "stays"):
            await write(recorder, Call("1", run=run), samples(3))
        ids = dict(rows(engine, "select name, id from runs"))
        deletion.delete_texts(engine, here / "texts", ids["gone"])
        upkeep = Upkeep(engine, TextFiles(there / "texts", 1e9), None)
        upkeep.step()
        assert [0, 1] == [len(files_of(there / "texts", ids[run])) for run in ("gone", "stays")]
        await write(recorder, Call("2", run="gone"), samples(3))
        upkeep.step()
        assert [1, 1] == [len(files_of(there / "texts", ids[run])) for run in ("gone", "stays")]


async def test_one_teams_texts_do_not_push_out_anothers(database_url: str, tmp_path: Path) -> None:
    """Over the cap, what the other team has stays, as long as it is less."""
    async with recording(database_url, tmp_path, record_texts="all") as (recorder, engine):
        with engine.begin() as connection:
            connection.execute(text("insert into teams (name, secret, created_at) values ('b', :s, 0)"), {"s": b"s"})
        await write(recorder, Call("1", Caller("b"), run="small"), samples(2))
        for number in range(20):
            await write(recorder, Call(str(number), run=f"large{number}"), samples(100, start=number))
        texts = TextFiles(tmp_path / "texts", 5_000)
        Upkeep(engine, texts, None).finish()
        assert 0 < texts.total_bytes < 5_000
        owners = dict(rows(engine, "select runs.id, teams.name from runs join teams on teams.id = team_id"))
        kept = [owners[int(path.name.partition("-")[0])] for path in (tmp_path / "texts").iterdir()]
        assert (1, True) == (kept.count("b"), kept.count("local") > 0)


async def test_more_runs_have_texts_than_a_statement_takes_values(database_url: str, tmp_path: Path) -> None:
    """They are looked after all the same."""
    async with recording(database_url, tmp_path, record_texts="all") as (recorder, engine):
        await write(recorder, Call("1"), samples(2))
        await recorder.stop(10)
        for number in range(1_000, 67_000):
            os.close(os.open(tmp_path / "texts" / f"{number}-1-a-1.texts", os.O_CREAT))
        clock = Clock()
        clock.now += 3_600
        texts = TextFiles(tmp_path / "texts", 1e9, clock=clock)
        Upkeep(engine, texts, None).step()
        assert 1 == len(list((tmp_path / "texts").iterdir()))


async def test_what_is_too_old_goes(database_url: str, tmp_path: Path) -> None:
    """A little at a time: requests, their runs, and keys after a day."""
    clock = Clock()
    async with recording(database_url, tmp_path) as (recorder, engine):
        calls = [Call(str(number), run=f"r{number % 2}", idempotency_key=str(number)) for number in range(300)]
        await asyncio.gather(*(write(recorder, call, samples(1)) for call in calls))
        texts = TextFiles(tmp_path / "texts", 1e9, clock=clock)
        upkeep = Upkeep(engine, texts, 2.0, clock)
        upkeep.finish()
        assert [(300, 300)] == rows(
            engine, "select (select count(*) from requests), (select count(*) from idempotency)"
        )
        clock.now += 1.5 * 86_400
        upkeep.finish()
        assert [(300, 0)] == rows(engine, "select (select count(*) from requests), (select count(*) from idempotency)")
        clock.now += 86_400
        assert upkeep.step()
        assert [(100,)] == rows(engine, "select count(*) from requests")
        upkeep.finish()
        assert [0] * 6 == [rows(engine, f"select count(*) from {each}")[0][0] for each in TABLES]  # noqa: S608
        await write(recorder, Call("new", run="r0"), samples(1))
        assert [("new",)] == rows(engine, "select request_id from requests")


async def test_a_request_that_is_dated_ahead_keeps_no_other(database_url: str, tmp_path: Path) -> None:
    """What came after it goes in its own time."""
    clock = Clock()
    async with recording(database_url, tmp_path) as (recorder, engine):
        for number in range(3):
            await write(recorder, Call(str(number)), samples(1))
        with engine.begin() as connection:
            ahead = text("update requests set received_at = received_at + 1e8 where request_id = '0'")
            connection.execute(ahead)
        clock.now += 3 * 86_400
        Upkeep(engine, TextFiles(tmp_path / "texts", 1e9, clock=clock), 2.0, clock).finish()
        assert [("0",)] == rows(engine, "select request_id from requests")
        assert [(1, 1)] == rows(engine, "select requests, samples from runs")
