"""Nothing that a caller sends stands in a log line, in a metric or in a trace of a service that is at its noisiest."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from typing_extensions import override

from tests.e2e.processes import ServiceProcess, service_process
from tests.service.judging.scripted_server import scripted_thread
from tests.service.judging.scripts import HONEST, SCRIPTS
from tests.service.judging.shown_texts import Request
from tests.service.judging.wire import Reply

CANARY = "canary4f1c"
"""Lower case, so that it may be a part of whatever a caller may name."""
BOMB = rf"{CANARY} \boxed{{9^{{9^{{9^{{9}}}}}}}} \boxed{{\sum_{{k=0}}^{{100000}} \binom{{100000}}{{k}}^3}}"
MATH = "/v1/rewards/math_equal@v2/score"
KEY = f"key-{CANARY}"
SENT = {
    "Authorization": f"Bearer {KEY}",
    "Idempotency-Key": f"idempotency-{CANARY}",
    "X-Run-ID": f"run-{CANARY}",
    "User-Agent": CANARY,
    "Cookie": CANARY,
    "baggage": f"b={CANARY}",
    "tracestate": f"a={CANARY}",
}
_MOODS = ("honest", "broken", "garbage", "wrong_schema", "hanging_up", "truncated", "refusing")


class Collector:
    """Takes what a service exports, whatever it is."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        taken = self.bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                taken[self.path] = taken.get(self.path, b"") + body
                self.send_response(200)
                self.end_headers()

            @override
            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator[None]:
        """Take what comes, in a thread."""
        thread = threading.Thread(target=self._server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()


def moody() -> Any:  # noqa: ANN401 - a script
    """Return a judge of many moods, one after the other."""
    asked = 0

    def judge(request: Request) -> Reply:
        nonlocal asked
        asked += 1
        return (SCRIPTS[_MOODS[asked % len(_MOODS)]] if asked > 20 else HONEST)(request)  # it is examined before

    return judge


@pytest.mark.e2e
def test_no_text_leaves_a_service(tmp_path: Path) -> None:
    """Scored, judged, crashed, refused or killed; at debug level, with traces, and with all that libraries offer."""
    collector = Collector()
    noisy = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "200",
        "FASTAPI_OTEL_AUTO_CONFIGURE": "true",
        "PYTHONWARNINGS": "always",
        "PYTHONASYNCIODEBUG": "1",
        "PYTHONFAULTHANDLER": "1",
    }
    with collector.running(), scripted_thread(moody()) as judge:
        settings = {
            "log_level": "debug",
            "api_key": KEY,
            "workers": "2",
            "max_body_mb": "1",
            "worker_memory_mb": "512",
            "judge_url": f"{judge.url}/v1",
            "judge_model": "scripted",
            "judge_key": f"judge-{CANARY}",
            "judge_cache": str(tmp_path / "judge.sqlite3"),
            "judge_retries": "0",
        }
        with service_process(tmp_path, noisy, **settings) as service:
            with httpx.Client(base_url=service.url, headers=SENT, timeout=60) as client:
                trouble(client, service)
                metrics = client.get("/metrics").raise_for_status().text
            service.terminate()
            assert 0 == service.wait()
    check_lines(service.output)
    assert CANARY not in metrics.lower()
    assert list(text_string_to_metric_families(metrics))
    traces = collector.bodies["/v1/traces"].lower()
    assert b"post /v1/score" in traces
    assert {"/v1/traces"} == set(collector.bodies)
    assert CANARY.encode() not in traces


def check_lines(output: str) -> None:
    """Check what was logged, which is a good deal."""
    assert 40 <= output.count('"request_answered"')
    assert '"batch_scored"' in output
    leaks = [line for line in output.splitlines() if CANARY in line.lower()]
    assert [] == leaks


def trouble(client: httpx.Client, service: ServiceProcess) -> None:
    """Ask for all that there is in all the ways that there are, and break what can be broken."""
    for path, body in bodies():
        client.post(path, json=body)
        client.post(path, content=f'{{"{CANARY}": {CANARY}', headers={"Content-Type": "application/json"})
        client.post(path, content=CANARY.encode("utf-16"), headers={"Content-Type": f"text/{CANARY}"})
    for method in ("GET", "PUT", "DELETE", "PATCH", CANARY.upper()):
        for path in ("/v1/score", f"/v1/rubrics/{CANARY}@v1", f"/v1/runs/{CANARY}", f"/{CANARY}?{CANARY}={CANARY}"):
            client.request(method, path)
    client.get("/v1/rewards", headers={"Authorization": f"Bearer {CANARY}"})
    client.get("/v1/rewards", headers={"Authorization": f"Basic {CANARY}"})
    client.post("/v1/score", content=CANARY * 200_000)
    hang_up(client, service)
    kill_a_worker(client, service)


def sample(**fields: object) -> dict[str, object]:
    """Return a sample that is full of it."""
    found = {"id": CANARY, "group": CANARY, "prompt": f"prompt {CANARY}", "completion": f"completion {CANARY}"}
    return {**found, **fields}


def bodies() -> Iterator[tuple[str, object]]:
    """Yield what is posted where."""
    reference = {"reference": {"answer": f"reference {CANARY}"}}
    hostile = [
        sample(completion=text, **reference)
        for text in (
            BOMB,
            f"{CANARY}{'(' * 50_000}",
            f"\x00{CANARY}\u202e",
            CANARY * 9_000,
        )
    ]
    yield MATH, {"samples": [sample(**reference), *hostile]}
    yield (
        MATH,
        {"samples": [sample(reference={CANARY: CANARY})], "params": {CANARY: CANARY}},
    )
    yield MATH, {"samples": CANARY, CANARY: CANARY}
    yield f"/v1/rewards/{CANARY}@v1/score", {"samples": [sample()]}
    yield "/v1/score", {"rewards": [{"reward": "math_equal@v2"}, {"reward": "f1@v1"}], "samples": [sample(**reference)]}
    yield "/v1/score", {"rewards": [{"reward": CANARY, "params": {CANARY: CANARY}}], "samples": [sample()]}
    for number in range(8):
        judged = [sample(completion=f"{CANARY} {number} {part}", **reference) for part in range(4)]
        yield "/v1/rewards/answer_judge@v1/score", {"samples": judged}
        yield "/v1/rewards/faithfulness@v1/score", {"samples": [sample(completion=f"1. {CANARY} {number}. 2. So 4.")]}
    yield "/v1/rewards/kimi_length@v2/score", {"samples": [sample(reference={"solution": CANARY})]}
    yield f"/v1/rubrics/{CANARY}@v1/score", {"samples": [sample(**reference)]}
    yield f"/compat/openrlhf/{CANARY}@v1", {"query": [CANARY], "prompts": [CANARY], "labels": [CANARY]}
    yield "/compat/openrlhf/math_equal@v2", {"query": [CANARY], "prompts": [CANARY], "labels": [CANARY]}
    yield "/compat/slime/math_equal@v2", {"response": CANARY, "label": CANARY, "prompt": CANARY}
    yield "/compat/verl/math_equal@v2", {"data_source": CANARY, "solution_str": CANARY, "ground_truth": CANARY}
    yield "/compat/nemo_gym/math_equal@v2/verify", {"response": CANARY, CANARY: CANARY}
    yield "/compat/sandbox_fusion/math_equal@v2/run_code", {"code": CANARY, "stdin": CANARY}


def bombs(name: str) -> dict[str, object]:
    """Return a batch that keeps every worker busy."""
    texts = [f"{BOMB} {name} {number}" for number in range(4)]
    return {"samples": [sample(completion=text, reference={"answer": CANARY}) for text in texts]}


def hang_up(client: httpx.Client, service: ServiceProcess) -> None:
    """Leave while it scores."""
    with suppress(httpx.TimeoutException):
        client.post(MATH, json=bombs("left"), timeout=0.3)
    assert httpx.get(f"{service.url}/healthz", timeout=5).is_success


def kill_a_worker(client: httpx.Client, service: ServiceProcess) -> None:
    """End every worker while it scores, as a kernel would that has no memory left."""
    asked = threading.Thread(target=lambda: client.post(MATH, json=bombs("killed")))
    asked.start()
    time.sleep(0.3)
    for pid in workers(service.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    asked.join()


def workers(pid: int) -> list[int]:
    """Return the processes of a service's forkserver."""
    servers = children(pid)
    return [worker for server in servers for worker in children(server)]


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]
