"""The service is killed under load, again and again, and the record has every answer that was given."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from service.database.engine import open_database
from tests.service.record.recording import kept_texts, rows

pytestmark = [pytest.mark.e2e, pytest.mark.anyio, pytest.mark.timeout(1800)]

CALLERS = 6
LOAD_S = (0.2, 1.2)
START_S = 120.0
PATHS = ("/v1/rewards/math_equal@v2/score", "/v1/score")


def start(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Return a service that is ready, and its URL."""
    port_file = folder / "port"
    port_file.unlink(missing_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHSTONE_")} | {
        "TOUCHSTONE_DATA": str(folder),
        "TOUCHSTONE_PORT": "0",
        "TOUCHSTONE_PORT_FILE": str(port_file),
        "TOUCHSTONE_WORKERS": "1",
        "TOUCHSTONE_RECORD_TEXTS": "all",
        "TOUCHSTONE_LOG_LEVEL": "error",
    }
    process = subprocess.Popen([sys.executable, "-m", "service"], env=environment)
    ends_at = time.monotonic() + START_S
    while time.monotonic() < ends_at and process.poll() is None:
        if port_file.exists() and (url := f"http://127.0.0.1:{port_file.read_text().strip()}"):
            try:
                if httpx.get(f"{url}/readyz", trust_env=False).is_success:
                    return process, url
            except httpx.TransportError:
                pass
        time.sleep(0.05)
    process.kill()
    process.wait()
    raise TimeoutError


async def call(client: httpx.AsyncClient, name: str, answered: dict[str, int]) -> None:
    """Send requests until there is nobody to answer, and note what was answered."""
    for number in range(10**6):
        request_id, size = f"{name}-{number}", 1 + number % 30
        texts = [f"{request_id} {n} \\boxed{{{n}}}" for n in range(size)]
        body: dict[str, object] = {"samples": [{"completion": each, "reference": {"answer": "3"}} for each in texts]}
        path = PATHS[number % 2]
        if path == "/v1/score":
            body["rewards"] = [{"reward": "math_equal@v2"}, {"reward": "exact_match@v1"}]
        headers = {"X-Request-ID": request_id, "X-Run-ID": f"run{number % 3}"}
        try:
            reply = await client.post(path, json=body, headers=headers)
        except httpx.TransportError:
            return
        assert 200 == reply.status_code
        answered[request_id] = size


@pytest.mark.parametrize("kills", [20])
async def test_every_answer_is_in_the_record(tmp_path: Path, kills: int) -> None:
    """With all its results, scores and texts; and nothing is there by halves, answered or not."""
    answered: dict[str, int] = {}
    for turn in range(kills):
        process, url = await asyncio.to_thread(start, tmp_path)
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:
            calls = [asyncio.ensure_future(call(client, f"{turn}-{each}", answered)) for each in range(CALLERS)]
            await asyncio.sleep(random.uniform(*LOAD_S))  # noqa: S311 - any moment will do
            os.kill(process.pid, signal.SIGKILL)
            await asyncio.gather(*calls)
        process.wait()
    engine = open_database(f"sqlite:///{tmp_path / 'touchstone.db'}")
    query = (
        "select request_id, samples, length(fingerprints) / 32, "
        "(select count(*) from results where results.request_id = requests.id), "
        "(select count(*) from scores join results on results.id = result_id where results.request_id = requests.id) "
        "from requests"
    )
    found = {}
    for request_id, size, fingerprints, results, scores in rows(engine, query):
        assert request_id not in found
        found[request_id] = size
        asked = 1 + int(request_id.rpartition("-")[2]) % 2
        assert (size, asked, size * asked) == (fingerprints, results, scores)
    assert len(answered) > kills
    assert answered.items() <= found.items()
    texts = [sample["completion"] for frame in kept_texts(engine, tmp_path) for sample in frame["samples"]]
    wanted = [f"{request_id} {n} \\boxed{{{n}}}" for request_id, size in found.items() for n in range(size)]
    assert sorted(wanted) == sorted(texts)
    engine.dispose()
