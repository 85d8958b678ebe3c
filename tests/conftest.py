"""What the tests of the service share: one forkserver, and a server where a test needs one."""

from collections.abc import Iterator
from multiprocessing import forkserver
from pathlib import Path

import httpx
import pytest
from hypothesis import settings as hypothesis_settings
from pydantic import SecretStr

from service.settings import Settings
from tests.service.databases import KINDS, postgresql_database, postgresql_server
from tests.service.running import TEST_REWARDS, preload, running_service

hypothesis_settings.register_profile("quick", max_examples=20, deadline=None)
hypothesis_settings.register_profile("thorough", max_examples=1000, deadline=None)
hypothesis_settings.load_profile("quick")
"""`pytest --hypothesis-profile=thorough` looks longer."""


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the service does."""
    return "asyncio"


@pytest.fixture(scope="session")
def warm_forkserver() -> None:
    """One forkserver with all rewards preloaded serves the pools of every test."""
    preload()
    forkserver.ensure_running()


@pytest.fixture(scope="session")
def live_url(warm_forkserver: None) -> Iterator[str]:  # noqa: ARG001 - it runs
    """The service with the published rewards."""
    with running_service("rewards", Settings(workers=2)) as url:
        yield url


@pytest.fixture(scope="session")
def test_url(warm_forkserver: None) -> Iterator[str]:  # noqa: ARG001 - it runs
    """The service with the test rewards and small limits."""
    settings = Settings(workers=2, max_text_chars=1000, max_batch=500, max_body_mb=40)
    with running_service(TEST_REWARDS, settings) as url:
        yield url


@pytest.fixture(scope="session")
def locked_url(warm_forkserver: None) -> Iterator[str]:  # noqa: ARG001 - it runs
    """The service with a key, `open sesame`."""
    settings = Settings(workers=2, api_key=SecretStr("open sesame"), max_body_mb=0.01)
    with running_service(TEST_REWARDS, settings, max_queued=10) as url:
        yield url


@pytest.fixture(scope="session")
def live(live_url: str) -> Iterator[httpx.Client]:
    """A client of the service with the published rewards."""
    with httpx.Client(base_url=live_url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def testbed(test_url: str) -> Iterator[httpx.Client]:
    """A client of the service with the test rewards."""
    with httpx.Client(base_url=test_url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def locked(locked_url: str) -> Iterator[httpx.Client]:
    """A client, without the key, of the service that wants one."""
    with httpx.Client(base_url=locked_url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL; the test is skipped where there is none."""
    with postgresql_server() as url:
        yield url


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind, in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'touchstone.db'}"
        return
    with postgresql_database(request.getfixturevalue("postgresql_url")) as url:
        yield url
