"""What a run comes to, while the service itself writes and deletes."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from service.database.engine import open_database
from service.database.tables import runs, tallies
from service.record.deletion import delete_expired
from tests.service.record.recorded import BEGAN, Asked, Recorded, failed, scored


@pytest.fixture
def engine(database_url: str) -> Engine:
    """A database of either kind."""
    return open_database(database_url)


def test_what_is_deleted_is_counted_no_longer(engine: Engine, tmp_path: Path) -> None:
    """Neither in the run nor in its minutes."""
    record = Recorded(engine, tmp_path / "texts")
    for at in (0, 10, 90):
        record.add("local", "r", Asked({"a@v1": [scored(0.5), failed("crash")]}, at=BEGAN + at, step=3))
    assert [(2, 2, 1.0), (1, 1, 0.5)] == _minutes(engine)
    assert (3, 6, BEGAN, BEGAN + 90) == _run(engine)
    while delete_expired(engine, BEGAN + 20):
        pass
    assert [(1, 1, 0.5)] == _minutes(engine)
    assert (1, 2, BEGAN + 90, BEGAN + 90) == _run(engine)
    engine.dispose()


def _minutes(engine: Engine) -> list[tuple[int, int, float]]:
    columns = (tallies.c.scored, tallies.c.failed, tallies.c.total)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(tallies.c.minute))]  # type: ignore[misc]


def _run(engine: Engine) -> tuple[int, int, float, float]:
    columns = (runs.c.requests, runs.c.samples, runs.c.first_at, runs.c.last_at)
    with engine.connect() as connection:
        return tuple(connection.execute(select(*columns)).one())  # type: ignore[return-value]
