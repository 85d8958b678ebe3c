"""How these tests ask the wires."""

from typing import Any

import httpx

RUBRIC = {
    "parts": [
        {"reward": "length@v1", "name": "score", "weight": 0.1, "clamp": [0, 10]},
        {"reward": "matches@v1", "name": "right", "weight": 0.7},
        {"reward": "moody@v1", "name": "mood", "weight": 0.3, "only_if": ["right"]},
    ]
}
"""Of the test rewards; `mood` pays from -1 to 1, and a part has a name that answers have for themselves."""


def put_rubric(client: httpx.Client) -> str:
    """Put the rubric and return its id."""
    assert client.put("/v1/rubrics/mixed@v1", json=RUBRIC).status_code in {200, 201}
    return "mixed@v1"


def post(client: httpx.Client, path: str, body: object) -> Any:  # noqa: ANN401 - JSON
    """Return the answer to a body that is right."""
    reply = client.post(path, json=body)
    assert 200 == reply.status_code, reply.text[:500]
    return reply.json()


def unscored(client: httpx.Client) -> dict[str, float]:
    """Return the counts of samples without a judgement, by their labels."""
    lines = client.get("/metrics").text.splitlines()
    found = [line.rsplit(" ", 1) for line in lines if line.startswith("touchstone_compat_failures_total{")]
    return {labels.partition("{")[2].rstrip("}"): float(number) for labels, number in found}
