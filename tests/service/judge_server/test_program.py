"""`touchstone judge-server` as a program: what it says, whom it lets in, how many it lets wait, how it ends."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests.service.judge_server.running import COMMAND, environment, judge_server

pytestmark = pytest.mark.e2e

HELD_UP_S = 0.5
"""The longest that a look at the server's health may take while it generates, on a machine that does other things."""


def ended(*arguments: str, missing: str = "nothing") -> tuple[int, str]:
    """Return the exit code of the command without one module, and what it wrote on standard error."""
    program = f"import sys; sys.modules[{missing!r}] = None; from service.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, *COMMAND[3:], *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, " ".join(done.stderr.split())


def ask(url: str, key: str = "", timeout_s: float = 60, **more: Any) -> httpx.Response:  # noqa: ANN401 - JSON
    """Ask a server for as much as it gives."""
    body = {"model": "babbler", "messages": [{"role": "user", "content": "Go on."}], "temperature": 0} | more
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.post(f"{url}/chat/completions", json=body, timeout=timeout_s, headers=headers)


def under_way(url: str) -> int:
    """Return how many requests the server has."""
    return int(httpx.get(url.replace("/v1", "/health"), timeout=10).json()["under_way"])


def wait_until(url: str, count: int) -> None:
    """Return when the server has that many requests."""
    ends_at = time.monotonic() + 20
    while under_way(url) != count:
        assert time.monotonic() < ends_at
        time.sleep(0.02)


def test_it_says_what_to_set_lets_in_who_has_the_key_and_ends_well(taught: Path, tmp_path: Path) -> None:
    """The two variables are printed, a wrong key is refused, and SIGTERM waits for the reply under way."""
    log, options = tmp_path / "log", ("--name", "org/tiny", "--api-key", "open sesame")
    with judge_server(taught, log, *options) as (url, process), ThreadPoolExecutor() as pool:
        refused = httpx.get(f"{url}/models", headers={"Authorization": "Bearer wrong"})
        assert (401, "invalid_api_key") == (refused.status_code, refused.json()["error"]["code"])
        with openai.OpenAI(base_url=url, api_key="open sesame", max_retries=0) as client:
            assert ["org/tiny"] == [each.id for each in client.models.list().data]
        assert 0 == under_way(url)
        long = [{"role": "user", "content": "{" * 12_000}]
        asked = pool.submit(ask, url, model="org/tiny", key="open sesame", messages=long)
        wait_until(url, 1)
        process.send_signal(signal.SIGTERM)
        assert (200, 0) == (asked.result(30).status_code, process.wait(20))
    written = log.read_text()
    assert f"export TOUCHSTONE_JUDGE_URL={url}" in written
    assert "export TOUCHSTONE_JUDGE_MODEL=org/tiny" in written
    assert "weights on cpu, reads 16,384 tokens" in written


def test_one_too_many_waits_elsewhere_and_whoever_hangs_up_costs_nothing_more(babbler: Path, tmp_path: Path) -> None:
    """A third request is 429 at once, the event loop is free meanwhile, and nothing is generated for nobody."""
    options = ("--max-queued", "2", "--max-new-tokens", "16000")
    with judge_server(babbler, tmp_path / "log", *options) as (url, _), ThreadPoolExecutor() as pool:
        waiting = [pool.submit(ask, url, timeout_s=3) for _ in range(2)]
        wait_until(url, 2)
        refused = ask(url)
        assert (429, "rate_limit_exceeded") == (refused.status_code, refused.json()["error"]["code"])
        assert int(refused.headers["Retry-After"]) >= 1
        longest_s = longest_look(url, lambda: all(each.done() for each in waiting))
        assert [True, True] == [isinstance(each.exception(), httpx.ReadTimeout) for each in waiting]
        wait_until(url, 0)
        assert 200 == ask(url, max_tokens=2).status_code
        assert longest_s < HELD_UP_S


def longest_look(url: str, ended: Callable[[], bool]) -> float:
    """Look at the server's health until something has ended; return the most seconds that a look took."""
    longest_s = 0.0
    with httpx.Client() as client:
        while not ended():
            began = time.perf_counter()
            client.get(url.replace("/v1", "/health"), timeout=10)
            longest_s = max(longest_s, time.perf_counter() - began)
            time.sleep(0.01)
    return longest_s


def test_a_network_needs_a_key(taught: Path) -> None:
    """An address that others can reach is refused without one."""
    code, said = ended(str(taught), "--host", "0.0.0.0")  # noqa: S104 - it is refused
    assert (2, True) == (code, "give --api-key" in said)


def test_it_explains_itself_without_a_model_library() -> None:
    """`--help` imports nothing heavy."""
    assert (0, "") == ended("--help", missing="torch")


@pytest.mark.parametrize("missing", ["torch", "transformers"])
def test_what_is_not_installed_is_named(tmp_path: Path, missing: str) -> None:
    """The message says what to install."""
    code, said = ended(str(tmp_path), missing=missing)
    assert (1, True) == (code, f"needs {missing}: pip install 'touchstone-rl[service,judge]'" in said)


def test_a_folder_without_a_model_is_wrong_usage(tmp_path: Path) -> None:
    """The message names the folder."""
    code, said = ended(str(tmp_path), "--port", "0")
    assert (2, True) == (code, f"{tmp_path} cannot be loaded" in said)


def test_a_port_that_is_taken_is_named(taught: Path) -> None:
    """The program ends before it loads anything."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = ended(str(taught), "--port", str(port))
    assert (1, True) == (code, f"cannot listen on 127.0.0.1:{port}" in said)
