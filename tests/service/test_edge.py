"""The outermost layer: an id, a key, a limit, and one log line for every request."""

import asyncio
import io
import json
import socket
import time
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from pydantic import SecretStr
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from rewards.registry import Registry
from service.answer_headers import AnswerHeaders
from service.drain import Drain
from service.edge import TURNED_AWAY_S, Edge
from service.judging.nobody import NoJudges
from service.metrics import Metrics
from service.pool import Pool
from service.quotas.allowance import OwnAllowances
from service.quotas.door import Door
from service.quotas.quota import EqualQuotas
from service.retirement import Retirements
from service.settings import MEBIBYTE, Settings
from service.shortcut import Shortcuts
from service.teams.gate import Gate
from service.teams.keyring import NoKeys
from service.telemetry import Telemetry
from tests.service.running import TEST_REWARDS
from tests.service.test_routes import check_problem
from tests.service.test_telemetry import logging_to

pytestmark = pytest.mark.anyio

KEY = {"Authorization": "Bearer open sesame"}


def test_a_request_id_is_echoed_or_made(testbed: httpx.Client) -> None:
    """What would break a log line or a header is replaced."""
    assert "abc-1" == testbed.get("/healthz", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"]
    made = {testbed.get("/healthz").headers["x-request-id"] for _ in range(3)}
    assert 3 == len(made)
    for bad in ("two words", "x" * 129, "é".encode().decode("latin-1")):
        reply = testbed.get("/healthz", headers={"X-Request-ID": bad.encode("latin-1")})  # type: ignore[dict-item]
        assert 32 == len(reply.headers["x-request-id"])
    assert testbed.get("/nothing").headers["x-request-id"]


def test_a_header_that_says_what_it_cannot_is_a_problem(testbed: httpx.Client) -> None:
    """With its name, before the body is read."""
    reply = testbed.post("/v1/score", headers={"X-Run-Step": "twelve"}, content=b"{")
    assert "header.X-Run-Step: " in check_problem(reply, 422)["detail"]
    good = {"X-Run-ID": "grpo / 7b", "X-Run-Step": "12", "Idempotency-Key": "k"}
    assert 200 == testbed.get("/v1/rewards", headers=good).status_code


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer wrong",
        "Basic open sesame",
        "open sesame",
        "Bearer open sesame2",
        "Bearer \xfc",
        "Basic",
        "Basic \xfc",
        f"Basic {b64encode(b'open sesame:').decode()}",
        f"Basic {b64encode(b'team:wrong').decode()}",
        f"Basic {b64encode(b'team:' + bytes([255])).decode()}",
    ],
)
def test_without_the_key_there_is_nothing(locked: httpx.Client, authorization: str) -> None:
    """A 401 that says how to send it, on every path below /v1 and for the metrics, before the body is read."""
    for method, path in (("GET", "/v1/rewards"), ("POST", "/v1/score"), ("GET", "/v1/nothing"), ("GET", "/metrics")):
        reply = locked.request(method, path, headers={"Authorization": authorization.encode("latin-1")})  # type: ignore[dict-item]
        check_problem(reply, 401)
        assert reply.headers["www-authenticate"].startswith("Bearer, Basic ")


def test_with_the_key_all_is_open(locked: httpx.Client) -> None:
    """The scheme's case does not matter; health and documentation need no key."""
    assert 200 == locked.get("/v1/rewards", headers=KEY).status_code
    assert 200 == locked.get("/metrics", headers=KEY).status_code
    assert 200 == locked.get("/v1/rewards", headers={"Authorization": "bearer  open sesame"}).status_code
    for path in ("/healthz", "/health", "/readyz", "/docs", "/openapi.json"):
        assert 200 == locked.get(path).status_code


def test_a_key_may_be_a_password(locked: httpx.Client) -> None:
    """Clients that cannot set a header put it into their URL; who they say they are does not matter."""
    for user in ("team-a", ""):
        assert 200 == locked.get("/v1/rewards", auth=(user, "open sesame")).status_code


def test_a_body_over_the_limit_is_refused(locked: httpx.Client) -> None:
    """With a length in its header, and without one."""

    def chunks() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * 1000

    for content in (b" " * 20_000, chunks()):
        reply = locked.post("/v1/score", content=content, headers={**KEY, "Content-Type": "application/json"})
        assert "10,485 bytes" in check_problem(reply, 413)["detail"]
        assert "close" == reply.headers["connection"]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/healthz"), ("GET", "/docs"), ("GET", "/v1/rewards"), ("DELETE", "/v1/runs/x")]
)
def test_a_body_that_nobody_reads_is_small(locked: httpx.Client, method: str, path: str) -> None:
    """Whether or not it says its length; a small one does no harm."""

    def chunks() -> Iterator[bytes]:
        for _ in range(5):
            yield b" " * 1000

    assert 413 != locked.request(method, path, content=b"{}", headers=KEY).status_code
    for content in (b" " * 5000, chunks()):
        reply = locked.request(method, path, content=content, headers=KEY)
        assert "4,096 bytes. Nothing is read" in check_problem(reply, 413)["detail"]
        assert "close" == reply.headers["connection"]


async def test_a_body_that_does_not_arrive_is_not_waited_for() -> None:
    """However much of it is there: 408, and the connection ends."""
    for messages in ([], [{"type": "http.request", "body": b"{", "more_body": True}]):
        wire = Wire(*messages)
        with logging_to(io.StringIO()) as log:
            await serve(raising, wire, log, body_s=0.01)
        assert 408 == wire.sent[0]["status"]
        assert (b"connection", b"close") in wire.sent[0]["headers"]
        assert b"urn:touchstone:problem:slow-body" in wire.sent[1]["body"]


def test_a_full_queue_is_503_with_a_time(locked: httpx.Client) -> None:
    """The caller is told when to come back, also when only one of its rewards did not fit."""
    samples = [{"completion": "a" * number} for number in range(7)]
    both = {"rewards": [{"reward": "length@v1"}, {"reward": "moody@v1"}], "samples": samples}
    reply = locked.post("/v1/score", json=both, headers=KEY)
    check_problem(reply, 503)
    assert int(reply.headers["retry-after"]) > 0
    assert 200 == locked.post("/v1/rewards/length@v1/score", json={"samples": samples}, headers=KEY).status_code


def test_a_client_that_hangs_up_midway_costs_nothing(testbed: httpx.Client) -> None:
    """Half a body, and then nobody."""
    before = testbed.get("/healthz").json()
    address = urlsplit(str(testbed.base_url))
    for _ in range(20):
        with socket.create_connection((str(address.hostname), int(address.port or 0))) as connection:
            connection.sendall(b"POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
    time.sleep(0.1)
    after = testbed.get("/healthz").json()
    assert (before["restarts"], 0) == (after["restarts"], after["queued"])


class Wire:
    """One ASGI connection of a test."""

    def __init__(self, *messages: Message) -> None:
        self._messages = list(messages)
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        """Give the next message of the client, and after the last none."""
        if not self._messages:
            await asyncio.Event().wait()
        return self._messages.pop(0)

    async def send(self, message: Message) -> None:
        """Keep a message of the app."""
        self.sent.append(message)


SCOPE: Scope = {"type": "http", "method": "POST", "path": "/v1/score", "headers": []}


async def raising(_: Scope, __: Receive, ___: Send) -> None:
    """Fail as a defect of the service would."""
    raise ValueError("the completion says SECRET")


async def raising_late(_: Scope, __: Receive, send: Send) -> None:
    """Fail after the answer has begun."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ValueError("the completion says SECRET")


async def serve(
    app: object,
    wire: Wire,
    log: Telemetry,
    scope: Scope = SCOPE,
    api_key: SecretStr | None = None,
    body_s: float = 60,
    samples_per_min: int | None = None,
) -> None:
    """Send one connection through the edge."""
    pool = Pool(TEST_REWARDS, workers=1, memory_bytes=512 * MEBIBYTE)
    settings = Settings(max_body_mb=10 / MEBIBYTE, samples_per_min=samples_per_min)
    allowances = OwnAllowances()
    if samples_per_min is not None:
        allowances.charge("local", samples_per_min / 60, samples_per_min)
    edge = Edge(
        app,  # type: ignore[arg-type]
        telemetry=log,
        metrics=Metrics(Registry([]), pool, NoJudges()),
        door=Door(EqualQuotas(settings), allowances, pool.check),
        gate=Gate(NoKeys(), api_key, "127.0.0.1"),
        shortcuts=Shortcuts({}),
        headers=AnswerHeaders(Retirements({}), Drain()),
        body_s=body_s,
    )
    await edge(dict(scope), wire.receive, wire.send)


async def test_who_is_turned_away_waits_for_it() -> None:
    """So that whoever heeds no Retry-After costs the others little by it; the body is not read."""
    wire = Wire()
    began = time.monotonic()
    with logging_to(io.StringIO()) as log:
        await serve(raising, wire, log, samples_per_min=60)
    assert 429 == wire.sent[0]["status"]
    assert time.monotonic() - began >= TURNED_AWAY_S


async def test_a_defect_is_a_500_without_its_text() -> None:
    """The answer and the log name the request, the type and the place."""
    stream = io.StringIO()
    wire = Wire({"type": "http.request", "body": b"{}", "more_body": False})
    with logging_to(stream) as log:
        await serve(raising, wire, log)
    assert 500 == wire.sent[0]["status"]
    crashed, answered = (json.loads(line) for line in stream.getvalue().splitlines())
    assert ("request_crashed", "ValueError") == (crashed["event"], crashed["error"])
    assert crashed["where"].startswith("test_edge.py:")
    assert (500, 2) == (answered["status"], answered["bytes_in"])
    assert crashed["request_id"] in wire.sent[1]["body"].decode()
    assert "SECRET" not in stream.getvalue() + str(wire.sent)


async def test_a_defect_after_the_answer_began_is_logged() -> None:
    """A second answer would only confuse the client."""
    stream = io.StringIO()
    wire = Wire({"type": "http.request", "body": b"", "more_body": False})
    with logging_to(stream) as log:
        await serve(raising_late, wire, log)
    assert ["http.response.start"] == [message["type"] for message in wire.sent]
    assert "request_crashed" in stream.getvalue()


async def test_a_client_that_left_is_logged_as_499() -> None:
    """Nothing is sent, and the app sees nothing."""
    stream = io.StringIO()
    wire = Wire({"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"})
    with logging_to(stream) as log:
        await serve(raising, wire, log)
    assert [] == wire.sent
    assert 499 == json.loads(stream.getvalue())["status"]


async def test_what_is_not_http_goes_through() -> None:
    """The lifespan has no headers to check."""
    seen: list[str] = []

    async def app(scope: Scope, _: Receive, __: Send) -> None:
        seen.append(scope["type"])

    with logging_to(io.StringIO()) as log:
        await serve(app, Wire(), log, {"type": "lifespan"})
    assert ["lifespan"] == seen


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (b"Bearer " + "schl\u00fcssel: 1".encode(), 200),
        (b"Bearer " + "schl\u00fcssel: 1".encode("latin-1"), 200),
        (b"Basic " + b64encode("team:schl\u00fcssel: 1".encode()), 200),
        (b"Basic " + b64encode("team:schl\u00fcssel: 1".encode("latin-1")), 200),
        (b"Basic " + b64encode(b"team:schlussel: 1"), 401),
        (b"Basic " + b64encode(b"team:1"), 401),
    ],
)
async def test_a_key_is_a_text_in_any_encoding(authorization: bytes, status: int) -> None:
    """UTF-8, or Latin-1, which clients make of a password in a URL; and it may hold a colon."""
    wire = Wire({"type": "http.request", "body": b"", "more_body": False})
    scope = {**SCOPE, "headers": [(b"authorization", authorization)]}
    with logging_to(io.StringIO()) as log:
        await serve(Response("", 200), wire, log, scope, SecretStr("schl\u00fcssel: 1"))
    assert status == wire.sent[0]["status"]
