"""Progress bars."""

import io

import pytest

pytest.importorskip("rich")
pytest.importorskip("trl")

from rich.console import Console

from trainer_client.training.console import ConsoleProgress
from trainer_client.training.progress import Silent


def test_bars() -> None:
    """Each stage has a bar with its steps and its last figures."""
    shown = io.StringIO()
    progress = ConsoleProgress(Console(file=shown, width=120, force_terminal=True))
    progress.advance({})
    progress.start("warm-up", 2)
    progress.advance({"loss": 0.5})
    progress.start("GRPO", 1)
    progress.advance({"right": 0.25})
    progress.finish()
    assert [
        part for part in ("warm-up", "1/2", "loss 0.50", "GRPO", "1/1", "right 0.25") if part not in shown.getvalue()
    ] == []


def test_silent() -> None:
    """Silence takes anything."""
    silent = Silent()
    silent.start("a", 1)
    silent.advance({"b": 2})
    silent.finish()
