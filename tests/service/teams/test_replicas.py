"""Two services on one PostgreSQL: what is done to keys and rubrics holds on both."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from service.call import Role
from service.database.engine import open_database
from service.teams.key_store import KeyStore
from tests.service.databases import postgresql_database
from tests.service.test_process import Service, refused, running

HOLDS_WITHIN_S = 2.0


@pytest.fixture
def url(postgresql_url: str) -> Iterator[str]:
    """An empty database of a PostgreSQL."""
    with postgresql_database(postgresql_url) as found:
        yield found


@pytest.fixture
def store(url: str) -> Iterator[KeyStore]:
    """Its keys."""
    engine = open_database(url)
    yield KeyStore(engine)
    engine.dispose()


@pytest.fixture
def replicas(url: str, store: KeyStore, tmp_path: Path) -> Iterator[list[Service]]:
    """Two services on it, which start with one key."""
    store.create("first", Role.ADMIN)
    folders = [tmp_path / "1", tmp_path / "2"]
    for folder in folders:
        folder.mkdir()
    settings = {"TOUCHSTONE_DATABASE_URL": url, "TOUCHSTONE_WORKERS": "1"}
    with running(folders[0], **settings) as one, running(folders[1], **settings) as two:
        yield [one, two]


def test_keys_hold_on_both(replicas: list[Service], store: KeyStore) -> None:
    """A new one opens both within two seconds, and a revoked one neither."""
    key, secret = store.create("maths", Role.ADMIN)

    def statuses() -> list[int]:
        return [get(replica, "/v1/rewards", secret.text).status_code for replica in replicas]

    opened_s = seconds_until(lambda: statuses() == [200, 200])
    store.revoke(key.name)
    shut_s = seconds_until(lambda: statuses() == [401, 401])
    print(f"a new key: {opened_s:.2f} s, a revoked one: {shut_s:.2f} s")  # noqa: T201 - for -s
    assert max(opened_s, shut_s) < HOLDS_WITHIN_S
    assert [401, 401] == [get(replica, "/v1/rewards", "none").status_code for replica in replicas]


def test_rubrics_are_found_on_both(replicas: list[Service], store: KeyStore) -> None:
    """At once, also where the other was asked in vain before."""
    _, secret = store.create("maths", Role.ADMIN)
    one, two = replicas
    seconds_until(lambda: all(get(each, "/v1/rewards", secret.text).is_success for each in replicas))
    path, rubric = "/v1/rubrics/own@v1", {"parts": [{"reward": "math_equal@v2"}]}
    assert 404 == get(two, path, secret.text).status_code
    assert 201 == httpx.put(f"{one.url}{path}", json=rubric, headers=bearer(secret.text)).status_code
    assert get(one, path, secret.text).json() == get(two, path, secret.text).json()
    assert ["own@v1"] == [each["id"] for each in get(two, "/v1/rubrics", secret.text).json()["rubrics"]]


def test_a_bind_for_others_needs_a_key_that_works(url: str, store: KeyStore) -> None:
    """A revoked one is none."""
    key, _ = store.create("maths", Role.SCORE)
    store.revoke(key.name)
    code, words = refused(TOUCHSTONE_HOST="0.0.0.0", TOUCHSTONE_DATABASE_URL=url)  # noqa: S104 - it is refused
    assert (2, True) == (code, "touchstone keys create" in words)


def bearer(key: str) -> dict[str, str]:
    """Return the header that carries a key."""
    return {"Authorization": f"Bearer {key}"}


def get(replica: Service, path: str, key: str) -> httpx.Response:
    """Ask a replica."""
    return httpx.get(f"{replica.url}{path}", headers=bearer(key))


def seconds_until(condition: Callable[[], bool]) -> float:
    """Return how long it took until the condition held."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < 20
        time.sleep(0.05)
    return time.monotonic() - began
