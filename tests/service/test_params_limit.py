"""Params have an end on every route that takes them, since the record holds them for each request."""

from typing import Any

import httpx
import pytest

from service.fast_json import MAX_ALL_PARAMS_BYTES, MAX_PARAMS_BYTES
from tests.service.test_routes import check_problem

NO_SAMPLES: dict[str, Any] = {"samples": []}
LONG = {"other": ["x"] * (MAX_PARAMS_BYTES // 4)}
HALF = {"other": "x" * (MAX_PARAMS_BYTES // 2)}


@pytest.mark.parametrize(
    ("method", "url", "body", "path"),
    [
        ("POST", "/v1/rewards/matches@v1/score", {"samples": [], "params": LONG}, "body.params"),
        (
            "POST",
            "/v1/score",
            NO_SAMPLES | {"rewards": [{"reward": "length@v1", "params": LONG}]},
            "rewards.0.params",
        ),
        ("PUT", "/v1/rubrics/long@v1", {"parts": [{"reward": "length@v1", "params": LONG}]}, "body.parts.0.params"),
    ],
    ids=["own route", "several", "rubric"],
)
def test_long_params_are_refused(testbed: httpx.Client, method: str, url: str, body: Any, path: str) -> None:  # noqa: ANN401
    """With the limit, and with no word of what they are made of."""
    found = check_problem(testbed.request(method, url, json=body), 422)
    (error,) = found["errors"]
    assert error["path"].endswith(path)
    assert f"may have {MAX_PARAMS_BYTES:,} bytes" in error["message"]


@pytest.mark.parametrize(
    ("method", "url", "name"), [("POST", "/v1/score", "rewards"), ("PUT", "/v1/rubrics/many@v1", "parts")]
)
def test_many_params_are_refused(testbed: httpx.Client, method: str, url: str, name: str) -> None:
    """Each may be short enough, and all of them not."""
    body: dict[str, Any] = {name: [{"reward": "matches@v1", "params": HALF}] * 10}
    found = check_problem(testbed.request(method, url, json=body | {"samples": []} if method == "POST" else body), 422)
    assert [f"body.{name}"] == [error["path"] for error in found["errors"]]
    assert f"{MAX_ALL_PARAMS_BYTES:,} bytes" in found["detail"]


def test_params_below_the_limit_are_left_to_their_reward(testbed: httpx.Client) -> None:
    """Which says what it thinks of them."""
    body = {"samples": [], "params": HALF}
    found = check_problem(testbed.post("/v1/rewards/matches@v1/score", json=body), 422)
    assert ["body.params.other"] == [error["path"] for error in found["errors"]]
    assert 200 == testbed.post("/v1/rewards/matches@v1/score", json=body | {"params": {}}).status_code
