"""A service whose PostgreSQL is stopped and started again: it scores on, and finds back to it by itself."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from service.call import Role
from service.database.engine import open_database
from service.teams.key_store import KeyStore
from tests.e2e.processes import service_process
from tests.service.databases import OwnPostgresql, postgresql_database
from tests.service.record.recording import rows

pytestmark = pytest.mark.e2e

PATH = "/v1/rewards/xml_count@v1/score"
AWAY_S = 4.0
BACK_S = 20.0
"""The record is tried again after pauses that double, and keys are read each second."""


@pytest.fixture
def server() -> Iterator[OwnPostgresql]:
    """A PostgreSQL that runs."""
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        found = OwnPostgresql(Path(folder) / "data")
        found.start()
        yield found
        found.stop()


def test_a_database_that_is_stopped_is_missed_and_found_again(server: OwnPostgresql, tmp_path: Path) -> None:
    """Scores go on and say that they are unrecorded, keys and quotas hold; then all is as before, without a restart."""
    with postgresql_database(server.url) as url:
        engine = open_database(url)
        store = KeyStore(engine)
        _, secret = store.create("maths", Role.ADMIN)
        store.set_limits("maths", {"samples_per_min": 60_000})
        headers = {"Authorization": f"Bearer {secret.text}"}
        with (
            service_process(tmp_path, database_url=url, workers="1") as service,
            httpx.Client(base_url=service.url, headers=headers, timeout=30, trust_env=False) as client,
        ):
            assert is_recorded(client, "before")
            server.stop()
            unrecorded, longest_s = away(client)
            server.start()
            back_s = seconds_until(lambda: is_recorded(client, "after"))
            engine.dispose()
            made = store.create("later", Role.SCORE)[1]
            known_s = seconds_until(lambda: status(client, made.text) == 200)
            counted = rows(engine, "select counted_at from allowances")
            shared_s = seconds_until(lambda: rows(engine, "select counted_at from allowances") > counted)
            print(  # noqa: T201 - for -s
                f"{unrecorded} scored without the database, the slowest in {longest_s:.2f} s; recorded again after "
                f"{back_s:.1f} s, a key known after {known_s:.1f} s, quotas shared after {shared_s:.1f} s"
            )
        ids = [request_id for (request_id,) in rows(engine, "select request_id from requests order by id")]
        assert ("before", "after") == (ids[0], ids[-1])
        assert not any(each.startswith("away") for each in ids)
        engine.dispose()


def away(client: httpx.Client) -> tuple[int, float]:
    """Score while there is no database; return how often, and the longest that it took."""
    longest_s, number = 0.0, 0
    ends_at = time.monotonic() + AWAY_S
    while time.monotonic() < ends_at:
        began = time.monotonic()
        assert not is_recorded(client, f"away-{number}")
        longest_s = max(longest_s, time.monotonic() - began)
        number += 1
        time.sleep(0.05)
    assert 401 == status(client, "none")
    assert longest_s < 5
    return number, longest_s


def is_recorded(client: httpx.Client, request_id: str) -> bool:
    """Have something scored, and return whether it was written down."""
    body = {"samples": [{"completion": f"<answer>{time.monotonic()}</answer>"}]}
    headers = {"X-Request-ID": request_id, "Idempotency-Key": f"{request_id}-{time.monotonic()}"}
    reply = client.post(PATH, json=body, headers=headers).raise_for_status()
    assert "scored" == reply.json()["outcomes"][0]["status"]
    return "X-Touchstone-Unrecorded" not in reply.headers


def status(client: httpx.Client, key: str) -> int:
    """Return what the service says to a key."""
    return client.get("/v1/rewards", headers={"Authorization": f"Bearer {key}"}).status_code


def seconds_until(condition: Callable[[], bool]) -> float:
    """Return how long it took until the condition held."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < BACK_S
        time.sleep(0.05)
    return time.monotonic() - began
