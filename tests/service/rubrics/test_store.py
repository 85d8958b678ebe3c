"""Where teams' rubrics are kept: the same in memory, on SQLite and on PostgreSQL."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.database.engine import open_database
from service.rubrics.rubric import Part, RubricBody
from service.rubrics.store import DatabaseRubrics, MemoryRubrics, RubricStore

BODY = RubricBody(description="Both.", parts=[Part(reward="matches@v1"), Part(reward="length@v1", clamp=(0, 1))])
OTHER = RubricBody(parts=[Part(reward="matches@v1")])


@pytest.fixture
def database(database_url: str) -> Iterator[RubricStore]:
    """Rubrics in an empty database."""
    engine = open_database(database_url)
    yield DatabaseRubrics(engine)
    engine.dispose()


def check(store: RubricStore) -> None:
    """Put rubrics, and find each where it belongs."""
    assert (None, {}) == (store.find("a", "both@v1"), store.of_team("a"))
    assert [BODY, BODY, OTHER] == [
        store.put(team, "both@v1", body) for team, body in (("a", BODY), ("a", OTHER), ("b", OTHER))
    ]
    store.put("a", "more@v1", OTHER)
    assert [BODY, OTHER, None] == [store.find(team, "both@v1") for team in ("a", "b", "c")]
    assert [{"both@v1": BODY, "more@v1": OTHER}, {"both@v1": OTHER}, {}] == [store.of_team(t) for t in ("a", "b", "c")]


def test_memory_keeps_rubrics() -> None:
    """For as long as it lasts."""
    check(MemoryRubrics())


def test_a_database_keeps_rubrics(database: RubricStore) -> None:
    """Each for its team, the first of a name."""
    check(database)


def test_one_of_many_writers_is_first(database: RubricStore) -> None:
    """And all of them are told which."""
    bodies = [RubricBody(description=str(number), parts=OTHER.parts) for number in range(8)]
    with ThreadPoolExecutor(4) as threads:
        kept = list(threads.map(lambda body: database.put("a", "both@v1", body), bodies))
    assert [database.find("a", "both@v1")] * 8 == kept


def test_one_of_many_puts_at_once_wins(database_url: str) -> None:
    """And everybody hears what it says."""
    engine = open_database(database_url)
    bodies = [RubricBody(description=str(number), parts=BODY.parts) for number in range(6)]
    stores = [DatabaseRubrics(engine) for _ in bodies]
    gate = threading.Barrier(len(bodies))

    def put(number: int) -> RubricBody:
        gate.wait()
        return stores[number].put("a", "raced@v1", bodies[number])

    with ThreadPoolExecutor(len(bodies)) as threads:
        kept = list(threads.map(put, range(len(bodies))))
    assert [stores[0].find("a", "raced@v1")] * len(bodies) == kept
    engine.dispose()
