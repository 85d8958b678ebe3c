"""A service that is told to end under load answers all that reached it, and ends with 0."""

import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.e2e.processes import service_process

LAME_DUCK_S = 0.6
CLIENTS = 8
PATH = "/v1/rewards/math_equal@v2/score"


class Balancer:
    """Clients that send one request after the other for as long as the service says that it is ready."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._is_ready = True
        self.answers: Counter[int] = Counter()
        self.errors: list[str] = []
        self.values: Counter[float] = Counter()
        self._threads = [threading.Thread(target=self._probe)]
        self._threads += [threading.Thread(target=self._send, args=(number,)) for number in range(CLIENTS)]

    def start(self) -> None:
        """Begin to send."""
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Return when every client has its last answer."""
        for thread in self._threads:
            thread.join()

    def _probe(self) -> None:
        with httpx.Client(base_url=self._url, timeout=5, trust_env=False) as client:
            while self._is_ready:
                self._is_ready = client.get("/readyz").status_code == 200
                time.sleep(0.05)

    def _send(self, client_number: int) -> None:
        number = 0
        with httpx.Client(base_url=self._url, timeout=60, trust_env=False) as client:
            while self._is_ready:
                number += 1
                samples = [sample(f"{client_number}{number:05}{each:02}") for each in range(16)]
                try:
                    reply = client.post(PATH, json={"samples": samples})
                except httpx.HTTPError as error:
                    self.errors.append(repr(error))
                    return
                self.answers[reply.status_code] += 1
                self.values.update(outcome["value"] for outcome in reply.json().get("outcomes", []))


def sample(number: str) -> dict[str, object]:
    """Return a sample that no other is equal to, and that is right."""
    return {"completion": rf"\boxed{{\frac{{{number}}}{{3}}}}", "reference": {"answer": f"{number}/3"}}


@pytest.mark.e2e
@pytest.mark.timeout(600)
def test_no_reply_is_lost_when_a_service_ends_under_load(tmp_path: Path) -> None:
    """Twenty times: what was sent is answered and right, `/readyz` is 503 while that goes on, and the exit is clean."""
    for turn in range(20):
        folder = tmp_path / str(turn)
        folder.mkdir()
        with service_process(folder, lame_duck_s=str(LAME_DUCK_S), memo_entries="0", workers="2") as service:
            balancer = Balancer(service.url)
            balancer.start()
            while balancer.answers.total() < 2 * CLIENTS and not balancer.errors:
                time.sleep(0.01)
            service.terminate()
            balancer.join()
            assert 0 == service.wait()
        assert [] == balancer.errors
        assert {200} == set(balancer.answers)
        assert balancer.answers.total() > 2 * CLIENTS, "there was no load while it ended"
        assert {1.0} == set(balancer.values)


@pytest.mark.e2e
def test_a_reply_in_flight_is_finished(tmp_path: Path) -> None:
    """One that takes seconds, at a service that closes its socket at once."""
    slow = [{"completion": rf"\boxed{{\sum_{{k=0}}^{{{9000 + n}}} \binom{{{9000 + n}}}{{k}}^3}}"} for n in range(2)]
    samples = [{**each, "reference": {"answer": "1/3"}} for each in slow]
    replies: list[httpx.Response] = []
    with service_process(tmp_path, workers="2") as service, httpx.Client(base_url=service.url, timeout=60) as client:
        asked = threading.Thread(target=lambda: replies.append(client.post(PATH, json={"samples": samples})))
        asked.start()
        time.sleep(0.3)
        service.terminate()
        assert 0 == service.wait()
        asked.join()
    assert [200] == [reply.status_code for reply in replies]
    assert 2 == len(replies[0].json()["outcomes"])
