"""A reward service that lives inside the test."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import fmean, pvariance
from typing import Any

import httpx
import pytest

from trainer_client._scorer import Scorer

ANSWER = {
    "type": "object",
    "properties": {"answer": {"type": "string"}},
    "required": ["answer"],
}
NOTHING: dict[str, Any] = {"type": "object", "properties": {}}

Judge = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class FakeService:
    """Answers as the service does, with a function for each reward, and remembers what it was asked."""

    def __init__(self) -> None:
        self.judges: dict[str, Judge] = {}
        self.rubrics: dict[str, dict[str, Any]] = {}
        self.entries: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.headers: list[httpx.Headers] = []
        self.replies: list[httpx.Response] = []
        """Answers to give instead, one for each request, before the ordinary ones."""
        self.delay_s = 0.0
        """How long each answer takes."""
        self.warnings: list[str] = []
        """What to warn of in every answer."""

    def host(
        self,
        reward: str,
        judge: Judge,
        reference: Mapping[str, Any] = NOTHING,
        needs: Sequence[str] = (),
    ) -> None:
        """Put a reward on offer."""
        self.judges[reward] = judge
        self.entries.append(
            {
                "id": reward,
                "behaviour": f"sha256:behaviour-of-{reward}",
                "build": f"sha256:build-of-{reward}",
                "summary": "A reward.",
                "doc": "A reward of the test.",
                "range": [0.0, 1.0],
                "reference": dict(reference),
                "params": NOTHING,
                "needs": list(needs),
                "group": False,
            }
        )

    def host_rubric(self, rubric: str, rewards: Mapping[str, str]) -> None:
        """Put a rubric on offer: the sum of these rewards, by the names of their parts."""
        parts = [{"name": name, "reward": reward} for name, reward in rewards.items()]
        self.rubrics[rubric] = {"id": rubric, "digest": f"sha256:{rubric}", "range": [0.0, len(parts)], "parts": parts}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.headers.append(request.headers)
        time.sleep(self.delay_s)
        path = request.url.path
        if request.method == "GET":
            offered = {"rubrics": list(self.rubrics.values())} if path == "/v1/rubrics" else {"rewards": self.entries}
            return httpx.Response(200, json=offered)
        self.asked.append(json.loads(request.content))
        if self.replies:
            return self.replies.pop(0)
        if path.startswith("/v1/rubrics/"):
            return httpx.Response(200, json=self.rubric_answer(path.split("/")[3], self.asked[-1]))
        return httpx.Response(200, json=self.answer(self.asked[-1]))

    def rubric_answer(self, rubric: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What `POST /v1/rubrics/{id}/score` answers."""
        parts = [part | self.result(part["reward"], asked) for part in self.rubrics[rubric]["parts"]]
        parts = [part | {"values": [each["value"] for each in part.pop("outcomes")]} for part in parts]
        rows = [
            dict(zip([part["name"] for part in parts], row, strict=True)) for row in zip(*columns(parts), strict=True)
        ]
        outcomes = [failed("crash") if None in row.values() else scored(sum(row.values()), **row) for row in rows]
        digest = self.rubrics[rubric]["digest"]
        return {"rubric": rubric, "digest": digest, "elapsed_ms": 1.5, "parts": parts, "outcomes": outcomes}

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What `POST /v1/score` answers."""
        return {"results": [self.result(each["reward"], asked) for each in asked["rewards"]]}

    def result(self, reward: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What it answers for one reward."""
        outcomes = [dict(self.judges[reward](sample)) for sample in asked["samples"]]
        found = {
            "reward": reward,
            "behaviour": f"sha256:behaviour-of-{reward}",
            "build": f"sha256:build-of-{reward}",
            "elapsed_ms": 1.5,
            "outcomes": outcomes,
        }
        if asked.get("statistics"):
            groups = [sample.get("group") for sample in asked["samples"]]
            found["statistics"] = statistics([outcome["value"] for outcome in outcomes], groups, self.warnings)
        return found


def columns(parts: list[dict[str, Any]]) -> list[list[float | None]]:
    """The values of each part."""
    return [part["values"] for part in parts]


def statistics(values: list[float | None], groups: list[str | None], warnings: list[str]) -> dict[str, Any]:
    """What the service says of these values between 0 and 1."""
    scored = [value for value in values if value is not None]
    by_group: dict[str, list[float]] = {}
    for value, group in zip(values, groups, strict=True):
        if value is not None and group is not None:
            by_group.setdefault(group, []).append(value)
    compared = [found for found in by_group.values() if len(found) > 1]
    return {
        "samples": len(values),
        "scored": len(scored),
        "failures": {},
        "mean": fmean(scored) if scored else None,
        "fire_rate": fmean([value > 0 for value in scored]) if scored else None,
        "saturation": fmean([value == 1 for value in scored]) if scored else None,
        "groups": len(compared),
        "groups_without_variance": sum(len(set(found)) == 1 for found in compared),
        "in_group_variance": fmean(map(pvariance, compared)) if compared else None,
        "warnings": list(warnings),
    }


def scored(value: float, **details: object) -> dict[str, Any]:
    """An outcome with a value."""
    return {
        "status": "scored",
        "value": value,
        "reason": "because",
        "explanation": "It is so.",
        "details": details,
    }


def failed(kind: str) -> dict[str, Any]:
    """An outcome without a value."""
    return {"status": "failed", "kind": kind, "message": "It is not so.", "retryable": False, "value": None}


def last_text(completion: object) -> str:
    """The text that the service scores."""
    return completion if isinstance(completion, str) else completion[-1]["content"]  # type: ignore[index]


def equal(sample: Mapping[str, Any]) -> dict[str, Any]:
    """Full marks for a completion that is the answer, and the failure that the completion asks for."""
    text = last_text(sample["completion"])
    if text.startswith("!"):
        return failed(text[1:])
    if "answer" not in sample.get("reference", {}):
        return failed("missing_reference")
    return scored(float(text == sample["reference"]["answer"]), extracted=text, length=len(text))


def short(sample: Mapping[str, Any]) -> dict[str, Any]:
    """Full marks for a completion of at most three characters, a failure for one that says `?`."""
    text = last_text(sample["completion"])
    return failed("crash") if text == "?" else scored(float(len(text) <= 3))


@pytest.fixture
def service() -> FakeService:
    """A service with the rewards `equal@v1`, which compares, and `short@v1`, which does not."""
    fake = FakeService()
    fake.host("equal@v1", equal, ANSWER)
    fake.host("short@v1", short)
    return fake


@pytest.fixture
def transport(service: FakeService) -> httpx.MockTransport:
    """The way to the service without a network."""
    return httpx.MockTransport(service)


@pytest.fixture
def url(service: FakeService) -> Iterator[str]:
    """The service's address on this machine, for what a process of its own must reach."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.answer(httpx.Request("GET", self.path))

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(httpx.Request("POST", self.path, content=content))

        def answer(self, request: httpx.Request) -> None:
            response = service(request)
            self.send_response(response.status_code)
            self.send_header("Content-Length", str(len(response.content)))
            self.end_headers()
            self.wfile.write(response.content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


Make = Callable[..., Any]


@pytest.fixture
def make(url: str) -> Iterator[Make]:
    """Makes scorers of the service, and closes what they opened in ordinary code."""
    made: list[Scorer] = []

    def scorer(kind: type[Scorer] = Scorer, target: str = "equal@v1", **settings: Any) -> Scorer:  # noqa: ANN401
        made.append(kind(target, url=url, **settings))
        return made[-1]

    yield scorer
    for each in made:
        each.close()
