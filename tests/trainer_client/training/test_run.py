"""A training run from a recipe to its picture, with a model that learns nothing in two steps."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("trl")
pytest.importorskip("matplotlib")

from trainer_client.tiny.tokenizer import tokenizer
from trainer_client.training import Recipe, RecipeError, TrainingReport, train

if TYPE_CHECKING:
    from conftest import FakeService

# The libraries' own words about their own futures, outside of what `train` keeps quiet.
pytestmark = [
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


class Told:
    """A progress that remembers."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int]] = []
        self.steps: list[dict[str, float]] = []

    def start(self, title: str, total: int) -> None:
        """A stage begins."""
        self.stages.append((title, total))

    def advance(self, figures: Mapping[str, float]) -> None:
        """A step is done."""
        self.steps.append(dict(figures))

    def finish(self) -> None:
        """All is done."""


def recipe(folder: Path, url: str, **changes: object) -> Recipe:
    """Two steps on two prompts."""
    words = tokenizer()
    words.save_pretrained(folder / "words")
    data = folder / "rows.jsonl"
    rows = [{"question": "2+2=", "answer": "#### 4"}, {"question": "1+1=", "answer": "#### 2"}]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return Recipe.parse(
        {
            "random_init": {"tokenizer": str(folder / "words"), "hidden_size": 16, "layers": 1, "heads": 2},
            "dataset": {
                "path": str(data),
                "transforms": {"answer": "after_hashes"},
                "eval": {"limit": 1},
            },
            "service": {"url": url},
            "rewards": ["equal@v1", {"reward": "short@v1", "weight": 0.5}],
            "output_dir": str(folder / "out"),
            "use_cpu": True,
            "max_steps": 2,
            "per_device_train_batch_size": 4,
            "per_device_eval_batch_size": 2,
            "num_generations": 2,
            "max_completion_length": 4,
            **changes,
        }
    )


@pytest.fixture
def trained(tmp_path: Path, url: str) -> tuple[TrainingReport, Told]:
    """A run, and what was told on the way."""
    told = Told()
    return train(recipe(tmp_path, url), progress=told), told


def test_train(trained: tuple[TrainingReport, Told], tmp_path: Path, service: "FakeService") -> None:
    """A run leaves its figures, its picture, its completions and its model."""
    report, told = trained
    assert report.rewards == ("equal@v1", "short@v1")
    assert sorted(report.held_out) == ["equal@v1", "short@v1"]
    assert report.curve("rewards/short@v1/mean")[0] == [1, 2]
    assert [step.step for step in report.steps] == [1, 2]
    assert 0.0 < report.reward_wait_share < 1.0
    assert report.seconds > 0
    assert len(report.curve("short@v1/share_without_variance")[1]) == 2
    assert report.warnings == ()
    assert report.plot.read_bytes()[1:4] == b"PNG"
    assert (report.model_dir / "model.safetensors").is_file()
    assert report.plot == tmp_path / "out" / "reward_curve.png"
    assert told.stages == [("GRPO", 2)]
    assert [sorted(figures) for figures in told.steps] == [[], ["equal", "short"]]
    assert {sample["reference"]["answer"] for asked in service.asked for sample in asked["samples"]} == {
        "4",
        "2",
    }


def test_completions_are_explained(trained: tuple[TrainingReport, Told]) -> None:
    """Each sampled completion of the training is in the file, at its step, with its reasons."""
    report, _ = trained
    lines = [json.loads(line) for line in report.completions.read_text().splitlines()]
    # One held-out prompt before and after, and four completions in each of two steps.
    assert len(lines) == 2 + 2 * 4 + 2
    assert all(line["rewards"]["equal@v1"]["reason"] == "because" for line in lines)
    assert all(math.isfinite(line["rewards"]["short@v1"]["value"]) for line in lines)


def test_own_measure(tmp_path: Path, url: str) -> None:
    """Figures of one's own take the place of the held-out rewards."""
    values = iter([0.25, 0.75])
    report = train(recipe(tmp_path, url, max_steps=1), measure=lambda _: {"own": next(values)})
    assert {name: (each.before, each.after) for name, each in report.held_out.items()} == {"own": (0.25, 0.75)}


def test_lora(tmp_path: Path, url: str) -> None:
    """A recipe with adapters trains adapters."""
    peft = {"r": 2, "lora_alpha": 4, "target_modules": ["q_proj"]}
    report = train(recipe(tmp_path, url, max_steps=1, peft=peft), measure=lambda _: {})
    assert (report.model_dir / "adapter_model.safetensors").is_file()


def test_key_is_read_from_the_environment(
    tmp_path: Path, url: str, service: "FakeService", monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service's key comes from the environment, and its absence is told before anything is loaded."""
    keyed = recipe(tmp_path, url, service={"url": url, "api_key_env": "THE_KEY"}, max_steps=1)
    monkeypatch.delenv("THE_KEY", raising=False)
    with pytest.raises(RecipeError, match="THE_KEY must hold"):
        train(keyed)
    assert service.asked == []


def test_what_was_warned_of_is_in_the_report(tmp_path: Path, url: str) -> None:
    """A reward that four random letters cannot earn has no variance, and the recipe says when to warn of that."""
    report = train(recipe(tmp_path, url, service={"url": url, "warn_after_groups": 2}), measure=lambda _: {})
    assert any(warning.startswith("equal@v1: no variance in ") for warning in report.warnings)
