"""The whole lesson."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("trl")
pytest.importorskip("matplotlib")

from transformers import AutoModelForCausalLM, set_seed

from trainer_client.tiny import evaluate, model, run_lesson
from trainer_client.tiny.arithmetic import split
from trainer_client.tiny.tokenizer import tokenizer
from trainer_client.tiny.warmup import PEAK_RATE, rate

if TYPE_CHECKING:
    from conftest import FakeService

# The libraries' own words about their own futures, outside of what the lesson keeps quiet.
pytestmark = [
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def test_model(tmp_path: Path) -> None:
    """The model is tiny, and knows nothing yet."""
    words = tokenizer()
    pupil = AutoModelForCausalLM.from_pretrained(model.make(words, tmp_path))
    problems = split(0).held_out[:5]
    assert pupil.num_parameters() == 331_264
    assert evaluate.greedy(pupil, words, problems) == 0.0
    before = set_seed(7)
    first = evaluate.sampled(pupil, words, problems, 2, 0)
    assert (before, first) == (None, evaluate.sampled(pupil, words, problems, 2, 0))


@pytest.mark.parametrize(("step", "share"), [(0, 1.0), (350, 0.1), (700, 0.1)])
def test_rate(step: int, share: float) -> None:
    """The learning rate falls to a tenth and stays there."""
    assert rate(step) == pytest.approx(share * PEAK_RATE)


def think(sample: dict[str, Any]) -> dict[str, Any]:
    """Full marks for a thought and an answer."""
    text = sample["completion"][-1]["content"]
    tags = ("<think>", "</think><answer>", "</answer>")
    ordered = text.startswith("<think>") and [text.count(tag) for tag in tags] == [1, 1, 1]
    return {"status": "scored", "value": float(ordered), "reason": "r", "explanation": "e", "details": {}}


def add(sample: dict[str, Any]) -> dict[str, Any]:
    """Full marks for the sum."""
    found = evaluate.answer(sample["completion"][-1]["content"])
    value = float(found == sample["reference"]["answer"])
    return {"status": "scored", "value": value, "reason": "r", "explanation": "e", "details": {}}


@pytest.mark.e2e
def test_lesson(tmp_path: Path, url: str, service: "FakeService") -> None:
    """The model gets much better at sums that it never saw."""
    needed = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}
    service.host("think_format@v1", think)
    service.host("math_equal@v2", add, needed)
    result = run_lesson(url, tmp_path)
    assert result.sampled.before < 0.65
    assert result.sampled.after > 0.8
    assert result.warm_up.greedy_train >= 0.9
    assert result.reward_wait_share < 0.3
    assert result.plot == tmp_path / "reward_curve.png"
    first = json.loads(result.completions.read_text().splitlines()[0])
    assert sorted(first["rewards"]) == ["math_equal@v2", "think_format@v1"]
