"""The database as the writer speaks to it: rows in bulk, past SQLAlchemy, which takes longer over a row than SQLite.

Statements have `?` where values go.
"""

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol, cast

from sqlalchemy import Engine
from typing_extensions import override

if TYPE_CHECKING:
    import psycopg

_BUSY_MS = 1_000
"""How long another process may hold SQLite's lock until the writer gives up, while requests wait for it."""
_STATEMENT_MS = 4_000
"""As long may PostgreSQL take over one statement."""

_ROWS_TOGETHER = 64
"""Rows of one statement, which takes SQLite a third less time than one statement for each."""

Row = tuple[Any, ...]


class Driver(Protocol):
    """One connection."""

    def begin(self) -> None:
        """Begin a transaction that writes."""
        ...

    def commit(self) -> None:
        """Return when the transaction is durable."""
        ...

    def rollback(self) -> None:
        """Undo the transaction, if there is one."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...

    def rows(self, statement: str, *values: object) -> list[Row]:
        """Return the rows that a statement gives."""
        ...

    def take_ids(self, table: str, number: int) -> Sequence[int]:
        """Return ids for new rows, of which nobody else gets any; those of SQLite hold within the transaction."""
        ...

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Insert rows."""
        ...


def connect(engine: Engine) -> Driver:
    """Return a connection of one's own.

    Raises:
        SQLAlchemyError: there is none to be had.
    """
    raw = engine.raw_connection()
    connection = raw.driver_connection
    raw.detach()  # from the pool: it has settings of its own, and is closed here
    if isinstance(connection, sqlite3.Connection):
        return _Sqlite(connection)
    return _PostgreSql(cast("psycopg.Connection[Row]", connection))


class _Sqlite(Driver):
    def __init__(self, connection: sqlite3.Connection) -> None:
        connection.isolation_level = None  # transactions are begun and ended here
        connection.execute(f"pragma busy_timeout = {_BUSY_MS}")
        self._connection = connection

    @override
    def begin(self) -> None:
        self._connection.execute("begin immediate")

    @override
    def commit(self) -> None:
        self._connection.execute("commit")

    @override
    def rollback(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("rollback")

    @override
    def close(self) -> None:
        self._connection.close()

    @override
    def rows(self, statement: str, *values: object) -> list[Row]:
        return self._connection.execute(statement, values).fetchall()

    @override
    def take_ids(self, table: str, number: int) -> Sequence[int]:
        last = self.rows("select seq from sqlite_sequence where name = ?", table)
        first = (last[0][0] if last else 0) + 1
        return range(first, first + number)

    @override
    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        marks = f"({', '.join('?' * len(columns))})"
        statement = f"insert into {table} ({', '.join(columns)}) values "  # noqa: S608 - names of our own
        whole = len(rows) - len(rows) % _ROWS_TOGETHER
        several = statement + ", ".join([marks] * _ROWS_TOGETHER)
        for start in range(0, whole, _ROWS_TOGETHER):
            self._connection.execute(several, [*chain.from_iterable(rows[start : start + _ROWS_TOGETHER])])
        self._connection.executemany(statement + marks, rows[whole:])


class _PostgreSql(Driver):
    def __init__(self, connection: "psycopg.Connection[Row]") -> None:
        self._connection = connection
        with connection.cursor() as cursor:
            cursor.execute(f"set statement_timeout = {_STATEMENT_MS}".encode())
            cursor.execute("set synchronous_commit = on")
        connection.commit()

    @override
    def begin(self) -> None:
        """Do nothing: the first statement begins one."""

    @override
    def commit(self) -> None:
        self._connection.commit()

    @override
    def rollback(self) -> None:
        self._connection.rollback()

    @override
    def close(self) -> None:
        self._connection.close()

    @override
    def rows(self, statement: str, *values: object) -> list[Row]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement.replace("?", "%s").encode(), values)
            return cursor.fetchall() if cursor.description else []

    @override
    def take_ids(self, table: str, number: int) -> Sequence[int]:
        found = self.rows("select nextval(pg_get_serial_sequence(?, 'id')) from generate_series(1, ?)", table, number)
        return [each for (each,) in found]

    @override
    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        statement = f"copy {table} ({', '.join(columns)}) from stdin".encode()
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
