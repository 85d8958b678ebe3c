"""The entry points inside the trainers' own code, wherever a trainer is installed."""

import asyncio
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from trainer_client import RewardSpec, TRLRewards, Unscored
from trainer_client._scorer import _KEPT
from trainer_client.areal import ArealReward
from trainer_client.ms_swift import plugins
from trainer_client.skyrl import StepReward
from trainer_client.trl_async import AsyncTRLRewards
from trainer_client.trl_async_grpo import AsyncGRPORewards
from trainer_client.verifiers import RubricReward

if TYPE_CHECKING:
    from conftest import FakeService, Make

pytestmark = [
    pytest.mark.e2e,
    # The trainers' own words about their own futures, and what they leave open.
    pytest.mark.filterwarnings("ignore"),
]

SPECS = [RewardSpec("equal@v1", weight=2.0), RewardSpec("short@v1", weight=0.5)]
WRONG = "1234"
LOST = "!crash"
"""What cannot be judged."""


def group(completions: list[str], loop: Any) -> Any:  # noqa: ANN401
    """A group as the rollout worker puts it together."""
    return loop.RolloutGroup(
        prompts=["2+2="] * len(completions),
        reward_kwargs={"answer": ["4"] * len(completions)},
        completions=completions,
        completions_ids=[[1]] * len(completions),
        completions_sequences=[[SimpleNamespace(input_ids=[1], completion_mask=[1], old_log_probs=[0.0])]] * 3,
        tool_call_counts=[0] * len(completions),
        tool_failure_counts=[0] * len(completions),
        model_version=0,
        group_id=0,
        env_rewards=[],
        rollout_rewards=[],
    )


def group_rewards(functions: list[Callable[..., Any]]) -> list[tuple[float, float]]:
    """The reward and the advantage of each completion of a group, by the rollout worker's own scoring."""
    worker = pytest.importorskip("trl.experimental.async_grpo.async_rollout_worker")
    pytest.importorskip("accelerate").PartialState(cpu=True)  # whose logger the worker writes to
    loop = object.__new__(worker._AsyncRolloutLoop)
    loop.reward_funcs = functions
    loop.reward_func_names = [function.__name__ for function in functions]
    loop._env_reward_types = []
    samples = asyncio.run(loop._score_group(group(["4", WRONG, LOST], worker)))
    return [(sample.metrics["reward"], round(sample.advantage, 3)) for sample in samples]


@pytest.mark.parametrize("kind", [AsyncGRPORewards, AsyncTRLRewards])
def test_async_grpo_scores_a_group(url: str, service: "FakeService", kind: type[TRLRewards]) -> None:
    """In a spawned process, one request for the group, and no advantage for what cannot be judged."""
    rewards = kind(SPECS, base_url=url, max_failure_share=1)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as workers:
        found = workers.submit(group_rewards, rewards.functions).result()
    best = 2.5 if kind is AsyncGRPORewards else 2.0
    assert [(best, 1.0), (0.0, -1.0)] == found[:2]
    assert 0.0 == found[2][1]
    assert 1 == len(service.asked)


class Spawned(Exception):  # noqa: N818
    """The worker is about to start its process."""


def test_async_grpo_lets_them_through_its_gate() -> None:
    """Which a function that cannot be pickled does not pass."""
    trl = pytest.importorskip("trl.experimental.async_grpo.async_rollout_worker")

    def spawn(**_: object) -> None:
        raise Spawned

    def start(functions: list[Any]) -> None:
        worker = object.__new__(trl.AsyncRolloutWorker)
        worker._process = None
        worker._heartbeat_value = SimpleNamespace(value=0.0)
        worker._mp_ctx = SimpleNamespace(Process=spawn)
        worker._loop_cls = worker.rollout_buffer = worker._model_version_value = worker._stop_event_mp = None
        worker._child_ready_event = worker._failed_event = worker._exception_info_queue = worker.metrics_queue = None
        worker._loop_kwargs = {"reward_funcs": functions}
        worker.start()

    with pytest.raises(Spawned):
        start(AsyncGRPORewards(SPECS, base_url="http://127.0.0.1:8400").functions)
    with pytest.raises(TypeError, match="picklable"):
        start([lambda **_: [0.0]])


def test_verl(url: str, service: "FakeService") -> None:
    """Its own loader and its own reward manager call the function, and its batch assembly finds the same keys."""
    naive = pytest.importorskip("verl.experimental.reward_loop.reward_manager.naive")
    omegaconf = pytest.importorskip("omegaconf")
    from verl.trainer.ppo.reward import get_custom_reward_fn  # noqa: PLC0415  only where verl is

    service.host_rubric("sum@v1", {"right": "equal@v1", "neat": "short@v1"})
    settings = {"url": url, "reward": "sum@v1", "unscored": 0.0, "columns": {"answer": "answer"}}
    function = {"path": "pkg://trainer_client.verl", "name": "compute_score", "reward_kwargs": settings}
    config = omegaconf.OmegaConf.create({"reward": {"custom_reward_function": function}})
    found = verl_results(naive, config, get_custom_reward_fn(config))
    assert [2.0, 0.0, 0.0] == [each["reward_score"] for each in found]
    assert [0, 0, 1] == [each["reward_extra_info"]["unscored"] for each in found]
    assert 1 == len({tuple(each["reward_extra_info"]) for each in found})
    assert 3 == len(service.asked)


def verl_results(naive: Any, config: Any, function: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """What verl's manager makes of three completions, scored at once."""
    numpy, torch = pytest.importorskip("numpy"), pytest.importorskip("torch")
    from verl import DataProto  # noqa: PLC0415  only where verl is

    texts = ["4", WRONG, LOST]
    rows = DataProto.from_dict(
        tensors={"responses": torch.tensor([[0], [1], [2]]), "attention_mask": torch.ones((3, 2), dtype=torch.long)},
        non_tensors={
            "data_source": numpy.array(["d"] * 3, dtype=object),
            "reward_model": numpy.array([{"ground_truth": "4"}] * 3, dtype=object),
            "extra_info": numpy.array([{"index": numpy.int64(each), "answer": "4"} for each in range(3)], dtype=object),
        },
    )

    async def run() -> list[dict[str, Any]]:
        tokenizer = SimpleNamespace(decode=lambda ids, **_: texts[int(ids[0])])
        manager = naive.NaiveRewardManager(config, tokenizer, function)
        manager.loop = asyncio.get_running_loop()
        found = await asyncio.gather(*(manager.run_single(rows[each : each + 1]) for each in range(3)))
        for scorer in _KEPT.values():
            await scorer.aclose()
        return list(found)

    return asyncio.run(run())


@pytest.mark.parametrize("kind", [TRLRewards, AsyncTRLRewards])
def test_ms_swift(url: str, service: "FakeService", kind: type[TRLRewards]) -> None:
    """Its own scoring calls the classes that its own registry made, step after step."""
    algorithm = pytest.importorskip("swift.rl_core.grpo_algorithm")
    torch = pytest.importorskip("torch")
    from swift.rewards import orms  # noqa: PLC0415  only where ms-swift is
    from swift.rl_core.data import GRPOSample  # noqa: PLC0415

    rewards = kind(SPECS, base_url=url, max_failure_share=1)
    orms.update(plugins(rewards))
    functions = [orms[name](args=None) for name in rewards.names]
    samples = [
        GRPOSample(
            messages=[{"role": "user", "content": "2+2="}, {"role": "assistant", "content": text}],
            response_token_ids=[[1, 2]],
            extra={"solution": "4"},
        )
        for text in ("4", WRONG, LOST)
    ]
    for _ in range(2):
        found = algorithm.compute_rewards_per_func(samples, functions, None, torch.device("cpu"))
        assert [[1.0, 1.0], [0.0, 0.0]] == found[:2].tolist()
        assert bool(found[2].isnan().all())
    assert ["equal@v1", "short@v1"] == [type(function).__name__ for function in functions]
    assert 2 == len(service.asked)


def test_areal(make: "Make") -> None:
    """Its wrapper calls it in processes of its own and raises what it raises."""
    api = pytest.importorskip("areal.api.reward_api")
    wrapped = api.AsyncRewardWrapper(make(ArealReward), max_workers=1, max_retries=1)

    def call(text: str) -> float:
        value: float = asyncio.run(wrapped("2+2=", text, [1], [2], answer="4"))
        return value

    assert [1.0, 0.0] == [call("4"), call(WRONG)]
    with pytest.raises(Unscored):
        call(LOST)


def test_skyrl(make: "Make") -> None:
    """An environment made by its own registry returns the step."""
    gym = pytest.importorskip("skyrl_gym")
    base = pytest.importorskip("skyrl_gym.envs.base_text_env")
    reward = make(StepReward)

    class Maths(base.BaseTextEnv):  # type: ignore[misc, name-defined]
        def __init__(self, env_config: object = None, extras: dict[str, Any] | None = None) -> None:
            super().__init__()
            self.env_config, self.extras = env_config, extras or {}

        def step(self, action: str) -> dict[str, Any]:
            found: dict[str, Any] = reward.step(action, self.extras)
            return found

    gym.register(id="touchstone-maths", entry_point=Maths)
    environment = gym.make("touchstone-maths", extras={"reward_spec": {"ground_truth": "4"}})
    environment.init([{"role": "user", "content": "2+2="}])
    assert {"score": 1.0, "unscored": 0} == environment.step("4")["metadata"]
    assert 0.0 == environment.step(WRONG)["reward"]


def rollout(text: str) -> dict[str, Any]:
    """A rollout's state."""
    completion = [{"role": "assistant", "content": text}]
    prompt = [{"role": "user", "content": "2+2="}]
    timing = SimpleNamespace(scoring_ms=0, total_ms=0, start_time=0.0)
    return {"prompt": prompt, "completion": completion, "answer": "4", "info": {}, "task": "d", "timing": timing}


def test_verifiers_rubric(make: "Make") -> None:
    """Its rubric takes the number, and where there is none the rollout's state says so."""
    legacy = pytest.importorskip("verifiers.rubrics.rubric")
    reward = make(RubricReward)
    rubric = legacy.Rubric(funcs=[reward])

    async def values() -> list[float]:
        try:
            return [await rubric._call_individual_reward_func(reward, state) for state in states]
        finally:
            await reward.aclose()

    states = [rollout("4"), rollout(WRONG), rollout(LOST)]
    assert [1.0, 0.0, 0.0] == asyncio.run(values())
    assert [0, 0, 1] == [state["unscored"] for state in states]
    assert Unscored is type(states[2]["error"])
    assert ["equal@v1"] == rubric._get_reward_func_names()
