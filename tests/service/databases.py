"""The databases that tests run on: a SQLite file, and a real PostgreSQL where one can be started."""

import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

KINDS = ("sqlite", "postgresql")
SERVER_VARIABLE = "TOUCHSTONE_TEST_DATABASE_URL"
"""Names a PostgreSQL in which tests may make databases of their own; without it they start one."""


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Run a PostgreSQL for as long as the tests; yield its URL."""
    if url := os.environ.get(SERVER_VARIABLE):
        yield url
        return
    pgserver = pytest.importorskip("pgserver", reason=f"no PostgreSQL: install pgserver or set {SERVER_VARIABLE}")
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it has a word about where sockets are kept
            server = pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            with suppress(Exception):  # it is gone with the folder in any case
                server.cleanup()


class OwnPostgresql:
    """A PostgreSQL that a test may stop, provided that it is not the one that all share.

    Args:
        folder: Where its data are.
    """

    def __init__(self, folder: Path) -> None:
        self._pgserver = pytest.importorskip("pgserver", reason="no PostgreSQL to stop: install pgserver")
        self._folder = folder
        self.url = ""

    def start(self) -> None:
        """Start it with the data that it had; its URL stays the same."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it has a word about where sockets are kept
            self._server = self._pgserver.get_server(self._folder, cleanup_mode="stop")
        self.url = self._server.get_uri()

    def stop(self) -> None:
        """Stop it: connections break, and new ones are refused."""
        self._server.cleanup()


@contextmanager
def postgresql_database(server_url: str) -> Iterator[str]:
    """Make an empty database of a server; yield its URL."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    server = make_url(server_url).set(drivername="postgresql+psycopg")
    engine = create_engine(server, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
    with engine.connect() as connection:
        connection.execute(text(f"create database {name}"))
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))
        engine.dispose()


@contextmanager
def postgresql_away(url: str) -> Iterator[None]:
    """Have a database lose its connections, and refuse new ones, for so long."""
    gone = make_url(url)
    engine = create_engine(gone.set(database="postgres"), isolation_level="AUTOCOMMIT")
    end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"
    with engine.connect() as connection:
        connection.execute(text(f"alter database {gone.database} allow_connections false"))
        connection.execute(text(end), {"name": gone.database})
        try:
            yield
        finally:
            connection.execute(text(f"alter database {gone.database} allow_connections true"))
    engine.dispose()
