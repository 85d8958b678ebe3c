"""Two services on one PostgreSQL, as whole programs: to their callers they are one."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from service.quotas.allowance import BURST_S
from service.quotas.leases import LEASE_S
from service.record.claims import LASTS_S
from tests.e2e.processes import ServiceProcess, service_process
from tests.service.databases import postgresql_database
from tests.service.judging.fair import fair
from tests.service.judging.scripted_server import ScriptedServer, scripted_thread
from tests.service.judging.shown_texts import Request, texts_of
from tests.service.judging.wire import Reply

pytestmark = pytest.mark.e2e

JUDGED = "faithfulness@v1"
PLAIN = "xml_count@v1"
REVOKED_WITHIN_S = 2.0
SLOW_S = 3.0
"""What the judge takes over a text that says `slowly`."""


def judge(request: Request) -> Reply:
    """Answer fairly, and some texts slowly."""
    reply = fair(request)
    return replace(reply, delay_s=SLOW_S) if any("slowly" in text for text in texts_of(request)) else reply


@dataclass
class Deployment:
    """Two replicas, their judge, and the command line beside them."""

    url: str
    replicas: list[ServiceProcess]
    judge: ScriptedServer

    def touchstone(self, *arguments: str) -> Any:  # noqa: ANN401 - JSON
        """Run a command as an operator does; return what it prints as JSON."""
        command = [sys.executable, "-c", "from service.cli import main; main()", *arguments, "--json"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHSTONE_")}
        environment |= {"TOUCHSTONE_DATABASE_URL": self.url}
        return json.loads(subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60).stdout)

    def client(self, number: int, key: str) -> httpx.Client:
        """Return a client of one replica."""
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.Client(base_url=self.replicas[number].url, headers=headers, timeout=60, trust_env=False)

    def key(self, team: str) -> dict[str, Any]:
        """Return a new key that both replicas know."""
        made: dict[str, Any] = self.touchstone("keys", "create", "--team", team, "--role", "admin")
        seconds_until(lambda: self.statuses(made["key"]) == [200, 200])
        return made

    def statuses(self, key: str) -> list[int]:
        """Return what each replica says to a key."""
        return [
            httpx.get(f"{each.url}/v1/rewards", headers={"Authorization": f"Bearer {key}"}, trust_env=False).status_code
            for each in self.replicas
        ]

    def paid(self, text: str) -> int:
        """Return how often the judge was asked about a text."""
        return sum(any(text in shown for shown in texts_of(request)) for request in self.judge.asked)


@pytest.fixture(scope="module")
def deployment(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Two services that start with one key; the tests give the names of their teams."""
    with ExitStack() as running:
        url = running.enter_context(postgresql_database(postgresql_url))
        server = running.enter_context(scripted_thread(judge))
        found = Deployment(url, [], server)
        found.touchstone("keys", "create", "--team", "operators")
        for name in ("a", "b"):
            folder = tmp_path_factory.mktemp(name)
            settings = {
                "database_url": url,
                "workers": "1",
                "judge_url": server.url,
                "judge_model": "scripted",
                "judge_cache": str(folder / "judge.sqlite3"),
                "judge_canary_share": "0",
                "judge_recheck_share": "0",
            }
            found.replicas.append(running.enter_context(service_process(folder, **settings)))
        yield found


def seconds_until(condition: Callable[[], bool]) -> float:
    """Return how long it took until the condition held."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < 30
        time.sleep(0.05)
    return time.monotonic() - began


def judged(text: str) -> dict[str, Any]:
    """Return a request that a judge is asked about once."""
    steps = (
        f"{text} buys 3 bags of 4 apples, which makes 3 * 4 = 12 apples.",
        f"5 more apples from the garden make 12 + 5 = 17 apples for {text}.",
        f"{text} has \\boxed{{17}} apples.",
    )
    prompt = f"{text} buys 3 bags of 4 apples and picks 5 more. How many apples does {text} have?"
    return {"samples": [{"prompt": prompt, "completion": "\n".join(steps)}]}


def score(client: httpx.Client, text: str, key: str) -> httpx.Response:
    """Have a text judged."""
    headers = {"Idempotency-Key": key, "X-Run-ID": "judged"}
    return client.post(f"/v1/rewards/{JUDGED}/score", json=judged(text), headers=headers)


def test_a_keyed_request_that_both_get_at_once_is_judged_once(deployment: Deployment) -> None:
    """Both answer the same, one of them from the record."""
    secret = deployment.key("judged")["key"]
    with deployment.client(0, secret) as one, deployment.client(1, secret) as two, ThreadPoolExecutor(2) as threads:
        for client in (one, two):  # the judge is examined by each
            assert 1.0 == score(client, "Zoe", str(id(client))).raise_for_status().json()["outcomes"][0]["value"]
        assert 2 == deployment.paid("Zoe")
        for name in ("Adam", "Berta", "Carl", "Dora slowly"):
            began = time.monotonic()
            replies = list(threads.map(lambda client, name=name: score(client, name, name[0]), (one, two)))
            took_s = time.monotonic() - began
            assert [200, 200] == [reply.status_code for reply in replies]
            outcomes, others = (reply.json()["outcomes"] for reply in replies)
            assert outcomes == others
            assert ["true"] == [each for reply in replies if (each := reply.headers.get("Idempotent-Replayed"))]
            assert 1 == deployment.paid(name)
            print(f"{name}: both answered after {took_s:.2f} s")  # noqa: T201 - for -s
        for client in (one, two):
            run = client.get("/v1/runs/judged").raise_for_status().json()
            assert (6, 6) == (run["requests"], run["samples"])
            rows = client.get("/v1/runs/judged/scores").raise_for_status().json()["scores"]
            assert 6 == len(rows)


def test_samples_a_minute_hold_over_both(deployment: Deployment) -> None:
    """What both let in is the quota, the burst, and for each a lease and its last request."""
    secret = deployment.key("quick")["key"]
    per_s, lasts_s, callers = 10.0, 8.0, 3
    deployment.touchstone("teams", "set", "quick", "--samples-per-min", str(int(per_s * 60)))
    time.sleep(REVOKED_WITHIN_S)
    began = time.monotonic()
    let_in = [0, 0]
    lock = threading.Lock()

    def flood(number: int) -> None:
        with deployment.client(number, secret) as client:
            while time.monotonic() - began < lasts_s:
                body = {"samples": [{"completion": f"<answer>{time.monotonic()}</answer>"}]}
                reply = client.post(f"/v1/rewards/{PLAIN}/score", json=body)
                assert reply.status_code in {200, 429}
                with lock:
                    let_in[number] += reply.is_success
                time.sleep(0.01)

    with ThreadPoolExecutor(2 * callers) as threads:
        list(threads.map(flood, [0, 1] * callers))
    took_s = time.monotonic() - began
    flowed = per_s * (took_s + BURST_S)
    print(f"{let_in} of {flowed:.0f} in {took_s:.1f} s")  # noqa: T201 - for -s
    assert 0.7 * flowed <= sum(let_in) <= flowed + 2 * (per_s * LEASE_S + callers)
    assert min(let_in) > 0


def test_places_are_parted(deployment: Deployment) -> None:
    """Each replica holds half of what a team may have under way."""
    secret = deployment.key("wide")["key"]
    deployment.touchstone("teams", "set", "wide", "--concurrent-samples", "6")
    time.sleep(2 * REVOKED_WITHIN_S)  # the replicas have counted each other by then
    with deployment.client(0, secret) as one, deployment.client(1, secret) as two, ThreadPoolExecutor(20) as threads:
        calls = [
            threads.submit(score, client, f"Eve {number} slowly", f"{number}")
            for number in range(20)
            for client in ([one, two][number % 2],)
        ]
        statuses = [call.result().status_code for call in calls]
    assert {200: 6, 429: 14} == {status: statuses.count(status) for status in set(statuses)}
    assert [3, 3] == [statuses[start::2].count(200) for start in (0, 1)]


def test_a_revoked_key_is_refused_by_both(deployment: Deployment) -> None:
    """Within two seconds of the command's end."""
    made = deployment.key("gone")
    deployment.touchstone("keys", "revoke", made["name"])
    shut_s = seconds_until(lambda: deployment.statuses(made["key"]) == [401, 401])
    print(f"refused by both after {shut_s:.2f} s")  # noqa: T201 - for -s
    assert shut_s < REVOKED_WITHIN_S


def test_a_rubric_is_found_on_the_other(deployment: Deployment) -> None:
    """And scores there."""
    secret = deployment.key("rubrics")["key"]
    with deployment.client(0, secret) as one, deployment.client(1, secret) as two:
        rubric = {"parts": [{"reward": "math_equal@v2"}]}
        assert 201 == one.put("/v1/rubrics/own@v1", json=rubric).status_code
        body = {"samples": [{"completion": r"\boxed{4}", "reference": {"answer": "4"}}]}
        assert 200 == two.post("/v1/rubrics/own@v1/score", json=body).status_code


def test_a_replica_that_is_killed_leaves_its_requests_to_the_other(deployment: Deployment) -> None:
    """The client whose connection broke tries again there, and waits no longer than until the claim lapses."""
    secret = deployment.key("killed")["key"]
    with deployment.client(0, secret) as one, deployment.client(1, secret) as two, ThreadPoolExecutor(1) as threads:
        first = threads.submit(score, one, "Frida slowly", "k")
        seconds_until(lambda: deployment.paid("Frida") > 0)
        deployment.replicas[0].kill()
        with pytest.raises(httpx.TransportError):
            first.result()
        began = time.monotonic()
        reply = score(two, "Frida slowly", "k").raise_for_status()
        took_s = time.monotonic() - began
        print(f"answered {took_s:.2f} s after the other was killed")  # noqa: T201 - for -s
        assert 1.0 == reply.json()["outcomes"][0]["value"]
        assert "Idempotent-Replayed" not in reply.headers
        assert took_s < LASTS_S + SLOW_S + 3
        deployment.replicas[0].start()
        deployment.replicas[0].wait_ready()
    with deployment.client(0, secret) as one:
        assert "true" == score(one, "Frida slowly", "k").headers["Idempotent-Replayed"]
