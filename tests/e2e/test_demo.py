"""The demonstration, whole."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.e2e
@pytest.mark.timeout(600)
def test_the_demo_teaches_the_model(tmp_path: Path) -> None:
    """`touchstone demo` exits 0, which it does only if the model learned, and leaves the curve and the completions."""
    pytest.importorskip("trl")
    out = tmp_path / "out"
    command = [sys.executable, "-c", "from service.cli import main; main()", "demo", "--out", str(out)]
    subprocess.run(command, check=True)
    assert (out / "reward_curve.png").stat().st_size > 0
    assert (out / "completions.jsonl").stat().st_size > 0
