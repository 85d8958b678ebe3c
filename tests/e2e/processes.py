"""The service as a process of its own, which can be killed and started again where it was."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

_START_S = 120.0
_PYTHON = os.environ.get("TOUCHSTONE_TEST_SERVICE_PYTHON", sys.executable)
"""What runs the service: a trainer may be installed where the service is not."""


class ServiceProcess:
    """A service on a port of loopback, with its default settings but for these.

    Args:
        folder: Where it says its port.
        environment: Further variables.
        settings: Its settings, by their names without the prefix.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None, **settings: str) -> None:
        self._port_file = folder / "port"
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHSTONE_")}
        self._environment |= {"TOUCHSTONE_PORT_FILE": str(self._port_file), "TOUCHSTONE_LOG_LEVEL": "error"}
        self._environment |= {"TOUCHSTONE_DATA": str(folder / "data")}
        self._environment |= {f"TOUCHSTONE_{name.upper()}": value for name, value in settings.items()}
        self._environment |= environment or {}
        self._process: subprocess.Popen[bytes] | None = None
        self._output = folder / "output"
        self.port = 0

    @property
    def output(self) -> str:
        """What it and its workers have written to standard output and error."""
        return self._output.read_text(encoding="utf-8", errors="replace")

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, on the port that it had before if there is one, without waiting until it is ready."""
        environment = self._environment | {"TOUCHSTONE_PORT": str(self.port)}
        self._port_file.unlink(missing_ok=True)
        with self._output.open("ab") as output:
            self._process = subprocess.Popen([_PYTHON, "-m", "service"], env=environment, stdout=output, stderr=output)
        ends_at = time.monotonic() + _START_S
        while not self._port_file.exists():
            assert time.monotonic() < ends_at
            assert self._process.poll() is None, self.output
            time.sleep(0.02)
        self.port = int(self._port_file.read_text())

    def wait_ready(self) -> None:
        """Return when a worker is ready."""
        ends_at = time.monotonic() + _START_S
        while time.monotonic() < ends_at:
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz", timeout=5, trust_env=False).is_success:
                    return
            time.sleep(0.02)
        raise AssertionError("the service was not ready in time")

    def terminate(self) -> None:
        """Send SIGTERM, and go on."""
        assert self._process is not None
        self._process.terminate()

    def wait(self) -> int:
        """Return its exit code, once it has ended."""
        assert self._process is not None
        code = self._process.wait(_START_S)
        self._process = None
        return code

    def kill(self) -> None:
        """SIGKILL it: connections break, and whatever it knew is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def service_process(
    folder: Path, environment: Mapping[str, str] | None = None, **settings: str
) -> Iterator[ServiceProcess]:
    """Run a service that is ready; end it afterwards."""
    service = ServiceProcess(folder, environment, **settings)
    try:
        service.start()
        service.wait_ready()
        yield service
    finally:
        service.kill()
