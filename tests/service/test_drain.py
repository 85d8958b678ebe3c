"""A service that is told to end is not ready first, and refuses connections only then."""

import asyncio
import signal
from dataclasses import dataclass

import httpx
import pytest
import uvicorn

from rewards import digest
from rewards.registry import discover
from service import telemetry
from service.app import create_app
from service.drain import Drain, DrainingServer
from service.operating import Operating
from service.pool import Pool
from service.settings import Settings
from tests.service.running import TEST_REWARDS, until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("warm_forkserver")]


@dataclass(frozen=True)
class Ending:
    """A server, and whether it is about to end."""

    server: DrainingServer
    drain: Drain


def ending(lame_duck_s: float) -> Ending:
    """Return a server that serves nothing."""
    drain = Drain()
    return Ending(DrainingServer(uvicorn.Config(lambda _: None), drain, lame_duck_s), drain)  # type: ignore[arg-type, return-value]


async def test_sigterm_waits_for_the_balancers() -> None:
    """The end has begun at once, and comes after a while."""
    found = ending(0.05)
    found.server.handle_exit(signal.SIGTERM, None)
    assert (True, False) == (found.drain.has_begun, await found.server.on_tick(1))
    await asyncio.sleep(0.06)
    assert await found.server.on_tick(2)


async def test_without_a_while_sigterm_ends_at_once() -> None:
    """As where nobody asks `/readyz`."""
    found = ending(0)
    found.server.handle_exit(signal.SIGTERM, None)
    assert await found.server.on_tick(1)


@pytest.mark.parametrize(
    "signals", [[signal.SIGINT], [signal.SIGTERM, signal.SIGTERM], [signal.SIGTERM, signal.SIGINT]]
)
async def test_a_person_does_not_wait(signals: list[signal.Signals]) -> None:
    """Ctrl-C, or a second signal of any kind, ends it at once."""
    found = ending(3600)
    for number in signals:
        found.server.handle_exit(number, None)
    assert found.drain.has_begun
    assert await found.server.on_tick(1)
    assert not found.server.force_exit


async def test_readiness_ends_before_the_service_does() -> None:
    """`/readyz` says so, everything else is answered as ever, and each answer closes its connection."""
    registry, operating = discover(TEST_REWARDS), Operating()
    pool = Pool(TEST_REWARDS, workers=1, memory_bytes=1 << 29)
    app = create_app(
        Settings(workers=1), registry, digest.digests(registry), pool, telemetry.quiet(), operating=operating
    )
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://a") as client:
        await until(lambda: pool.status.ready == 1)
        ready = await client.get("/readyz")
        assert (200, "ok") == (ready.status_code, ready.json()["status"])
        assert "connection" not in ready.headers
        operating.drain.has_begun = True
        ready = await client.get("/readyz")
        assert (503, "draining") == (ready.status_code, ready.json()["status"])
        assert 200 == (await client.get("/healthz")).status_code
        reply = await client.post("/v1/rewards/length@v1/score", json={"samples": [{"completion": "a"}]})
        assert (200, "close") == (reply.status_code, reply.headers["connection"])
