"""An answer says how long it took, and what a caller should know beside it."""

import re
import time

import httpx

from service.answer_headers import AnswerHeaders
from service.call import Notes
from service.drain import Drain
from service.retirement import Retirements

METRIC = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+;dur=\d+\.\d{3}")
"""As W3C's Server-Timing writes a metric with a duration."""


def headers(notes: Notes, seconds: float = 0.0, *, drain: Drain | None = None) -> dict[str, str]:
    """Return the headers of an answer."""
    return dict(AnswerHeaders(Retirements({}), drain or Drain()).of(notes, seconds))


def test_a_plain_answer_says_how_long_it_took() -> None:
    """In milliseconds, by stage."""
    notes = Notes(seconds={"read": 0.001, "score": 0.25})
    expected = {"Server-Timing": "read;dur=1.000, score;dur=250.000, total;dur=300.000"}
    assert expected == headers(notes, 0.3)


def test_what_is_not_in_the_record_or_was_there_before_says_so() -> None:
    """Each by a header of its own."""
    found = headers(Notes(is_unrecorded=True, is_replayed=True))
    assert ("1", "true") == (found["X-Touchstone-Unrecorded"], found["Idempotent-Replayed"])


def test_a_service_that_ends_closes_its_connections() -> None:
    """The next request of the same client had better go elsewhere."""
    drain = Drain()
    assert "Connection" not in headers(Notes(), drain=drain)
    drain.has_begun = True
    assert "close" == headers(Notes(), drain=drain)["Connection"]


def test_every_route_has_its_times(live: httpx.Client) -> None:
    """Those that score have their stages, which are a part of the whole."""
    started = time.perf_counter()
    body = {"samples": [{"completion": "1", "reference": {"answer": "1"}}]}
    reply = live.post("/v1/rewards/math_equal@v1/score", json=body).raise_for_status()
    whole_ms = (time.perf_counter() - started) * 1000
    timing = reply.headers["server-timing"]
    stages = dict(part.split(";dur=") for part in timing.split(", "))
    assert ["read", "score", "record", "total"] == list(stages)
    assert all(METRIC.fullmatch(part) for part in timing.split(", "))
    total = float(stages.pop("total"))
    assert sum(map(float, stages.values())) <= total + 0.01
    assert total <= whole_ms
    for path, status in (("/v1/rewards", 200), ("/nothing", 404), ("/readyz", 200)):
        reply = live.get(path)
        assert status == reply.status_code
        assert re.fullmatch(r"read;dur=[\d.]+, total;dur=[\d.]+", reply.headers["server-timing"])
