"""The picture of a run."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("matplotlib")
pytest.importorskip("transformers")
pytest.importorskip("trl")

from trainer_client.training import HeldOut, TrainingReport, plots
from trainer_client.training.timing import StepTime


def report(folder: Path, steps: int, held_out: Mapping[str, HeldOut]) -> TrainingReport:
    """A made-up run."""
    numbers = range(1, steps + 1)
    return TrainingReport(
        rewards=("right@v1", "never@v1"),
        history=[
            {
                "step": step,
                "rewards/right@v1/mean": step / 10,
                "rewards/never@v1/mean": None,
                "completions/mean_length": 9,
            }
            for step in numbers
        ],
        steps=[StepTime(step, 0.5, 0.1) for step in numbers],
        held_out=held_out,
        seconds=1.0,
        model_dir=folder,
        plot=folder / "deep" / "plot.png",
        completions=folder / "completions.jsonl",
    )


@pytest.mark.parametrize("steps", [0, 1, 30])
@pytest.mark.parametrize("held_out", [{}, {"accuracy": HeldOut(0.4, 0.9)}], ids=["none", "one"])
def test_draw(tmp_path: Path, steps: int, held_out: Mapping[str, HeldOut]) -> None:
    """A picture is drawn of a run of any length, with and without held-out figures."""
    path = plots.draw(report(tmp_path, steps, held_out))
    assert path.read_bytes()[1:4] == b"PNG"


def test_wait_share(tmp_path: Path) -> None:
    """The share of waiting is that of the steps' time, and none of no steps."""
    assert report(tmp_path, 10, {}).reward_wait_share == pytest.approx(0.2)
    assert report(tmp_path, 0, {}).reward_wait_share == 0.0


@given(st.lists(st.floats(-5, 5)))
def test_smoothed(values: list[float]) -> None:
    """A running mean has as many values, none beyond the lowest and the highest."""
    means = plots.smoothed(values)
    assert len(means) == len(values)
    assert all(min(values) - 1e-9 <= mean <= max(values) + 1e-9 for mean in means)
