"""How these tests run the judge server: the real command, as a process of its own, on a free port."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-c", "from service.cli import main; main()", "judge-server"]
_START_S = 120.0


def environment() -> dict[str, str]:
    """Return an environment in which no setting of this machine's is left, and no hub is asked."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHSTONE_")}
    return kept | {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "NO_COLOR": "1", "COLUMNS": "200"}


@contextmanager
def judge_server(model: Path, log: Path, *options: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Run the command for a model; yield its base URL and the process, which is ended afterwards."""
    port_file = log.with_suffix(".port")
    arguments = [str(model), "--port", "0", "--port-file", str(port_file), "--threads", "1", *options]
    with log.open("wb") as stream:
        process = subprocess.Popen([*COMMAND, *arguments], env=environment(), stdout=stream, stderr=stream)
    try:
        ends_at = time.monotonic() + _START_S
        while not port_file.exists():
            assert process.poll() is None, log.read_text(errors="replace")
            assert time.monotonic() < ends_at, log.read_text(errors="replace")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port_file.read_text().strip()}/v1", process
    finally:
        process.terminate()
        process.wait(30)
