"""What outlives a restart: the judge's answers, what was spent on them, and when it last was right about known cases.

One SQLite file. An answer is durable before it is used, so that nothing is paid twice.
"""

import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

import aiosqlite

from service.judging.spent import Spent

_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    key BLOB PRIMARY KEY, judge TEXT NOT NULL, question TEXT NOT NULL, answer BLOB NOT NULL, made_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answers_by_age ON answers (made_at);
CREATE TABLE IF NOT EXISTS spent (
    team TEXT NOT NULL, day TEXT NOT NULL, usd REAL NOT NULL, tokens INTEGER NOT NULL, PRIMARY KEY (team, day)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS trust (
    judge TEXT NOT NULL, question TEXT NOT NULL, good_at REAL NOT NULL, PRIMARY KEY (judge, question)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS secret (only INTEGER PRIMARY KEY CHECK (only = 1), value BLOB NOT NULL);
"""
_PRUNE_EVERY = 1_000
_BUSY_S = 5.0
_SECRET_BYTES = 32


class StoreUnusableError(OSError):
    """The file cannot be opened; the message says what to do."""


class Store:
    """The judge's memory on disk. `prepare` comes first, then `open`, and `close` last.

    Args:
        path: The file.
        judge: The judge's name: trust belongs to it.
        max_answers: Answers to keep; the oldest go first.
    """

    def __init__(self, path: Path, judge: str, max_answers: int) -> None:
        self._path = path
        self._judge = judge
        self._max_answers = max_answers
        self._kept = 0
        self._connection: aiosqlite.Connection | None = None
        self.secret = b""
        """A key of this store's own, the same after a restart."""

    @property
    def _db(self) -> aiosqlite.Connection:
        if self._connection is None:
            raise RuntimeError("the store is not open")
        return self._connection

    def prepare(self) -> None:
        """Make the file where there is none, and read its secret. It blocks, so it belongs before the service starts.

        Raises:
            StoreUnusableError: it cannot be made, or is no database.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with closing(sqlite3.connect(self._path, isolation_level=None, timeout=_BUSY_S)) as database:
                database.execute("PRAGMA journal_mode=WAL")
                database.executescript(_SCHEMA)
                database.execute("INSERT OR IGNORE INTO secret VALUES (1, ?)", (secrets.token_bytes(_SECRET_BYTES),))
                ((self.secret,),) = database.execute("SELECT value FROM secret").fetchall()
        except (OSError, sqlite3.Error) as error:
            raise StoreUnusableError(
                f"the judge's cache {self._path} cannot be used ({error}): "
                "set TOUCHSTONE_JUDGE_CACHE to a file that can be written, or move this one away"
            ) from error

    async def open(self) -> None:
        """Open the file that `prepare` made."""
        self._connection = await aiosqlite.connect(self._path, isolation_level=None, timeout=_BUSY_S)
        await self._db.execute("PRAGMA synchronous=NORMAL")
        await self._prune()

    async def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def find(self, key: bytes) -> bytes | None:
        """Return the answer kept under a key."""
        row = await self._row("SELECT answer FROM answers WHERE key = ?", key)
        return None if row is None else row[0]

    async def keep(self, key: bytes, question: str, answer: bytes, made_at: float) -> None:
        """Keep an answer."""
        if not self._max_answers:
            return
        await self._db.execute(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", (key, self._judge, question, answer, made_at)
        )
        self._kept += 1
        if self._kept % _PRUNE_EVERY == 0:
            await self._prune()

    async def forget(self, key: bytes) -> None:
        """Forget an answer."""
        await self._db.execute("DELETE FROM answers WHERE key = ?", (key,))

    async def forget_since(self, question: str, since: float) -> int:
        """Forget the judge's answers to a question that are younger than a point in time; return how many."""
        cursor = await self._db.execute(
            "DELETE FROM answers WHERE judge = ? AND question = ? AND made_at > ?", (self._judge, question, since)
        )
        return cursor.rowcount

    async def spend(self, team: str, day: str, usd: float, tokens: int) -> None:
        """Add to what a team has used in a day."""
        await self._db.execute(
            "INSERT INTO spent VALUES (?, ?, ?, ?) ON CONFLICT (team, day) "
            "DO UPDATE SET usd = usd + excluded.usd, tokens = tokens + excluded.tokens",
            (team, day, usd, tokens),
        )

    async def spent(self, team: str, day: str) -> Spent:
        """Return what a team has used in a day."""
        row = await self._row("SELECT usd, tokens FROM spent WHERE team = ? AND day = ?", team, day)
        return Spent() if row is None else Spent(row[0], row[1])

    async def trust(self, question: str, good_at: float) -> None:
        """Note when the judge was last right about a question's known cases."""
        await self._db.execute("INSERT OR REPLACE INTO trust VALUES (?, ?, ?)", (self._judge, question, good_at))

    async def trusted_at(self, question: str) -> float | None:
        """Return when the judge was last right about a question's known cases; None where it never was."""
        row = await self._row("SELECT good_at FROM trust WHERE judge = ? AND question = ?", self._judge, question)
        return None if row is None else row[0]

    async def _prune(self) -> None:
        await self._db.execute(
            "DELETE FROM answers WHERE key IN (SELECT key FROM answers ORDER BY made_at DESC LIMIT -1 OFFSET ?)",
            (self._max_answers,),
        )

    async def _row(self, query: str, *values: object) -> aiosqlite.Row | None:
        async with self._db.execute(query, values) as cursor:
            return await cursor.fetchone()
