"""Opens the database and brings it up to date."""

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

HEAD = "0002"
"""The last migration; a test compares it with the folder."""

_BUSY_S = 10.0
_CACHE_KB = 8_000
"""Pages that each connection to SQLite keeps to itself; the others are in the system's cache, and cost a call."""
_ANSWERS = {"connect_timeout": 5, "tcp_user_timeout": 5_000}
"""How long a PostgreSQL may not answer: seconds to connect, and milliseconds for bytes that were sent."""
_LOCK = 0x746F756368  # any number that means nobody else
_DRIVERS = {"sqlite": "sqlite", "postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}


class DatabaseError(Exception):
    """The database cannot be used; the message says why and what to do."""


def open_database(url: str) -> Engine:
    """Return an engine for a database, whose tables are brought up to date.

    Args:
        url: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME`.

    Raises:
        DatabaseError: it cannot be reached, or a newer version of this service has been here.
    """
    parsed = _parsed(url)
    try:
        engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)
        try:
            _prepare(engine)
        except Exception:
            engine.dispose()
            raise
    except ModuleNotFoundError as missing:
        raise DatabaseError(f"PostgreSQL needs {missing.name}: pip install 'touchstone-rl[postgres]'.") from None
    except SQLAlchemyError as error:
        raise DatabaseError(f"The database {parsed.render_as_string()} cannot be used: {reason(error)}.") from error
    return engine


def reason(error: SQLAlchemyError) -> str:
    """Return what a database said, without the statement and its values, which may be somebody's."""
    cause = getattr(error, "orig", None)
    said = str(cause or error).strip() or type(error).__name__
    return said.splitlines()[0].rstrip(".")


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseError(
            "TOUCHSTONE_DATABASE_URL is no URL of a database, such as sqlite:////var/lib/touchstone/touchstone.db or "
            "postgresql://touchstone:PASSWORD@db/touchstone."
        ) from None
    driver = _DRIVERS.get(parsed.drivername.partition("+")[0])
    if driver is None:
        raise DatabaseError(f"{parsed.drivername} is no database that this service knows: SQLite or PostgreSQL.")
    return parsed.set(drivername=driver)


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            Path(url.database).touch(mode=0o600)  # it holds secrets
        except OSError as error:
            raise DatabaseError(f"{error.filename} cannot be made: {error.strerror}.") from error
    engine = create_engine(url, connect_args={"timeout": _BUSY_S, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _: object) -> None:
        for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on", f"cache_size=-{_CACHE_KB}"):
            connection.execute(f"pragma {pragma}")

    return engine


def _postgresql(url: URL) -> Engine:
    return create_engine(url, pool_size=4, max_overflow=8, pool_pre_ping=True, connect_args=_ANSWERS)


def _prepare(engine: Engine) -> None:
    with engine.connect() as connection:
        found = _revision(connection)
    if found != HEAD:
        upgrade(engine)


def _revision(connection: Connection) -> str | None:
    """Return the migration that a database is at; None where it has no tables."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    return connection.execute(text("select version_num from alembic_version")).scalar()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables up to a revision. Replicas that start together do so one after the other.

    Raises:
        DatabaseError: a newer version of this service has been here.
    """
    from alembic import command  # noqa: PLC0415 - a third of a second that is seldom needed
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            told = f"The database was made by a newer version of this service ({error})."
            raise DatabaseError(f"{told} Run that one, or restore a backup.") from error
