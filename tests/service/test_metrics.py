"""What a scrape sees of what was served."""

import math
import time
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.settings import Settings
from tests.service.running import TEST_REWARDS, running_service
from tests.service.test_routes import post

Series = tuple[str, frozenset[tuple[str, str]]]


@pytest.fixture(scope="module")
def fresh(warm_forkserver: None) -> Iterator[httpx.Client]:  # noqa: ARG001 - it runs
    """A client of a service that nobody else asks."""
    with running_service(TEST_REWARDS, Settings(workers=2)) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


def scrape(client: httpx.Client) -> dict[Series, float]:
    """Return every series with its value."""
    reply = client.get("/metrics")
    assert 200 == reply.status_code
    assert "text/plain; version=0.0.4; charset=utf-8" == reply.headers["content-type"]
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


def value(series: dict[Series, float], name: str, **labels: str) -> float | None:
    """Return one series' value, or None where there is no such series."""
    return series.get((f"touchstone_{name}", frozenset(labels.items())))


def gained(client: httpx.Client, body: dict[str, object]) -> dict[Series, float]:
    """Return what every series gains by a request for scores."""
    before = scrape(client)
    post(client, "/v1/score", body)
    after = scrape(client)
    return {series: number - before.get(series, 0.0) for series, number in after.items()}


def test_a_reward_s_outcomes_are_counted(fresh: httpx.Client) -> None:
    """By kind, with what says whether it fires and tells a group apart."""
    samples = [
        {"completion": "yes", "reference": {"answer": "yes"}, "group": "a"},
        {"completion": "no", "reference": {"answer": "yes"}, "group": "a"},
        {"completion": "no", "reference": {"answer": "yes"}, "group": "b"},
        {"completion": "no", "reference": {"answer": "yes"}, "group": "b"},
        {"completion": "yes"},
    ]
    rewards = [{"reward": "matches@v1"}, {"reward": "length@v1"}]
    found = gained(fresh, {"rewards": rewards, "samples": samples})
    assert 5 == value(found, "samples_total")
    assert 1 == value(found, "reward_batches_total", reward="matches@v1")
    assert 4 == value(found, "reward_outcomes_total", reward="matches@v1", outcome="scored")
    assert 1 == value(found, "reward_outcomes_total", reward="matches@v1", outcome="missing_reference")
    assert 1 == value(found, "reward_fired_total", reward="matches@v1")
    assert 1 == value(found, "reward_saturated_total", reward="matches@v1")
    assert 2 == value(found, "reward_groups_total", reward="matches@v1")
    assert 1 == value(found, "reward_groups_without_variance_total", reward="matches@v1")
    assert 0.25 == value(found, "reward_group_variance_total", reward="matches@v1")
    assert 5 == value(found, "reward_outcomes_total", reward="length@v1", outcome="scored")
    assert 0 == value(found, "reward_outcomes_total", reward="odd@v1", outcome="scored")


def test_what_is_remembered_counts_again(fresh: httpx.Client) -> None:
    """An outcome from memory is an outcome."""
    body: dict[str, object] = {"rewards": [{"reward": "length@v1"}], "samples": [{"completion": "again"}] * 3}
    for _ in range(2):
        found = gained(fresh, body)
        assert 3 == value(found, "reward_outcomes_total", reward="length@v1", outcome="scored")


def test_requests_and_their_times_are_counted(fresh: httpx.Client) -> None:
    """By route and status, those that were refused among them."""
    route, show = "/v1/rewards/{reward_id}/score", "/v1/rewards/{reward_id}"
    fresh.post("/v1/rewards/length@v1/score", json={"samples": []})
    fresh.post("/v1/rewards/length@v1/score", json={"samples": [], "statistics": 3})
    fresh.get("/v1/rewards/length@v1")
    after = scrape(fresh)
    ends_at = time.monotonic() + 5
    while value(after, "requests_total", route=show, status="200") is None and time.monotonic() < ends_at:
        after = scrape(fresh)  # a request is counted when its answer is out, a moment after the caller has it
    assert 1 == value(after, "requests_total", route=route, status="200")
    assert 1 == value(after, "requests_total", route=route, status="422")
    assert 1 == value(after, "requests_total", route=show, status="200")
    assert 1 <= (value(after, "requests_total", route="/metrics", status="200") or 0)
    count = value(after, "request_seconds_count", route=route) or 0
    assert 2 == count == value(after, "request_seconds_bucket", route=route, le="+Inf")
    assert 0 < (value(after, "request_seconds_sum", route=route) or 0) < 60
    bounds = [
        (float(dict(labels)["le"]), number)
        for (name, labels), number in after.items()
        if name == "touchstone_request_seconds_bucket" and ("route", route) in labels
    ]
    assert sorted(bounds) == sorted(bounds, key=lambda bound: (bound[1], bound[0]))
    assert math.inf == max(bounds)[0]


def test_no_caller_can_make_up_a_series(fresh: httpx.Client) -> None:
    """Whatever path is asked for and whatever reward is named, the labels are of closed sets."""
    scrape(fresh)
    fresh.get("/nothing")
    fresh.post("/v1/rewards/nothing@v1/score", json={"samples": []})
    before = scrape(fresh)
    for number in range(20):
        fresh.get(f"/made/up/{number}")
        fresh.post(f"/v1/rewards/made_up@v{number}/score", json={"samples": []})
        fresh.post(f"/compat/slime/made_up@v{number}", json={"response": ""})
        fresh.post(f"/compat/made_up{number}/length@v1", json={"response": ""})
        fresh.post("/v1/score", json={"rewards": [{"reward": f"made_up@v{number}"}], "samples": []})
    after = scrape(fresh)
    new = {series for series in after if series not in before}
    assert {"/v1/score", "/compat/slime", "/v1/rewards/{reward_id}/score", "other"} >= {
        label for _, labels in new for name, label in labels if name == "route"
    }
    assert 2 <= (value(after, "request_seconds_count", route="other") or 0)
    assert 19 <= (value(after, "requests_total", route="/compat/slime", status="404") or 0)
    known = {entry["id"] for entry in fresh.get("/v1/rewards").json()["rewards"]}
    assert known == {label for _, labels in after for name, label in labels if name == "reward"}


def test_the_pool_is_seen(fresh: httpx.Client) -> None:
    """As `/healthz` says it."""
    health = fresh.get("/healthz").json()
    found = scrape(fresh)
    assert health["workers"] == value(found, "workers")
    assert health["workers_ready"] == value(found, "workers_ready")
    assert health["queued"] == value(found, "queued")
    assert health["restarts"] == value(found, "worker_restarts_total")


def test_the_memory_is_seen(fresh: httpx.Client) -> None:
    """What is new is missed, what is known is found, and both say what the memory holds."""
    body: dict[str, object] = {"rewards": [{"reward": "length@v1"}], "samples": [{"completion": "remember me"}]}
    first, second = gained(fresh, body), gained(fresh, body)
    assert (0, 1) == tuple(value(first, "memo_lookups_total", result=result) for result in ("hit", "miss"))
    assert (1, 0) == tuple(value(second, "memo_lookups_total", result=result) for result in ("hit", "miss"))
    assert (1, 0) == (value(first, "memo_entries"), value(second, "memo_entries"))
    assert 400 < (value(first, "memo_bytes") or 0) < 1000


def test_errors_and_stages_are_counted(fresh: httpx.Client) -> None:
    """An error by its type, whichever layer says it; a stage by how long it took."""
    before = scrape(fresh)
    fresh.post("/v1/score", json={"rewards": [], "samples": 3})
    fresh.post("/v1/rewards/length@v1/score", content=b"{", headers={"Content-Type": "application/json"})
    fresh.post("/v1/rewards/nothing@v1/score", json={"samples": []})
    after = gained(fresh, {"rewards": [{"reward": "length@v1"}], "samples": [{"completion": "staged"}]})
    found = scrape(fresh)
    for problem in ("invalid-request", "invalid-json", "unknown-reward"):
        name = "problems_total"
        assert 1 <= (value(found, name, problem=problem) or 0) - (value(before, name, problem=problem) or 0)
    assert 1 == value(after, "worker_wait_seconds_count")
    assert 0 < (value(after, "reward_seconds_total", reward="length@v1") or 0) < 60
    assert {"read", "score", "record"} == {label for _, labels in found for name, label in labels if name == "stage"}


def test_the_processes_are_seen(fresh: httpx.Client) -> None:
    """What runs, and how much memory it holds."""
    found = scrape(fresh)
    for process in ("service", "workers"):
        assert 2**24 < (value(found, "resident_bytes", process=process) or 0) < 2**34
    (build,) = [dict(labels) for name, labels in found if name == "touchstone_build_info"]
    assert fresh.get("/healthz").json()["version"] == build["version"]
