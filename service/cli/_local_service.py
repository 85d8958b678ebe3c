"""A service of one's own for the length of a command: started on a free port, ended by its pid."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

_START_S = 60.0
_STOP_S = 30.0


class ServiceDidNotStartError(Exception):
    """The service ended, or was not ready in time."""


@contextmanager
def local_service() -> Iterator[str]:
    """Yield the URL of a service that is ready, with the judge of the environment's settings; end it afterwards.

    Raises:
        ServiceDidNotStartError: with what it wrote.
    """
    with tempfile.TemporaryDirectory(prefix="touchstone-") as folder:
        port_file, log_file = Path(folder, "port"), Path(folder, "log")
        environment = {name: value for name, value in os.environ.items() if not _is_left_out(name)} | {
            "TOUCHSTONE_PORT": "0",
            "TOUCHSTONE_PORT_FILE": str(port_file),
            "TOUCHSTONE_LOG_LEVEL": "warning",
            "TOUCHSTONE_DATA": folder,
            "TOUCHSTONE_RECORD": "false",
        }
        with log_file.open("wb") as log:
            process = subprocess.Popen([sys.executable, "-m", "service"], env=environment, stdout=log, stderr=log)
        try:
            yield _wait_until_ready(process, port_file, log_file)
        finally:
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _is_left_out(name: str) -> bool:
    """Return whether a setting is one of the service that this machine runs for others; the judge is everybody's."""
    return name.startswith("TOUCHSTONE_") and not name.startswith("TOUCHSTONE_JUDGE_")


def _wait_until_ready(process: "subprocess.Popen[bytes]", port_file: Path, log_file: Path) -> str:
    ends_at = time.monotonic() + _START_S
    while time.monotonic() < ends_at:
        if process.poll() is not None:
            break
        if port_file.exists() and _is_ready(url := f"http://127.0.0.1:{port_file.read_text().strip()}"):
            return url
        time.sleep(0.05)
    raise ServiceDidNotStartError(log_file.read_text(errors="replace")[-2000:] or "it wrote nothing")


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5, trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
