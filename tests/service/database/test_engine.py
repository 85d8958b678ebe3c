"""Opening the database."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text

from service.database.engine import HEAD, DatabaseError, open_database, upgrade
from service.database.tables import metadata, runs, teams

MIGRATIONS = Path(__file__).parents[3] / "service/database/migrations/versions"
TEAM = {"name": "a", "secret": b"s", "created_at": 1.0}


def test_the_migrations_make_the_tables(database_url: str) -> None:
    """What the migrations come to is what the code declares."""
    engine = open_database(database_url)
    with engine.connect() as connection:
        assert HEAD == connection.execute(text("select version_num from alembic_version")).scalar()
        assert [] == compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()


def test_the_last_migration_is_the_one_that_is_needed() -> None:
    """A new file under `versions` and a new `HEAD` come together."""
    assert HEAD == max(path.name[:4] for path in MIGRATIONS.glob("[0-9]*.py"))


@pytest.mark.parametrize("begun", ["0001"])
def test_what_is_there_survives_an_upgrade(database_url: str, begun: str) -> None:
    """A database of an older version, with data in it, has them still when it is up to date."""
    engine = open_database(database_url)
    metadata.drop_all(engine)
    with engine.begin() as connection:
        connection.execute(text("drop table alembic_version"))
    upgrade(engine, begun)
    with engine.begin() as connection:
        connection.execute(insert(teams).values(TEAM))
    engine.dispose()
    engine = open_database(database_url)
    with engine.begin() as connection:
        found = connection.execute(select(teams.c.id, teams.c.name)).one()
        assert "a" == found.name
        connection.execute(insert(runs).values(team_id=found.id, name="r", created_at=2.0))
    engine.dispose()


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    """It may have columns that this version would not fill."""
    url = f"sqlite:///{tmp_path / 'touchstone.db'}"
    engine = open_database(url)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    with pytest.raises(DatabaseError, match="newer version"):
        open_database(url)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("here", "is no URL of a database"),
        ("mysql://a:secret@b/c", "SQLite or PostgreSQL"),
        ("postgresql://a:secret@127.0.0.1:1/c", "refused"),
        ("sqlite:////proc/none/x.db", "/proc/none cannot be made"),
        ("sqlite:////dev/null/x.db", "/dev/null"),
    ],
)
def test_what_cannot_be_opened_is_said(url: str, words: str) -> None:
    """In words, and without the password."""
    with pytest.raises(DatabaseError, match=words) as caught:
        open_database(url)
    assert "secret" not in str(caught.value)
