"""What requests say of themselves: their run, their step, and which attempts are one."""

import asyncio
import pickle
from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING

import httpx
import pytest

from trainer_client import AsyncRewardClient, Backoff, RewardClient, RewardSpec, Sample, TRLRewards
from trainer_client._label import Label, checked_run
from trainer_client._rows import Row
from trainer_client._scorer import Scorer

if TYPE_CHECKING:
    from conftest import FakeService, Make

URL = "http://service.test"
QUICK = Backoff(0.001, 0.002)
SAMPLES = [Sample("4", {"answer": "4"})]


def said(headers: httpx.Headers) -> tuple[str | None, str | None, bool]:
    """Return the run and the step that a request names, and whether it has a key."""
    return headers.get("X-Run-ID"), headers.get("X-Run-Step"), "Idempotency-Key" in headers


def sync_scores(transport: httpx.MockTransport, run: str | None, step: int | None) -> None:
    """Score by a reward and by a rubric with the ordinary client."""
    with RewardClient(URL, run=run, backoff=QUICK, transport=transport) as client:
        client.rewards()
        client.score("equal@v1", SAMPLES, step=step)
        client.score_rubric("sum@v1", SAMPLES, step=step)


def async_scores(transport: httpx.MockTransport, run: str | None, step: int | None) -> None:
    """The same with the asynchronous client."""

    async def score() -> None:
        async with AsyncRewardClient(URL, run=run, backoff=QUICK, transport=transport) as client:
            await client.rewards()
            await client.score("equal@v1", SAMPLES, step=step)
            await client.score_rubric("sum@v1", SAMPLES, step=step)

    asyncio.run(score())


@pytest.mark.parametrize("scores", [sync_scores, async_scores])
def test_both_clients_name_the_run(
    service: "FakeService", transport: httpx.MockTransport, scores: Callable[..., None]
) -> None:
    """With every batch, and never where something is only read."""
    service.host_rubric("sum@v1", {"right": "equal@v1"})
    scores(transport, "grpo, seed 3", 7)
    scores(transport, None, 7)
    named, nameless = ("grpo, seed 3", "7", True), (None, None, True)
    nothing = (None, None, False)
    assert [nothing, named, named, nothing, nameless, nameless] == [said(each) for each in service.headers]


def test_the_attempts_of_a_request_have_one_key(service: "FakeService", transport: httpx.MockTransport) -> None:
    """And each request has one of its own, of a batch that takes several too."""
    service.replies = [httpx.Response(503), httpx.Response(502)]
    with RewardClient(URL, backoff=QUICK, transport=transport) as client:
        client.score("equal@v1", SAMPLES)
        client.score("equal@v1", SAMPLES)
    keys = [headers["Idempotency-Key"] for headers in service.headers]
    assert (keys[0], keys[0]) == (keys[1], keys[2])
    assert len({keys[0], keys[3]}) == 2
    assert len(Label().headers()["Idempotency-Key"]) == 32


def test_trl_tells_its_step(service: "FakeService", transport: httpx.MockTransport) -> None:
    """As the trainer's state has it; also once it was pickled."""
    specs = [RewardSpec("equal@v1")]
    kept = pickle.loads(pickle.dumps(TRLRewards(specs, base_url=URL, run="grpo")))  # noqa: S301 - our own
    rewards = TRLRewards(specs, base_url=URL, run="grpo", transport=transport)
    state = SimpleNamespace(global_step=12)
    rewards.functions[0](prompts=["2+2="], completions=["4"], answer=["4"], trainer_state=state)
    assert ("grpo", "12", True) == said(service.headers[-1])
    assert kept._run == "grpo"


def test_a_scorer_names_its_run(make: "Make") -> None:
    """And the step where its caller knows it."""
    scorer = make(Scorer, "equal@v1", run="areal 7")
    assert [1.0] == [verdict.value for verdict in scorer.score([Row("4", "4")], step=3)]
    assert scorer.__reduce__()[1][2]["run"] == "areal 7"


@pytest.mark.parametrize("run", ["", " a", "a\n", "ä", "r" * 201])
def test_a_run_that_no_header_holds_is_refused(run: str) -> None:
    """Before anything is sent."""
    for make_it in (
        lambda: checked_run(run),
        lambda: RewardClient(URL, run=run),
        lambda: TRLRewards([RewardSpec("equal@v1")], base_url=URL, run=run),
        lambda: Scorer("equal@v1", url=URL, run=run),
    ):
        with pytest.raises(ValueError, match="printable characters"):
            make_it()
