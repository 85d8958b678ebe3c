"""Versions that go out of use: said by the catalogue, the API document and every answer that used one."""

from collections.abc import Iterator
from datetime import date

import httpx
import pytest
from pydantic import ValidationError

from rewards.registry import discover
from service.operating import Operating
from service.retirement import Retirement, Retirements
from service.settings import Settings
from tests.service.running import TEST_REWARDS, running_service

TABLE = {
    "length@v1": Retirement(since=date(2026, 1, 1), sunset=date(2027, 7, 1), successor="moody@v1"),
    "matches@v1": Retirement(since=date(2026, 2, 1), sunset=date(2026, 3, 1), successor="odd@v1"),
    "moody@v1": Retirement(since=date(2026, 3, 1)),
}
LENGTH = {
    "deprecation": "@1767225600",
    "sunset": "Thu, 01 Jul 2027 00:00:00 GMT",
    "link": '</v1/rewards/moody@v1>; rel="successor-version"',
}


@pytest.fixture(scope="module")
def client(warm_forkserver: None) -> Iterator[httpx.Client]:  # noqa: ARG001 - it runs
    """A client of a service that has retired some versions."""
    operating = Operating(retirements=Retirements(TABLE))
    with (
        running_service(TEST_REWARDS, Settings(workers=1), operating=operating) as url,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        yield client


def said(reply: httpx.Response) -> dict[str, str]:
    """Return what an answer says of what it used."""
    return {name: reply.headers[name] for name in LENGTH if name in reply.headers}


def score(client: httpx.Client, path: str, **body: object) -> httpx.Response:
    """Score one sample."""
    return client.post(path, json={"samples": [{"completion": "a"}], **body}).raise_for_status()


def test_an_answer_of_a_retired_version_says_so(client: httpx.Client) -> None:
    """As RFC 9745 and RFC 8594 have it, by the short way and the long one."""
    path = "/v1/rewards/length@v1/score"
    assert LENGTH == said(score(client, path))
    long_way = client.post(
        path, content=b'{"samples": []}', headers={"Content-Type": "application/json; charset=utf-8"}
    )
    assert LENGTH == said(long_way)
    assert {"deprecation": "@1772323200"} == said(score(client, "/v1/rewards/moody@v1/score"))
    assert {} == said(score(client, "/v1/rewards/odd@v1/score"))


def test_after_its_sunset_a_version_still_answers(client: httpx.Client) -> None:
    """A run goes on with the numbers that it began with."""
    reply = score(client, "/v1/rewards/matches@v1/score")
    assert "Sun, 01 Mar 2026 00:00:00 GMT" == reply.headers["sunset"]
    assert 1 == len(reply.json()["outcomes"])


def test_of_several_versions_the_most_urgent_is_named(client: httpx.Client) -> None:
    """The one whose sunset is first, wherever it stands among those that were asked for."""
    names = ("odd@v1", "moody@v1", "length@v1", "matches@v1")
    reply = score(client, "/v1/score", rewards=[{"reward": name} for name in names])
    assert "Sun, 01 Mar 2026 00:00:00 GMT" == reply.headers["sunset"]
    assert '</v1/rewards/odd@v1>; rel="successor-version"' == reply.headers["link"]
    assert LENGTH == said(score(client, "/v1/score", rewards=[{"reward": "moody@v1"}, {"reward": "length@v1"}]))


def test_trainers_own_wires_say_it_too(client: httpx.Client) -> None:
    """Whoever reads the log of a proxy finds it."""
    reply = client.post("/compat/openrlhf/length@v1", json={"query": ["a"], "prompts": ["a"], "labels": [""]})
    assert LENGTH == said(reply.raise_for_status())


def test_the_catalogue_and_the_document_say_it(client: httpx.Client) -> None:
    """With its days, and with what to use instead."""
    entry = client.get("/v1/rewards/length@v1").json()
    assert (True, "2026-01-01", "2027-07-01") == tuple(
        entry[key] for key in ("deprecated", "deprecated_since", "sunset")
    )
    assert "moody@v1" == entry["use_instead"]
    entry = client.get("/v1/rewards/odd@v1").json()
    assert (False, None, None) == tuple(entry[key] for key in ("deprecated", "deprecated_since", "sunset"))
    paths = client.get("/openapi.json").json()["paths"]
    assert paths["/v1/rewards/length@v1/score"]["post"]["deprecated"]
    assert not paths["/v1/rewards/odd@v1/score"]["post"].get("deprecated", False)


def test_the_declarations_say_what_a_row_leaves_out() -> None:
    """A successor that is declared need not be written down again; what is not served is left out."""
    registry = discover()
    rows = {"math_equal@v1": Retirement(since=date(2026, 1, 1)), "gone@v1": Retirement(since=date(2026, 1, 1))}
    found = Retirements.of(rows, registry)
    assert {"math_equal@v1": registry.successor("math_equal@v1")} == {
        name: row.successor for name, row in found.items()
    }


def test_the_packaged_table_names_what_is_served() -> None:
    """A slip in it would retire nothing, in silence."""
    registry = discover()
    table = Retirements.table()
    assert set(table) <= set(registry)
    assert {row.successor for row in table.values()} <= {*registry, None}
    assert len(table) == len(Retirements.packaged(registry))


def test_a_sunset_before_the_deprecation_is_refused() -> None:
    """It is a slip of the pen."""
    with pytest.raises(ValidationError, match="the sunset is before the deprecation"):
        Retirement(since=date(2026, 2, 1), sunset=date(2026, 1, 1))
