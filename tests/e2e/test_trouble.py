"""A client through whatever befalls its service: no sample is lost and no reward invented."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import orjson
import pytest

from benchmarks.load import Tally, load, load_anew, request
from tests.e2e.processes import ServiceProcess, service_process
from trainer_client import AsyncRewardClient, Failure, Outcome, RewardClient, Sample, Score, Unreachable

pytestmark = pytest.mark.e2e

MATH = "math_equal@v2"
PATH = f"/v1/rewards/{MATH}/score"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that the tests may kill, provided that they start it again."""
    with service_process(tmp_path_factory.mktemp("service"), memo_entries="0") as running:
        yield running


def sample(number: int) -> Sample:
    """Return a sample of its own, right where the number is even."""
    return Sample(f"So it is \\boxed{{{number + number % 2}}}.", {"answer": str(number)})


def expected(numbers: Sequence[int]) -> list[float]:
    """Return what the samples are worth."""
    return [float(number % 2 == 0) for number in numbers]


def values(outcomes: Sequence[Outcome]) -> list[float | None]:
    """Return the values, None for a failure."""
    return [outcome.value for outcome in outcomes]


def body(number: int) -> bytes:
    """Return a request of one sample."""
    one = sample(number)
    return request(PATH, orjson.dumps({"samples": [{"completion": one.completion, "reference": one.reference}]}))


def told(tally: Tally) -> list[float | None]:
    """Return the values of requests of one sample, in order."""
    return [orjson.loads(tally.bodies[number])["outcomes"][0]["value"] for number in sorted(tally.bodies)]


def test_a_service_killed_in_the_middle_of_a_call_is_seen_through(service: ServiceProcess) -> None:
    """It is away for some seconds, comes back on its port, and every sample gets the outcome it would have had."""
    numbers = range(6_000)
    found: list[Outcome] = []
    with RewardClient(service.url, deadline_s=120) as client:
        assert expected(range(8)) == values(client.score(MATH, [sample(number) for number in range(8)]))
        call = threading.Thread(target=lambda: found.extend(client.score(MATH, [sample(n) for n in numbers])))
        call.start()
        time.sleep(0.3)
        service.kill()
        assert call.is_alive()
        time.sleep(3)
        service.start()
        call.join()
    assert expected(numbers) == values(found)


def test_calls_of_one_sample_survive_a_restart(service: ServiceProcess) -> None:
    """Two thousand under way at once, some answered before, some after."""
    numbers = range(2_000)

    async def calls() -> list[list[Outcome]]:
        async with AsyncRewardClient(service.url, deadline_s=200) as client:
            tasks = [asyncio.ensure_future(client.score(MATH, [sample(number)])) for number in numbers]
            while sum(task.done() for task in tasks) < 100:  # noqa: ASYNC110 - tasks tell nobody how many are done
                await asyncio.sleep(0.01)
            await asyncio.to_thread(service.kill)
            await asyncio.sleep(1)
            await asyncio.to_thread(service.start)
            return await asyncio.gather(*tasks)

    assert expected(numbers) == [outcome.value for (outcome,) in asyncio.run(calls())]


def test_a_dead_service_is_a_clear_error_in_time() -> None:
    """Nobody listens: the error says so, and comes within the deadline."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    started = time.monotonic()
    with RewardClient(url, deadline_s=3) as client, pytest.raises(Unreachable, match=r"refused|ConnectError") as caught:
        client.score(MATH, [sample(1)])
    assert time.monotonic() - started < 4
    assert url in str(caught.value)


def test_a_service_that_says_nothing_is_a_clear_error_in_time() -> None:
    """Its machine hangs: the connection opens and no answer comes."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        started = time.monotonic()
        with RewardClient(url, deadline_s=2) as client, pytest.raises(Unreachable, match="Timeout"):
            client.score(MATH, [sample(1)])
        assert time.monotonic() - started < 4


def test_a_full_queue_is_waited_out(tmp_path: Path) -> None:
    """Ten calls of more than half the queue each: 503 with a time, and in the end all are scored."""
    with service_process(tmp_path, max_queued="100", memo_entries="0") as small:
        replies: list[httpx.Response] = []

        async def calls() -> list[list[Outcome]]:
            async with AsyncRewardClient(small.url, deadline_s=120) as client:
                client._http.event_hooks["response"].append(note)
                batches = [[sample(60 * batch + number) for number in range(60)] for batch in range(10)]
                return await asyncio.gather(*(client.score(MATH, batch) for batch in batches))

        async def note(reply: httpx.Response) -> None:
            replies.append(reply)

        found = asyncio.run(calls())
    assert expected(range(600)) == [outcome.value for outcomes in found for outcome in outcomes]
    refused = [reply for reply in replies if reply.status_code == 503]
    assert refused
    assert {1, 2} >= {int(reply.headers["Retry-After"]) for reply in refused}


def test_slow_samples_are_typed_and_their_neighbours_right(service: ServiceProcess) -> None:
    """Sums that take longer than the deadline are `deadline`, to be tried again; what came with them is right.

    Once in one request, and once as requests of one sample, which share their workers.
    """
    slow = [rf"\boxed{{\sum_{{k=0}}^{{{1000 + n}}} \binom{{{1000 + n}}}{{k}}^3}}" for n in range(40)]
    with RewardClient(service.url) as client:  # has the workers load their libraries, which no deadline should pay for
        client.score(MATH, [sample(number) for number in range(1_000, 1_064)])
    with RewardClient(service.url, deadline_s=3) as client:
        samples = [*map(sample, range(8)), *(Sample(text, {"answer": "1/3"}) for text in slow)]
        whole = client.score(MATH, samples)
    check_slow(whole)
    # One request has one deadline, within which an ordinary sample may have lost its worker again and again.
    assert all(found in {None, right} for found, right in zip(values(whole[:8]), expected(range(8)), strict=True))

    async def calls() -> list[Outcome]:
        hurried, patient = AsyncRewardClient(service.url, deadline_s=3), AsyncRewardClient(service.url, deadline_s=60)
        async with hurried, patient:
            asked = [(patient if number < 8 else hurried).score(MATH, [one]) for number, one in enumerate(samples)]
            return [outcome for (outcome,) in await asyncio.gather(*asked)]

    apart = asyncio.run(calls())
    check_slow(apart)
    assert expected(range(8)) == values(apart[:8])


def check_slow(outcomes: Sequence[Outcome]) -> None:
    """Check the slow samples, which are all wrong, behind the eight ordinary ones."""
    failures = [outcome for outcome in outcomes[8:] if isinstance(outcome, Failure)]
    assert failures
    assert {("deadline", True)} == {(failure.kind, failure.retryable) for failure in failures}
    assert {0.0} >= {outcome.value for outcome in outcomes[8:] if isinstance(outcome, Score)}


@pytest.mark.timeout(600)
def test_ten_thousand_calls_from_one_client(service: ServiceProcess) -> None:
    """All under way at once: each gets its own outcome."""
    numbers = range(10_000)

    async def calls() -> list[list[Outcome]]:
        async with AsyncRewardClient(service.url, deadline_s=300) as client:
            return await asyncio.gather(*(client.score(MATH, [sample(number)]) for number in numbers))

    assert expected(numbers) == [outcome.value for (outcome,) in asyncio.run(calls())]


@pytest.mark.timeout(300)
def test_ten_thousand_requests_with_a_connection_each(service: ServiceProcess) -> None:
    """Five hundred at a time, by a client that never keeps a connection: none is refused and none lost."""
    numbers = range(10_000)
    tally = load_anew("127.0.0.1", service.port, [body(number) for number in numbers], 500)
    assert (10_000, 0, 0) == (tally.answers, tally.refused, tally.lost)
    assert expected(numbers) == told(tally)


@pytest.mark.timeout(300)
def test_ten_thousand_connections_at_once(service: ServiceProcess) -> None:
    """As many connections as requests, all open together: the backlog and the descriptors hold."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    number = min(10_000, hard - 200)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, number + 200), hard))
    try:
        tally = load("127.0.0.1", service.port, [body(each) for each in range(number)], number)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (number, 0, 0) == (tally.answers, tally.refused, tally.lost)
    assert expected(range(number)) == told(tally)
