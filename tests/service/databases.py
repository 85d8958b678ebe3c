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


@contextmanager
def postgresql_database(server_url: str) -> Iterator[str]:
    """Make an empty database of a server; yield its URL."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    server = make_url(server_url).set(drivername="postgresql+psycopg")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"create database {name}"))
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))
        engine.dispose()
