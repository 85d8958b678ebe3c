"""What outlives a restart: the judge's answers, what was spent on them, and when it last was right about known cases.

One SQLite file. An answer is durable before it is used, so that nothing is paid twice. Answers are numbered as they
come, so that what is older does not depend on a clock.
"""

import secrets
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import aiosqlite

from service.judging.spent import Spent

_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key BLOB NOT NULL UNIQUE, judge TEXT NOT NULL, question TEXT NOT NULL, answer BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS spent (
    team TEXT NOT NULL, day TEXT NOT NULL, usd REAL NOT NULL, tokens INTEGER NOT NULL, PRIMARY KEY (team, day)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS standings (
    judge TEXT NOT NULL, question TEXT NOT NULL, good_at REAL, good_to INTEGER NOT NULL, quarantined_at REAL,
    PRIMARY KEY (judge, question)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS secret (only INTEGER PRIMARY KEY CHECK (only = 1), value BLOB NOT NULL);
"""
_PRUNE_EVERY = 1_000
_BUSY_S = 5.0
_SECRET_BYTES = 32


class StoreUnusableError(OSError):
    """The file cannot be opened; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a judge stands with one question, as far as it is remembered. Times are seconds since the epoch."""

    good_at: float | None = None
    """When it was last right about a known case."""
    quarantined_at: float | None = None
    """When it was quarantined; None where it is trusted, or was never examined."""


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
            self._path.touch(mode=0o600)  # answers quote what was judged, and the secret is one
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

    async def keep(self, key: bytes, question: str, answer: bytes) -> None:
        """Keep an answer."""
        if not self._max_answers:
            return
        await self._row(
            "INSERT OR REPLACE INTO answers (key, judge, question, answer) VALUES (?, ?, ?, ?)",
            key,
            self._judge,
            question,
            answer,
        )
        self._kept += 1
        if self._kept % _PRUNE_EVERY == 0:
            await self._prune()

    async def forget(self, key: bytes) -> None:
        """Forget an answer."""
        await self._row("DELETE FROM answers WHERE key = ?", key)

    async def spend(self, team: str, day: str, usd: float, tokens: int) -> Spent:
        """Add to what a team has used in a day, and return the sum."""
        row = await self._row(
            "INSERT INTO spent VALUES (?, ?, ?, ?) ON CONFLICT (team, day) "
            "DO UPDATE SET usd = usd + excluded.usd, tokens = tokens + excluded.tokens RETURNING usd, tokens",
            team,
            day,
            usd,
            tokens,
        )
        return _spent(row)

    async def spent(self, team: str, day: str) -> Spent:
        """Return what a team has used in a day."""
        return _spent(await self._row("SELECT usd, tokens FROM spent WHERE team = ? AND day = ?", team, day))

    async def standing(self, question: str) -> Standing:
        """Return how the judge stands with a question."""
        row = await self._row(
            "SELECT good_at, quarantined_at FROM standings WHERE judge = ? AND question = ?", self._judge, question
        )
        return Standing() if row is None else Standing(row[0], row[1])

    async def trust(self, question: str, good_at: float) -> None:
        """Note that the judge was right about a question's known cases: whatever it said until now may stay."""
        await self._row(
            "INSERT OR REPLACE INTO standings VALUES (?, ?, ?, (SELECT coalesce(max(number), 0) FROM answers), NULL)",
            self._judge,
            question,
            good_at,
        )

    async def quarantine(self, question: str, quarantined_at: float) -> int:
        """Note that the judge is not to be trusted with a question, and forget what it has said since it last was.

        Returns:
            How many answers were forgotten.
        """
        mine = (self._judge, question)
        forgotten = await self._db.execute_fetchall(
            "DELETE FROM answers WHERE judge = ? AND question = ? AND number > "
            "coalesce((SELECT good_to FROM standings WHERE judge = ? AND question = ?), 0) RETURNING 1",
            (*mine, *mine),
        )
        await self._row(
            "INSERT INTO standings VALUES (?, ?, NULL, 0, ?) "
            "ON CONFLICT (judge, question) DO UPDATE SET quarantined_at = excluded.quarantined_at",
            *mine,
            quarantined_at,
        )
        return len(list(forgotten))

    async def _prune(self) -> None:
        await self._row(
            "DELETE FROM answers WHERE number <= (SELECT max(number) FROM answers) - ?",
            self._max_answers,
        )

    async def _row(self, query: str, *values: object) -> sqlite3.Row | None:
        """Return the first row of a statement's result. One trip to the database's thread, so nothing comes between."""
        return next(iter(await self._db.execute_fetchall(query, values)), None)


def _spent(row: sqlite3.Row | None) -> Spent:
    return Spent() if row is None else Spent(row[0], row[1])
