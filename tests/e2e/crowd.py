"""A service that has as much to do as it takes, for as long as somebody wants it to."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager

import httpx

CROWD = 30
"""Samples sent at once, more than the service lets wait."""


def _slow(number: int) -> dict[str, object]:
    """Return a sample that takes longer than any deadline here; each is another one, so that all are scored."""
    total = rf"\sum_{{k=0}}^{{{1000 + number}}} \binom{{{1000 + number}}}{{k}}^3"
    return {"completion": rf"\boxed{{{total}}}", "reference": {"answer": "1/3"}}


@contextmanager
def crowded(url: str, auth: tuple[str, str], deadline_ms: int) -> Iterator[None]:
    """Fill the queue of a service; it refuses what else comes until the deadline has passed."""

    def send(number: int) -> int:
        body = {"samples": [_slow(number)], "deadline_ms": deadline_ms}
        return client.post("/v1/rewards/math_equal@v2/score", json=body).status_code

    limits = httpx.Limits(max_connections=CROWD)
    with (
        httpx.Client(base_url=url, auth=auth, timeout=60, trust_env=False, limits=limits) as client,
        ThreadPoolExecutor(CROWD) as senders,
    ):
        answers = as_completed([senders.submit(send, number) for number in range(CROWD)])
        assert any(503 == answer.result() for answer in answers)  # the first that is refused
        yield
        assert {200, 503} >= {answer.result() for answer in answers}


def refusals(url: str, auth: tuple[str, str], route: str) -> int:
    """Return how many requests of a route were answered that the service is busy."""
    text = httpx.get(f"{url}/metrics", auth=auth, trust_env=False).text
    wanted = f'touchstone_requests_total{{route="{route}",status="503"}}'
    return sum(int(float(line.rsplit(" ", 1)[1])) for line in text.splitlines() if line.startswith(wanted))
