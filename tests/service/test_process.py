"""The whole program: `python -m service` starts, serves, drains and ends with the right exit code."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[2]
BASE = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TOUCHSTONE_PORT": "0", "TOUCHSTONE_WORKERS": "2"}
# A tower that Math-Verify never finishes: it takes the whole budget of 5 CPU seconds, or the deadline.
TOWER = {"completion": r"\boxed{9^{9^{9^{9}}}}", "reference": {"answer": "72"}}


class Service:
    """A running service."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, ready_s: float) -> None:
        self.process = process
        self.url = url
        self.ready_s = ready_s

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(30)


@contextmanager
def running(folder: Path, log: str | None = None, **environment: str) -> Iterator[Service]:
    """Start the program on a free port and wait until it is ready."""
    port_file = folder / "port"
    started = time.monotonic()
    with Path(log or folder / "log").open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "service"],
            env={
                **BASE,
                "TOUCHSTONE_PORT_FILE": str(port_file),
                "TOUCHSTONE_DATA": str(folder / "data"),
                **environment,
            },
            stderr=stream,
        )
    try:
        wait_for(port_file.exists, process)
        url = f"http://127.0.0.1:{int(port_file.read_text())}"
        wait_for(lambda: _is_ready(url), process)
        yield Service(process, url, time.monotonic() - started)
    finally:
        process.kill()
        process.wait()


def wait_for(condition: Any, process: subprocess.Popen[bytes]) -> None:  # noqa: ANN401 - any callable
    """Return when the condition holds and the process is alive."""
    ends_at = time.monotonic() + 30
    while not condition():
        assert process.poll() is None
        assert time.monotonic() < ends_at
        time.sleep(0.02)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").is_success
    except httpx.TransportError:
        return False


def refused(**environment: str) -> tuple[int, str]:
    """Return the exit code and the last words of a program that does not start."""
    with tempfile.TemporaryDirectory() as folder:
        own = {**BASE, "TOUCHSTONE_DATA": folder, **environment}
        done = subprocess.run([sys.executable, "-m", "service"], env=own, capture_output=True, timeout=30, check=False)
    return done.returncode, done.stderr.decode()


def test_sigterm_drains(tmp_path: Path) -> None:
    """A reply in flight is finished, every line of the log is JSON, and the exit code is 0."""
    replies: list[httpx.Response] = []
    with running(tmp_path) as service:
        print(f"start to ready: {service.ready_s:.2f} s")  # noqa: T201 - for -s
        call = threading.Thread(
            target=lambda: replies.append(
                httpx.post(
                    f"{service.url}/v1/rewards/math_equal@v1/score",
                    json={"samples": [TOWER], "deadline_ms": 2000},
                    timeout=20,
                )
            )
        )
        call.start()
        time.sleep(0.5)
        pids = children(service.process.pid)
        assert 0 == service.end()
        call.join()
        time.sleep(0.2)
        assert [] == [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    (reply,) = replies
    assert 200 == reply.status_code
    assert "deadline" == reply.json()["outcomes"][0]["kind"]
    events = [json.loads(line)["event"] for line in (tmp_path / "log").read_text().splitlines()]
    assert "service_started" == events[0]
    assert "service_stopped" == events[-1]


def children(pid: int) -> list[int]:
    """Return a process's descendants."""
    direct = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return direct + [below for child in direct for below in children(child)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_right_after_the_start_is_not_lost(tmp_path: Path, number: signal.Signals) -> None:
    """Whoever can read the port can also end the service."""
    port_file = tmp_path / "port"
    process = subprocess.Popen(
        [sys.executable, "-m", "service"],
        env={**BASE, "TOUCHSTONE_PORT_FILE": str(port_file), "TOUCHSTONE_DATA": str(tmp_path)},
        stderr=subprocess.DEVNULL,
    )
    try:
        ends_at = time.monotonic() + 30
        while not port_file.exists():
            assert time.monotonic() < ends_at
        process.send_signal(number)
        assert 0 == process.wait(20)
    finally:
        process.kill()
        process.wait()


def test_an_open_bind_without_a_key_is_refused() -> None:
    """Exit code 2 and the reason, on one line."""
    code, words = refused(TOUCHSTONE_HOST="0.0.0.0")  # noqa: S104 - it is refused
    assert 2 == code
    assert "binding 0.0.0.0 without a key" in words
    assert "TOUCHSTONE_API_KEY" in words
    assert "Traceback" not in words


def test_a_wrong_setting_is_named_without_its_value() -> None:
    """The value may be a secret in the wrong place."""
    code, words = refused(TOUCHSTONE_WORKERS="sesame")
    assert 2 == code
    assert "TOUCHSTONE_WORKERS: " in words
    assert "sesame" not in words


def test_a_taken_port_is_said() -> None:
    """Exit code 1 and the address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, words = refused(TOUCHSTONE_PORT=port)
    assert 1 == code
    assert f"cannot listen on 127.0.0.1:{port}" in words


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_costs_lines_and_no_request(tmp_path: Path) -> None:
    """The log cannot be written; every request is answered and the exit code is 0."""
    with running(tmp_path, log="/dev/full") as service:
        body = {"samples": [{"completion": "<answer>72</answer>"}]}
        for _ in range(20):
            assert httpx.post(f"{service.url}/v1/rewards/xml_count@v1/score", json=body).is_success
        assert 0 == service.end()


def test_a_client_that_hangs_up_kills_no_worker(tmp_path: Path) -> None:
    """Ten callers leave in the middle of their answers; the workers are the same as before."""
    with running(tmp_path) as service:
        wait_for(lambda: httpx.get(f"{service.url}/healthz").json()["workers_ready"] == 2, service.process)
        body = {"samples": [{"completion": f"so {n}", "reference": {"answer": str(n)}} for n in range(50)]}
        for _ in range(10):
            with contextlib.suppress(httpx.ReadTimeout):
                httpx.post(f"{service.url}/v1/rewards/math_equal@v1/score", json=body, timeout=0.02)
        reply = httpx.post(f"{service.url}/v1/rewards/math_equal@v1/score", json=body, timeout=60)
        assert {1.0} == {outcome["value"] for outcome in reply.json()["outcomes"]}
        health = httpx.get(f"{service.url}/healthz").json()
        assert (2, 0) == (health["workers_ready"], health["restarts"])


def test_headers_have_an_end(tmp_path: Path) -> None:
    """The program keeps its connections in bounds, as no other part of it could."""
    with running(tmp_path) as service:
        reply = httpx.get(f"{service.url}/healthz", headers={"X-Long": "y" * 100_000})
        assert 431 == reply.status_code
        assert httpx.get(f"{service.url}/healthz", headers={"X-Long": "y" * 50_000}).is_success


def test_nobody_scores_for_a_client_that_left(tmp_path: Path) -> None:
    """What a caller that hung up had waiting in the queue is dropped, and the next caller is served at once."""
    with running(tmp_path) as service:
        url = f"{service.url}/v1/rewards/math_equal@v1/score"
        dear = {"completion": "\\boxed{9^{9^{9^{9}}}}", "reference": {"answer": "1"}}
        with contextlib.suppress(httpx.ReadTimeout):
            httpx.post(url, json={"samples": [dear] * 400}, timeout=1)
        reply = httpx.post(url, json={"samples": [{"completion": "1", "reference": {"answer": "1"}}]}, timeout=30)
        assert 1.0 == reply.json()["outcomes"][0]["value"]
        wait_for(lambda: httpx.get(f"{service.url}/healthz").json()["queued"] == 0, service.process)


def test_the_port_is_published_whole(tmp_path: Path) -> None:
    """A reader of the port file sees all of it, and the log says the same."""
    with running(tmp_path, TOUCHSTONE_LOG_LEVEL="info") as service:
        assert 0 == service.end()
    started = json.loads((tmp_path / "log").read_text().splitlines()[0])
    assert service.url == started["url"]
    assert re.fullmatch(r"[0-9]+\n", (tmp_path / "port").read_text())
    assert ["data", "log", "port"] == sorted(path.name for path in tmp_path.iterdir())
