"""The service that the benchmarks measure: the real one, in processes of its own, with two routes added.

`/noop` reads a body and answers nothing: what the same server takes for a request without any work. `/lag` says for how
many milliseconds the event loop was blocked at most since it was last asked. Neither is part of the product.

    python -m benchmarks.serving PORT_FILE
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from fastapi import FastAPI, Request
from starlette.responses import Response

from rewards.registry import discover
from service import telemetry
from service.__main__ import _run, _server
from service.listener import listen
from service.settings import Settings
from service.tracing import NoTracer

_START_S = 60.0
_LAG_STEP_S = 0.002
REWARD = "math_equal@v2"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Service:
    """A running service."""

    url: str
    port: int
    pid: int
    ready_s: float
    """Seconds from the start of the process until its first worker was ready."""

    def pids(self) -> list[int]:
        """Return the process ids of the service, its forkserver and its workers."""
        return [self.pid, *_descendants(self.pid)]

    def cpu_s(self) -> float:
        """Return the CPU seconds that the service and its workers, the dead ones too, have used."""
        return sum(_cpu_s(pid) for pid in self.pids())


@contextmanager
def serving(**settings: str) -> Iterator[Service]:
    """Start a service with its default settings but for these and the log level; yield it when all workers are ready.

    Raises:
        RuntimeError: it did not start.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHSTONE_")}
    with tempfile.TemporaryDirectory(prefix="touchstone-") as folder:
        environment |= {"TOUCHSTONE_LOG_LEVEL": "warning", "TOUCHSTONE_DATA": folder}
        environment |= {f"TOUCHSTONE_{name.upper()}": value for name, value in settings.items()}
        port_file = Path(folder, "port")
        started = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", "benchmarks.serving", str(port_file)], env=environment)  # noqa: S603
        try:
            port = _until(process, lambda: int(port_file.read_text()) if port_file.exists() else 0)
            url = f"http://127.0.0.1:{port}"
            _until(process, lambda: _workers(url) > 0)
            ready_s = time.perf_counter() - started
            _until(process, lambda: _workers(url) == (os.cpu_count() or 1))
            yield Service(url, port, process.pid, ready_s)
        finally:
            process.terminate()
            process.wait()


def default_reward() -> str:
    """Return the reward that the benchmarks ask unless told otherwise: the newest version of `math_equal`."""
    return REWARD if REWARD in discover() else "math_equal@v1"


def main() -> None:
    """Serve until ended."""
    port_file = Path(sys.argv[1])
    settings = Settings(port=0)
    log = telemetry.configure(settings.log_level, telemetry.standard_error())
    server = _server(settings, log, NoTracer())
    listener = listen(settings.host, settings.port)
    app = server.config.app
    if not isinstance(app, FastAPI):
        raise TypeError("the service is no FastAPI app any more")

    @app.post("/noop")
    async def noop(request: Request) -> Response:
        """Read the body."""
        await request.body()
        return Response(b"{}", media_type="application/json")

    lag = _Lag()

    @app.get("/lag")
    async def lagged() -> float:
        """Say how long the loop was blocked, and begin anew."""
        return lag.since_last_asked()

    draft = port_file.with_suffix(".draft")
    draft.write_text(str(listener.getsockname()[1]))
    draft.rename(port_file)
    _run(server, [listener])


class _Lag:
    """Wakes up every few milliseconds and sees how late it is, from when it is first asked."""

    def __init__(self) -> None:
        self._most_ms = 0.0
        self._task: asyncio.Task[None] | None = None

    def since_last_asked(self) -> float:
        """Return the longest time that the loop was late, in milliseconds."""
        if self._task is None:
            self._task = asyncio.ensure_future(self._watch())
        most, self._most_ms = self._most_ms, 0.0
        return most

    async def _watch(self) -> None:
        while True:
            started = time.perf_counter()
            await asyncio.sleep(_LAG_STEP_S)
            self._most_ms = max(self._most_ms, (time.perf_counter() - started - _LAG_STEP_S) * 1000)


def _until(process: "subprocess.Popen[bytes]", found: Callable[[], int]) -> int:
    ends_at = time.monotonic() + _START_S
    while time.monotonic() < ends_at and process.poll() is None:
        if value := found():
            return value
        time.sleep(0.02)
    raise RuntimeError("the service did not start")


def _workers(url: str) -> int:
    """Return how many workers are ready."""
    try:
        return int(httpx.get(f"{url}/healthz", timeout=5, trust_env=False).json()["workers_ready"])
    except httpx.TransportError:
        return 0


def _descendants(pid: int) -> list[int]:
    direct = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        direct += [int(child) for child in (task / "children").read_text().split()]
    return direct + [below for child in direct for below in _descendants(child)]


def _cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process and of those below it that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS


if __name__ == "__main__":
    main()
