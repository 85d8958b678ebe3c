"""Each entry point, called exactly as its trainer calls it."""

import asyncio
import inspect
import multiprocessing
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from trainer_client import RewardSpec, TRLRewards, Unreachable, Unscored, verl
from trainer_client._scorer import _KEPT, Scorer
from trainer_client.areal import DEADLINE_S, ArealReward
from trainer_client.ms_swift import plugins
from trainer_client.skyrl import StepReward
from trainer_client.slime import GroupReward
from trainer_client.trl_async import AsyncTRLRewards
from trainer_client.trl_async_grpo import AsyncGRPORewards
from trainer_client.verifiers import RubricReward

if TYPE_CHECKING:
    from conftest import FakeService, Make

SPECS = [RewardSpec("equal@v1", weight=2.0), RewardSpec("short@v1", weight=0.5)]
BATCH = {
    "prompts": ["2+2="] * 3,
    "completions": ["4", "1234", "!crash"],
    "completion_ids": [[1], [1, 2], [1]],
    "answer": ["4"] * 3,
}


class Number(float):
    """A number as numpy has it."""

    def tolist(self) -> float:
        """The number."""
        return float(self)


INFO = {"index": Number(7), "num_turns": None, "rollout_reward_scores": {}, "answer": "a long way to #### 4"}


async def closing(scorer: Scorer, call: Any) -> Any:  # noqa: ANN401
    """What a call gives, the loop's connections closed after it."""
    try:
        return await call
    finally:
        await scorer.aclose()


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """No scorer outlives the service that it asks."""
    yield
    for scorer in _KEPT.values():
        scorer.close()
    _KEPT.clear()


def verl_call(url: str, solution: str, **settings: object) -> dict[str, float]:
    """What verl's managers do with an asynchronous function: keywords, and the settings beside them."""
    settings = {"reward": "equal@v1", "url": url, **settings}
    function = partial(verl.compute_score, **settings)

    async def call() -> dict[str, float]:
        try:
            return await function(data_source="d", solution_str=solution, ground_truth="4", extra_info=dict(INFO))
        finally:
            await verl.scorer(settings).aclose()

    return asyncio.run(call())


def test_verl(url: str) -> None:
    """The keys are the same whatever comes of a completion."""
    assert inspect.iscoroutinefunction(verl.compute_score)
    assert {"score": 1.0, "unscored": 0} == verl_call(url, "4", unscored=0.5)
    assert {"score": 0.5, "unscored": 1} == verl_call(url, "!crash", unscored=0.5)


def test_verl_raises(url: str) -> None:
    """What cannot be judged is no number unless one is named."""
    with pytest.raises(Unscored):
        verl.compute_score_sync("d", "!crash", "4", INFO, reward="equal@v1", url=url)


def test_verl_in_threads(url: str, service: "FakeService") -> None:
    """The function for threads takes what verl adds for reward models, and keeps its scorer."""
    call = partial(verl.compute_score_sync, reward="equal@v1", url=url)
    for _ in range(3):
        assert {"score": 1.0, "unscored": 0} == call("d", "4", "4", INFO, reward_router_address="a:1")
    assert 3 == len(service.asked)
    assert 1 + 3 == len(service.headers)


def test_verl_batch(url: str, service: "FakeService") -> None:
    """A batch is one request, and a rubric's parts come under constant keys."""
    service.host_rubric("sum@v1", {"right": "equal@v1", "neat": "short@v1"})
    found = verl.compute_score_batch(
        data_sources=["d"] * 3,
        solution_strs=["4", "1234", "!crash"],
        ground_truths=["4"] * 3,
        extra_infos=[dict(INFO)] * 3,
        reward="sum@v1",
        url=url,
        unscored=0,
    )
    assert [2.0, 0.0, 0.0] == [each["score"] for each in found]
    assert {("score", "unscored", "parts/right", "parts/neat")} == {tuple(each) for each in found}
    assert 1 == len(service.asked)


def test_areal(make: "Make") -> None:
    """It is called in a process of its own, with the row's columns."""
    reward = make(ArealReward, deadline_s=60)
    call = partial(reward, "2+2=", "4", [1], [2], answer="4", messages=[])
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as workers:
        assert [1.0, 1.0] == [workers.submit(call).result() for _ in range(2)]
        with pytest.raises(Unscored):
            workers.submit(partial(reward, "2+2=", "!crash", [1], [2], answer="4")).result()
    assert reward._settings["deadline_s"] == DEADLINE_S < 15


def test_areal_never_waits_for_its_trainer() -> None:
    """A dead service is an error in time, never the trainer's 0."""
    with pytest.raises(Unreachable):
        ArealReward("equal@v1", url="http://127.0.0.1:9", deadline_s=0.2)("p", "c", [], [], answer="4")


def test_skyrl(make: "Make") -> None:
    """A step has the number and what to log."""
    reward = make(StepReward, unscored=0)
    extras = {"reward_spec": {"method": "rule", "ground_truth": "4"}, "data_source": "d"}
    step = {"observations": [], "reward": 1.0, "done": True, "metadata": {"score": 1.0, "unscored": 0}}
    assert step == reward.step("4", extras, [{"role": "user", "content": "2+2="}])
    assert 1 == reward.step("!crash", extras)["metadata"]["unscored"]


def test_verifiers(make: "Make") -> None:
    """The number of a rollout; where there is none its state says so, since a rubric makes a 0 of an exception."""
    reward = make(RubricReward)
    state: dict[str, Any] = {}
    prompt = [{"role": "user", "content": "2+2="}]
    more = {"info": {"unit": "cm"}, "parser": object(), "task": None}
    good = [{"role": "assistant", "content": "4"}]
    call = reward(prompt=prompt, completion=good, answer="4", state=state, **more)
    assert (1.0, {"unscored": 0}) == (asyncio.run(closing(reward, call)), state)
    bad = [{"role": "assistant", "content": "!crash"}]
    with pytest.raises(Unscored):
        asyncio.run(closing(reward, reward(prompt=prompt, completion=bad, answer="4", state=state)))
    assert (1, Unscored) == (state["unscored"], type(state["error"]))
    odd, untold = [{"content": "4"}], dict[str, Any]()
    with pytest.raises(KeyError):
        asyncio.run(closing(reward, reward(prompt=prompt, completion=odd, answer="4", state=untold)))
    assert (1, KeyError) == (untold["unscored"], type(untold["error"]))


def test_slime(make: "Make", service: "FakeService") -> None:
    """A group is one request, with what the remote wire leaves out: the metadata and the length."""
    reward = make(GroupReward)
    samples = [
        SimpleNamespace(prompt="2+2=", response=text, label="4", metadata={"unit": "cm"}, response_length=9)
        for text in ("4", "1234")
    ]
    assert [1.0, 0.0] == asyncio.run(closing(reward, reward(SimpleNamespace(rm_url=None), samples)))
    assert 1 == len(service.asked)
    assert [9, 9] == [sample["completion_tokens"] for sample in service.asked[0]["samples"]]


def test_trl_async(url: str, service: "FakeService") -> None:
    """Awaited together, the functions share one request."""
    rewards = AsyncTRLRewards(SPECS, base_url=url, max_failure_share=1)

    async def call() -> list[Any]:
        return await asyncio.gather(*(function(**BATCH) for function in rewards.functions))  # type: ignore[arg-type]

    assert [[1.0, 0.0, None], [1.0, 0.0, None]] == asyncio.run(call())
    assert [[1.0, 0.0, None], [1.0, 0.0, None]] == asyncio.run(call())
    assert 2 == len(service.asked)
    assert ["equal@v1", "short@v1"] == [function.__name__ for function in rewards.functions]
    assert all(inspect.iscoroutinefunction(type(function).__call__) for function in rewards.functions)
    rewards.close()


def sums(functions: list[Callable[..., list[float | None]]]) -> list[list[float | None]]:
    """The columns of one group."""
    return [function(**BATCH) for function in functions]


def test_async_grpo(url: str, service: "FakeService") -> None:
    """Pickled into a spawned process, the functions carry their weights and share one request."""
    rewards = AsyncGRPORewards(SPECS, base_url=url, max_failure_share=1)
    assert sums(rewards.functions)[0] == [2.0, 0.0, None]
    rewards.close()
    for function in rewards.functions:
        pickle.dumps(function)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as workers:
        assert [[2.0, 0.0, None], [0.5, 0.0, None]] == workers.submit(sums, rewards.functions).result()
    assert 2 == len(service.asked)


SWIFT = {
    "trainer_state": SimpleNamespace(global_step=3),
    "messages": [[{"role": "user", "content": "2+2="}, {"role": "assistant", "content": "4"}]] * 3,
    "prompt_id": ["p"] * 3,
    "request_id": ["a", "b", "c"],
    "finish_reason": ["stop"] * 3,
    "is_truncated": [False] * 3,
    "rollout_infos": [{}] * 3,
    "response_token_ids": [[[1], [2, 3]]] * 3,
    "solution": ["4"] * 3,
}


@pytest.mark.parametrize("kind", [TRLRewards, AsyncTRLRewards])
def test_ms_swift(url: str, service: "FakeService", kind: type[TRLRewards]) -> None:
    """Completions come first and are strings; asynchronous classes meet a fresh loop at each step."""
    rewards = kind(SPECS, base_url=url, max_failure_share=1)
    made = {name: each(args=None) for name, each in plugins(rewards).items()}
    assert ["equal@v1", "short@v1"] == list(made) == [type(each).__name__ for each in made.values()]

    async def gathered() -> list[Any]:
        return await asyncio.gather(*(each(["4", "1234", "!crash"], **SWIFT) for each in made.values()))

    for _ in range(2):
        if kind is TRLRewards:
            found = [each(["4", "1234", "!crash"], **SWIFT) for each in made.values()]
        else:
            found = asyncio.run(gathered())
        assert [[1.0, 0.0, None], [1.0, 0.0, None]] == found
    assert 2 == len(service.asked)
    sample = service.asked[0]["samples"][0]
    assert ([1, 2, 3], [{"role": "user", "content": "2+2="}]) == (sample["completion_ids"], sample["prompt"])
    rewards.close()


def test_ms_swift_without_ids(url: str, service: "FakeService") -> None:
    """Where a completion has no token ids, none are sent."""
    rewards = TRLRewards([RewardSpec("equal@v1")], base_url=url)
    (made,) = plugins(rewards).values()
    assert [1.0] == made()(["4"], messages=SWIFT["messages"][:1], response_token_ids=[[]], solution=["4"])  # type: ignore[index]
    assert [1.0] == made()(["4"], solution=["4"])
    assert all("completion_ids" not in asked["samples"][0] for asked in service.asked)
    rewards.close()
