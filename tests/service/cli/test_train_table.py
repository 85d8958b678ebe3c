"""What `touchstone train` prints of a run."""

import io
from pathlib import Path

import pytest
from rich.console import Console

pytest.importorskip("trl")
pytest.importorskip("matplotlib")

from service.cli.train import _table
from trainer_client.training import TrainingReport


def test_a_reward_that_taught_nothing_shows() -> None:
    """Each reward's mean at both ends, and of the last steps how often it fired and how many groups were flat."""
    history = [
        {
            "step": step,
            "rewards/a@v1/mean": 0.0,
            "a@v1/fire_rate": 0.0,
            "a@v1/saturation": 0.0,
            "a@v1/share_without_variance": 1.0,
            "rewards/b@v1/mean": step / 20,
            "b@v1/fire_rate": step / 20,
        }
        for step in range(1, 21)
    ]
    path = Path("out")
    report = TrainingReport(("a@v1", "b@v1", "c@v1"), history, [], {}, 1.0, path, path, path)
    console = Console(width=120, file=io.StringIO())
    with console.capture() as printed:
        console.print(_table(report))
    header, first, second = printed.get().splitlines()
    assert ["reward", "first", "steps", "last", "steps", "fired", "saturated"] == header.split()[:7]
    assert ["a@v1", "0.000", "0.000", "0.0%", "0.0%", "100.0%"] == first.split()
    assert ["b@v1", "0.275", "0.775", "77.5%", "?", "?"] == second.split()
