"""The reward functions inside TRL's own trainer."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from trainer_client import RewardSpec, TRLRewards
from trainer_client.trl_async import AsyncTRLRewards

torch = pytest.importorskip("torch")
trl = pytest.importorskip("trl")
pytest.importorskip("tokenizers")

# The libraries' own words about their own futures.
pytestmark = [
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*pin_memory.*"),
]

if TYPE_CHECKING:
    from conftest import FakeService

GROUP = 8
FAILED = 2
"""The completion that cannot be judged."""

SPECS = [
    RewardSpec("right@v1", weight=1.0),
    RewardSpec("neat@v1", weight=0.5),
    RewardSpec("watched@v1", diagnostic=True),
]
RIGHT = [1.0, 1.0, None, 0.0, 1.0, 1.0, 1.0, 0.0]
NEAT = [1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0]
WATCHED = [0.1, 0.2, 0.3, 0.4, 0.5, None, 0.7, 0.8]


def scripted(values: list[float | None], kind: str) -> Any:  # noqa: ANN401
    """A judge that gives these outcomes in turn."""
    left: list[float | None] = []

    def judge(_: object) -> dict[str, Any]:
        if not left:
            left.extend(values)
        value = left.pop(0)
        if value is None:
            return {"status": "failed", "kind": kind, "message": "m", "retryable": False, "value": None}
        return {"status": "scored", "value": value, "reason": "r", "explanation": "e", "details": {}}

    return judge


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model small enough to make up completions in a moment."""
    from trainer_client.tiny.tokenizer import tokenizer  # noqa: PLC0415  only where torch is
    from trainer_client.training.model import saved  # noqa: PLC0415
    from trainer_client.training.recipe import RandomInit  # noqa: PLC0415

    shape = RandomInit(tokenizer="", hidden_size=16, layers=1, heads=2)
    return saved(shape, tokenizer(), tmp_path_factory.mktemp("model"))


def advantages(
    model: Path, rewards: TRLRewards, aggregation: str, tmp_path: Path
) -> tuple[list[float], dict[str, list[float]]]:
    """What TRL makes of one group, and its metrics."""
    datasets = pytest.importorskip("datasets")
    rows = datasets.Dataset.from_list([{"prompt": "2+2=", "answer": "4"}])
    trainer = trl.GRPOTrainer(
        model=str(model),
        reward_funcs=rewards.functions,
        args=trl.GRPOConfig(
            output_dir=str(tmp_path),
            reward_weights=rewards.weights,
            multi_objective_aggregation=aggregation,
            per_device_train_batch_size=GROUP,
            num_generations=GROUP,
            max_completion_length=4,
            use_cpu=True,
            bf16=False,
            report_to="none",
            disable_tqdm=True,
            gradient_checkpointing=False,
        ),
        train_dataset=rows,
    )
    trainer.model.train()
    made = trainer._generate_and_score_completions([rows[0]] * GROUP)
    return made["advantages"].tolist(), dict(trainer._metrics["train"])


@pytest.mark.parametrize("aggregation", ["sum_then_normalize", "normalize_then_sum"])
@pytest.mark.parametrize("kind", ["deadline", "crash", "judge_unavailable"])
def test_failed_row_has_no_advantage(
    model: Path, service: "FakeService", tmp_path: Path, aggregation: str, kind: str
) -> None:
    """A completion that could not be judged moves nothing, and the others are compared among themselves."""
    service.host("right@v1", scripted(RIGHT, kind))
    service.host("neat@v1", scripted(NEAT, kind))
    service.host("watched@v1", scripted(WATCHED, kind))
    rewards = TRLRewards(SPECS, base_url="http://service.test", transport=httpx.MockTransport(service))
    found, metrics = advantages(model, rewards, aggregation, tmp_path)
    assert found[FAILED] == 0.0
    assert [at for at, value in enumerate(found) if math.isnan(value)] == []
    assert sum(found) == pytest.approx(0.0, abs=1e-3)
    # The best of the others is never held to be worse than the mean.
    assert all(found[at] > 0 for at in (0, 1, 4, 6))
    assert all(found[at] < 0 for at in (3, 7))
    assert metrics["rewards/right@v1/mean"] == [pytest.approx(5 / 7)]
    assert metrics["right@v1/failed"] == [pytest.approx(1 / 8)]


def test_asynchronous_functions(model: Path, service: "FakeService", tmp_path: Path) -> None:
    """TRL awaits them together, one request feeds them all, and its figures are under their names."""
    service.host("right@v1", scripted(RIGHT, "crash"))
    service.host("neat@v1", scripted(NEAT, "crash"))
    service.host("watched@v1", scripted(WATCHED, "crash"))
    rewards = AsyncTRLRewards(SPECS, base_url="http://service.test", transport=httpx.MockTransport(service))
    found, metrics = advantages(model, rewards, "sum_then_normalize", tmp_path)
    assert 1 == len(service.asked)
    assert 0.0 == found[FAILED]
    assert [pytest.approx(5 / 7)] == metrics["rewards/right@v1/mean"]
    assert [pytest.approx(1 / 8)] == metrics["right@v1/failed"]


@pytest.mark.parametrize("aggregation", ["sum_then_normalize", "normalize_then_sum"])
def test_shared_failure_has_no_advantage(model: Path, service: "FakeService", tmp_path: Path, aggregation: str) -> None:
    """A group that no weighted reward can judge moves nothing, whatever the diagnostic reward says."""
    service.host("right@v1", scripted([None] * GROUP, "missing_reference"))
    service.host("watched@v1", scripted(WATCHED, "crash"))
    specs = [RewardSpec("right@v1"), RewardSpec("watched@v1", diagnostic=True)]
    rewards = TRLRewards(specs, base_url="http://service.test", transport=httpx.MockTransport(service))
    found, _ = advantages(model, rewards, aggregation, tmp_path)
    assert found == [0.0] * GROUP
