"""Both clients, against a service inside the test."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from trainer_client import (
    AsyncRewardClient,
    Backoff,
    BadReply,
    Failure,
    Rejected,
    RewardClient,
    RewardRequest,
    Sample,
    Score,
    Unreachable,
    VersionMismatch,
)

if TYPE_CHECKING:
    from conftest import FakeService

URL = "http://service.test"
QUICK = Backoff(0.001, 0.002)

Call = Callable[..., Any]


def sync_call(transport: httpx.MockTransport, method: str, *args: object, **options: Any) -> Any:  # noqa: ANN401
    """What a method of the ordinary client returns."""
    settings = {"deadline_s": options.pop("deadline_s", 5), "api_key": options.pop("api_key", None)}
    with RewardClient(URL, **settings, backoff=QUICK, transport=transport) as client:
        return getattr(client, method)(*args, **options)


def async_call(transport: httpx.MockTransport, method: str, *args: object, **options: Any) -> Any:  # noqa: ANN401
    """What the same method of the asynchronous client returns."""
    settings = {"deadline_s": options.pop("deadline_s", 5), "api_key": options.pop("api_key", None)}

    async def call() -> object:
        async with AsyncRewardClient(URL, **settings, backoff=QUICK, transport=transport) as client:
            return await getattr(client, method)(*args, **options)

    return asyncio.run(call())


@pytest.fixture(params=[sync_call, async_call], ids=["sync", "async"])
def call(request: pytest.FixtureRequest) -> Call:
    """Either client."""
    found: Call = request.param
    return found


SAMPLES: Sequence[Sample] = [Sample("4", {"answer": "4"}), Sample("5", {"answer": "4"}), Sample("6")]


def test_score(call: Call, transport: httpx.MockTransport, service: "FakeService") -> None:
    """One reward gives one outcome for each sample, in order."""
    right, wrong, missing = call(transport, "score", "equal@v1", SAMPLES, {"limit": 3})
    assert right == Score(1.0, "because", "It is so.", {"extracted": "4", "length": 1})
    assert wrong.value == 0.0
    assert missing == Failure("missing_reference", "It is not so.")
    assert service.asked[0]["rewards"] == [{"reward": "equal@v1", "params": {"limit": 3}}]
    assert service.asked[0]["samples"][0] == {"completion": "4", "reference": {"answer": "4"}}


def test_statistics(call: Call, transport: httpx.MockTransport, service: "FakeService") -> None:
    """They come where they are asked for."""
    (plain,) = call(transport, "score_many", ["equal@v1"], SAMPLES)
    (found,) = call(transport, "score_many", ["equal@v1"], SAMPLES, statistics=True)
    assert plain.statistics is None
    assert found.statistics.samples == len(SAMPLES)
    assert found.outcomes == plain.outcomes
    assert ["statistics" in asked for asked in service.asked] == [False, True]


def test_score_many(call: Call, transport: httpx.MockTransport, service: "FakeService") -> None:
    """Several rewards take one request."""
    results = call(transport, "score_many", ["equal@v1", RewardRequest("short@v1")], SAMPLES)
    assert [result.reward for result in results] == ["equal@v1", "short@v1"]
    assert [outcome.value for outcome in results[1].outcomes] == [1.0, 1.0, 1.0]
    assert results[0].build == "sha256:build-of-equal@v1"
    assert len(service.asked) == 1


def test_no_samples(call: Call, transport: httpx.MockTransport) -> None:
    """An empty batch has no outcomes."""
    assert call(transport, "score", "equal@v1", []) == []


def test_rewards(call: Call, transport: httpx.MockTransport) -> None:
    """The catalogue lists what there is."""
    assert [info.id for info in call(transport, "rewards")] == ["equal@v1", "short@v1"]


def test_api_key(call: Call, transport: httpx.MockTransport, service: "FakeService") -> None:
    """The key travels as a bearer token, and nothing travels without one."""
    call(transport, "rewards", api_key="secret")
    call(transport, "rewards")
    assert [each.get("authorization") for each in service.headers] == ["Bearer secret", None]


def test_throttled(call: Call, transport: httpx.MockTransport, service: "FakeService") -> None:
    """A throttled request is repeated."""
    service.replies = [httpx.Response(429, headers={"Retry-After": "0"}), httpx.Response(503)]
    assert call(transport, "score", "short@v1", [Sample("x")])[0].value == 1.0
    assert len(service.asked) == 3


def test_refused(call: Call, transport: httpx.MockTransport, service: "FakeService") -> None:
    """A refusal says where the request is wrong."""
    problem = {"title": "Invalid", "status": 422, "errors": [{"path": "samples.0", "message": "is bad"}]}
    service.replies = [httpx.Response(422, json=problem)]
    with pytest.raises(Rejected, match=r"samples\.0: is bad"):
        call(transport, "score", "short@v1", [Sample("x")])
    assert len(service.asked) == 1


def test_pinned(call: Call, transport: httpx.MockTransport) -> None:
    """A pinned digest is compared with what answered."""
    served = "sha256:behaviour-of-short@v1"
    assert len(call(transport, "score", "short@v1", [Sample("x")], behaviour=served)) == 1
    with pytest.raises(VersionMismatch):
        call(transport, "score", "short@v1", [Sample("x")], build="sha256:other")


def test_unreachable(call: Call) -> None:
    """A service that is not there is given up at the deadline."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(Unreachable, match="ConnectError refused"):
        call(httpx.MockTransport(refuse), "rewards", deadline_s=0.05)


class Trickle(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A reply of which something comes all the time, for three seconds."""

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(30):
            time.sleep(0.1)
            yield b" "

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(30):
            await asyncio.sleep(0.1)
            yield b" "


def test_a_reply_that_never_ends(call: Call) -> None:
    """Is given up at the deadline as well: a trainer would take what is late for a 0, or wait for ever."""
    started = time.monotonic()
    with pytest.raises(Unreachable, match="came too slowly"):
        call(httpx.MockTransport(lambda _: httpx.Response(200, stream=Trickle())), "rewards", deadline_s=0.35)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("client", [RewardClient, AsyncRewardClient])
def test_address(client: type[RewardClient | AsyncRewardClient]) -> None:
    """An address without a scheme is refused before anything is sent."""
    with pytest.raises(ValueError, match="http://"):
        client("127.0.0.1:8400")


@pytest.mark.parametrize("client", [RewardClient, AsyncRewardClient])
def test_a_key_that_no_header_carries(client: type[RewardClient | AsyncRewardClient]) -> None:
    """Is refused at once; sent, it would be tried again and again and stand in the error."""
    for key in ("sek\nret", "schl\u00fcssel"):
        with pytest.raises(ValueError, match="no header can carry") as caught:
            client(URL, key)
        assert key not in str(caught.value)


def test_a_key_from_a_file(call: Call, transport: httpx.MockTransport, service: "FakeService") -> None:
    """May end as lines do."""
    call(transport, "rewards", api_key="secret\n")
    assert "Bearer secret" == service.headers[0]["Authorization"]


def test_no_error_shows_a_password(caplog: pytest.LogCaptureFixture) -> None:
    """That stands in the address."""
    with (
        RewardClient("http://team:secret@127.0.0.1:1/at", deadline_s=0.02, backoff=QUICK) as client,
        pytest.raises(Unreachable, match=r"at http://127.0.0.1:1/at gave") as caught,
    ):
        client.rewards()
    assert "secret" not in f"{caught.value!r}{caplog.text}"


def test_score_rubric(call: Call, transport: httpx.MockTransport, service: "FakeService") -> None:
    """A rubric gives one outcome for each sample, and what each part said."""
    service.host_rubric("sum@v1", {"right": "equal@v1", "neat": "short@v1"})
    found = call(transport, "score_rubric", "sum@v1", SAMPLES)
    assert [2.0, 1.0, None] == [outcome.value for outcome in found.outcomes]
    assert [("right", (1.0, 0.0, None)), ("neat", (1.0, 1.0, 1.0))] == [
        (each.name, each.values) for each in found.parts
    ]
    assert "sha256:sum@v1" == found.digest
    assert {"samples", "deadline_ms"} == service.asked[0].keys()


def test_a_rubric_in_two_requests(call: Call, transport: httpx.MockTransport, service: "FakeService") -> None:
    """A batch that is too large for one request comes back in order."""
    service.host_rubric("sum@v1", {"right": "equal@v1", "neat": "short@v1"})
    samples = [Sample(str(number), {"answer": str(number % 7)}, group=str(number % 3)) for number in range(1500)]
    found = call(transport, "score_rubric", "sum@v1", samples)
    assert len(service.asked) == 2
    assert [float(number < 7) + float(number < 1000) for number in range(1500)] == [o.value for o in found.outcomes]
    assert [float(number < 7) for number in range(1500)] == list(found.parts[0].values)


def test_rubrics(call: Call, transport: httpx.MockTransport, service: "FakeService") -> None:
    """The rubrics are listed with the rewards of their parts."""
    service.host_rubric("sum@v1", {"right": "equal@v1", "neat": "short@v1"})
    (found,) = call(transport, "rubrics")
    assert ("sum@v1", "sha256:sum@v1", (0.0, 2.0)) == (found.id, found.digest, found.range)
    assert {"right": "equal@v1", "neat": "short@v1"} == found.rewards


def test_a_pinned_rubric(call: Call, transport: httpx.MockTransport, service: "FakeService") -> None:
    """Its digest is compared with what answered."""
    service.host_rubric("sum@v1", {"right": "equal@v1"})
    assert len(call(transport, "score_rubric", "sum@v1", SAMPLES, digest="sha256:sum@v1").outcomes) == len(SAMPLES)
    with pytest.raises(VersionMismatch, match="rubric digest"):
        call(transport, "score_rubric", "sum@v1", SAMPLES, digest="sha256:other")


def test_a_rubric_is_retried(call: Call, transport: httpx.MockTransport, service: "FakeService") -> None:
    """As every other call is."""
    service.host_rubric("sum@v1", {"neat": "short@v1"})
    service.replies = [httpx.Response(429, headers={"Retry-After": "0"}), httpx.Response(503)]
    assert [1.0] == [outcome.value for outcome in call(transport, "score_rubric", "sum@v1", [Sample("x")]).outcomes]


BAD_RUBRIC = {"rubric": "sum@v1", "digest": "d", "elapsed_ms": 1, "parts": [], "outcomes": []}


@pytest.mark.parametrize(
    "reply",
    [
        BAD_RUBRIC | {"rubric": "other@v1"},
        BAD_RUBRIC,
        BAD_RUBRIC | {"outcomes": [{"status": "scored", "value": None}]},
        BAD_RUBRIC | {"parts": [{"name": "right"}]},
        BAD_RUBRIC | {"outcomes": [{"status": "scored", "value": 10**400}]},
        BAD_RUBRIC | {"outcomes": [{"status": "scored", "value": 1, "details": [2]}]},
    ],
)
def test_no_rubric(call: Call, transport: httpx.MockTransport, service: "FakeService", reply: dict[str, Any]) -> None:
    """A reply that is not what was agreed is not believed."""
    service.replies = [httpx.Response(200, json=reply)]
    with pytest.raises(BadReply):
        call(transport, "score_rubric", "sum@v1", [Sample("x")])


def test_no_rubrics(call: Call) -> None:
    """Neither is such a list."""
    with pytest.raises(BadReply, match="list of rubrics"):
        call(httpx.MockTransport(lambda _: httpx.Response(200, json={"rubrics": [{}]})), "rubrics")
