"""Rubrics over HTTP."""

from typing import Any

import httpx
import pytest

from service.settings import Settings
from tests.service.running import TEST_REWARDS, running_service

PATH = "/v1/rubrics/exact@v1"
PARTS = [
    {"reward": "matches@v1", "name": "right"},
    {"reward": "length@v1", "clamp": [0, 4], "weight": 0.25, "only_if": ["right"]},
]


@pytest.fixture(scope="module")
def book(testbed: httpx.Client) -> httpx.Client:
    """A client of the service, in which a rubric has been put."""
    assert testbed.put(PATH, json={"description": "Right, and not short.", "parts": PARTS}).status_code in {200, 201}
    return testbed


def score(client: httpx.Client, samples: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the answer to a batch."""
    reply = client.post(f"{PATH}/score", json={"samples": samples}).raise_for_status()
    answer: dict[str, Any] = reply.json()
    return answer


def test_a_rubric_is_seen_after_it_is_put(book: httpx.Client) -> None:
    """With its range and digest; the same again is 200, another one 409."""
    entry = book.get(PATH).json()
    assert ("exact@v1", [0.0, 2.0], "right") == (entry["id"], entry["range"], entry["parts"][0]["name"])
    assert entry in book.get("/v1/rubrics").json()["rubrics"]
    again = book.put(PATH, json={"description": "Right, and not short.", "parts": PARTS})
    other = book.put(PATH, json={"parts": PARTS[:1]})
    assert [200, 409] == [again.status_code, other.status_code]
    assert "urn:touchstone:problem:taken" == other.json()["type"]
    assert entry == book.get(PATH).json()


def test_a_batch_comes_to_one_number_each(book: httpx.Client) -> None:
    """Beside the values of the parts; a sample that one part cannot judge has no number."""
    reference = {"answer": "yes"}
    answer = score(
        book,
        [
            {"completion": "yes", "reference": reference, "id": "a"},
            {"completion": "no", "reference": reference},
            {"completion": "yes"},
        ],
    )
    assert [1.75, 0.0, None] == [outcome["value"] for outcome in answer["outcomes"]]
    assert ["a", None, None] == [outcome["id"] for outcome in answer["outcomes"]]
    assert "missing_reference" == answer["outcomes"][2]["kind"]
    assert [[1.0, 0.0, None], [3.0, 2.0, 3.0]] == [part["values"] for part in answer["parts"]]
    assert [] == score(book, [])["outcomes"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/rubrics/absent@v1", None, 404),
        ("POST", "/v1/rubrics/absent@v1/score", {"samples": []}, 404),
        ("PUT", "/v1/rubrics/absent", {"parts": PARTS}, 422),
        ("PUT", "/v1/rubrics/length@v1", {"parts": PARTS}, 422),
        ("PUT", "/v1/rubrics/new@v1", {"parts": [{"reward": "absent@v1"}]}, 422),
        ("PUT", "/v1/rubrics/new@v1", {"parts": []}, 422),
        ("POST", f"{PATH}/score", {"samples": [{"completion": "x", "reference": {"anwser": "y"}}]}, 422),
    ],
)
def test_what_is_wrong_is_a_problem(book: httpx.Client, method: str, path: str, body: Any, status: int) -> None:  # noqa: ANN401
    """With a sentence, and nothing is put."""
    reply = book.request(method, path, json=body)
    assert status == reply.status_code, reply.text
    assert reply.json()["detail"]
    assert 404 == book.get("/v1/rubrics/new@v1").status_code


def test_a_batch_that_never_fits_is_to_be_split() -> None:
    """On every wire: a 503 would have the client try again for as long as it can."""
    parts = [{"reward": "matches@v1", "name": f"part{number}"} for number in range(10)]
    with (
        running_service(TEST_REWARDS, Settings(max_queued=49)) as url,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        client.put(PATH, json={"parts": parts}).raise_for_status()
        most = [{"completion": str(number), "reference": {"answer": "4"}} for number in range(4)]
        assert 200 == client.post(f"{PATH}/score", json={"samples": most}).status_code
        reply = client.post(f"{PATH}/score", json={"samples": [*most, *most[:1]]})
        assert (413, "body-too-large") == (reply.status_code, reply.json()["type"].rpartition(":")[2])
        assert "may hold 4 samples; this one has 5." in reply.json()["detail"]
        items = [{"solution_str": "4", "ground_truth": "4"}] * 5
        assert 413 == client.post("/compat/verl/exact@v1", json={"items": items}).status_code
