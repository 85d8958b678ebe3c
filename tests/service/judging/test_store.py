"""What was paid for survives a restart, and what must be forgotten is."""

import asyncio
import multiprocessing
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite
import pytest

from service.judging.spent import Spent
from service.judging.store import Standing, Store, StoreUnusableError

pytestmark = pytest.mark.anyio
Q = "tests@v1/opinion"


@asynccontextmanager
async def opened(folder: Path, judge: str = "model", max_answers: int = 100) -> AsyncIterator[Store]:
    """Run a store on the folder's file."""
    store = Store(folder / "judge.sqlite3", judge, max_answers)
    store.prepare()
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def test_everything_survives_being_opened_again(tmp_path: Path) -> None:
    """Answers, spending, standing and the secret."""
    async with opened(tmp_path) as store:
        await store.keep(b"k", Q, b"answer")
        assert Spent(0.5, 7) == await store.spend("team", "2026-01-01", 0.5, 7)
        await store.trust(Q, 12.5)
        secret = store.secret
    async with opened(tmp_path) as store:
        assert b"answer" == await store.find(b"k")
        assert Spent(0.75, 8) == await store.spend("team", "2026-01-01", 0.25, 1)
        assert Spent(0.75, 8) == await store.spent("team", "2026-01-01")
        assert Standing(good_at=12.5) == await store.standing(Q)
        assert secret == store.secret
        assert 32 == len(secret)


async def test_what_is_not_there_is_nothing(tmp_path: Path) -> None:
    """No answer, nothing spent, no standing; each team and day has a sum of its own."""
    async with opened(tmp_path) as store:
        await store.spend("team", "2026-01-01", 1.0, 10)
        assert await store.find(b"k") is None
        assert [Spent(), Spent()] == [await store.spent(*key) for key in (("a", "2026-01-01"), ("team", "2026-01-02"))]
        assert Standing() == await store.standing(Q)


async def test_an_answer_can_be_replaced_and_forgotten(tmp_path: Path) -> None:
    """The last one counts."""
    async with opened(tmp_path) as store:
        await store.keep(b"k", Q, b"old")
        await store.keep(b"k", Q, b"new")
        assert b"new" == await store.find(b"k")
        await store.forget(b"k")
        assert await store.find(b"k") is None


async def test_the_oldest_answers_go_first(tmp_path: Path) -> None:
    """An answer that came anew is young again. The limit holds when the file is opened, and every thousand answers."""
    async with opened(tmp_path) as store:
        for number in (1, 2, 3, 1):
            await store.keep(bytes([number]), Q, b"answer")
    async with opened(tmp_path, max_answers=2) as store:
        assert [True, False, True] == [await store.find(bytes([number])) is not None for number in (1, 2, 3)]
        for number in range(1000):
            await store.keep(b"n%d" % number, Q, b"answer")
        assert [True, True, False] == [await store.find(b"n%d" % number) is not None for number in (999, 998, 997)]


async def test_a_store_of_none_keeps_none(tmp_path: Path) -> None:
    """Spending is kept all the same."""
    async with opened(tmp_path, max_answers=0) as store:
        await store.keep(b"k", Q, b"answer")
        await store.spend("team", "2026-01-01", 1.0, 10)
        assert await store.find(b"k") is None
        assert Spent(1.0, 10) == await store.spent("team", "2026-01-01")


async def test_a_quarantine_forgets_what_was_said_since_the_judge_was_last_right(tmp_path: Path) -> None:
    """Nothing older, nothing about another question, and nothing of another judge's."""
    async with opened(tmp_path) as store, opened(tmp_path, "another") as others:
        await store.keep(b"old", Q, b"answer")
        await store.trust(Q, 1.0)
        await store.keep(b"new", Q, b"answer")
        await store.keep(b"newer", Q, b"answer")
        await store.keep(b"else", "tests@v1/else", b"answer")
        await others.keep(b"others", Q, b"answer")
        assert 2 == await store.quarantine(Q, 2.0)
        kept = [key for key in (b"old", b"new", b"newer", b"else", b"others") if await store.find(key)]
        assert [b"old", b"else", b"others"] == kept
        assert [Standing(1.0, 2.0), Standing()] == [await store.standing(Q), await others.standing(Q)]
        assert 0 == await store.quarantine(Q, 3.0)
        assert b"answer" == await store.find(b"old")


async def test_a_judge_that_was_never_right_has_said_nothing_worth_keeping(tmp_path: Path) -> None:
    """All of its answers to the question go."""
    async with opened(tmp_path) as store:
        await store.keep(b"k", Q, b"answer")
        assert 1 == await store.quarantine(Q, 2.0)
        assert Standing(None, 2.0) == await store.standing(Q)


async def test_numbers_are_never_used_again(tmp_path: Path) -> None:
    """An answer that follows a purge is younger than what was trusted before it."""
    async with opened(tmp_path) as store:
        await store.keep(b"1", Q, b"answer")
        await store.keep(b"2", Q, b"answer")
        await store.trust(Q, 1.0)
        await store.forget(b"2")
        await store.keep(b"3", Q, b"answer")
        assert 1 == await store.quarantine(Q, 2.0)
        assert (b"answer", None) == (await store.find(b"1"), await store.find(b"3"))


async def test_it_cannot_be_used_unless_open(tmp_path: Path) -> None:
    """To close it twice does no harm."""
    async with opened(tmp_path) as store:
        pass
    await store.close()
    with pytest.raises(RuntimeError, match="not open"):
        await store.find(b"k")


def test_the_file_is_the_owners_alone(tmp_path: Path) -> None:
    """It quotes completions and holds a secret."""
    Store(tmp_path / "new" / "judge.sqlite3", "model", 10).prepare()
    assert (0o600, 0o700) == tuple(
        path.stat().st_mode & 0o777 for path in (tmp_path / "new" / "judge.sqlite3", tmp_path / "new")
    )


@pytest.mark.parametrize("kind", ["folder", "under a file", "no database", "another database"])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, kind: str) -> None:
    """The message says what to do."""
    path = tmp_path / "judge.sqlite3"
    if kind == "folder":
        path.mkdir()
    elif kind == "under a file":
        path.touch()
        path /= "judge.sqlite3"
    elif kind == "no database":
        path.write_bytes(b"This is not a database." * 100)
    else:
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE answers (something)")
            database.execute("CREATE TABLE secret (something)")
        database.close()
    with pytest.raises(StoreUnusableError, match="TOUCHSTONE_JUDGE_CACHE to a file that can be written, or move") as it:
        Store(path, "model", 10).prepare()
    assert str(path) in str(it.value)


async def test_a_file_that_breaks_later_is_an_error_of_the_database(tmp_path: Path) -> None:
    """Nothing is read out of the ruins."""
    async with opened(tmp_path) as store:
        for number in range(200):
            await store.keep(b"%d" % number, Q, b"answer" * 100)
    path = tmp_path / "judge.sqlite3"
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + bytes(len(whole) - 8192))
    store = Store(path, "model", 1000)
    with pytest.raises((aiosqlite.Error, StoreUnusableError)):
        await _used(store)


async def _used(store: Store) -> None:
    store.prepare()
    await store.open()
    try:
        for number in range(200):
            await store.find(b"%d" % number)
    finally:
        await store.close()


async def test_calls_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    """Each addition counts."""
    async with opened(tmp_path) as store:
        await asyncio.gather(*(store.spend("team", "2026-01-01", 1.0, 1) for _ in range(100)))
        assert Spent(100.0, 100) == await store.spent("team", "2026-01-01")


def test_two_processes_share_a_file(tmp_path: Path) -> None:
    """Four start at once on a file that is not there yet, and nothing of what they note is lost."""
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_spend, args=(tmp_path, number)) for number in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [0] * 4 == [process.exitcode for process in processes]
    with sqlite3.connect(tmp_path / "judge.sqlite3") as database:
        assert [(50.0 * 4, 50 * 4)] == database.execute("SELECT usd, tokens FROM spent").fetchall()
        assert [(50 * 4,)] == database.execute("SELECT count(*) FROM answers").fetchall()
        assert [(1,)] == database.execute("SELECT count(*) FROM secret").fetchall()
    database.close()


def _spend(folder: Path, number: int) -> None:
    async def spend() -> None:
        async with opened(folder, max_answers=10_000) as store:
            for turn in range(50):
                await store.spend("team", "2026-01-01", 1.0, 1)
                await store.keep(b"%d/%d" % (number, turn), Q, b"answer")

    asyncio.run(spend())
