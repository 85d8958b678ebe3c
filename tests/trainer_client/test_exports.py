"""What the package offers, and what importing it costs."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import trainer_client

HEAVY = ("torch", "trl", "transformers", "datasets", "matplotlib", "pydantic", "yaml", "numpy", "swift")
ENTRY_POINTS = ("areal", "ms_swift", "skyrl", "slime", "trl_async", "trl_async_grpo", "verifiers", "verl")
PACKAGE = Path(trainer_client.__file__).parent


def test_all_is_sorted_and_complete() -> None:
    """`__all__` names every public object, in order, and nothing else."""
    offered = {name for name, value in vars(trainer_client).items() if not isinstance(value, ModuleType)}
    assert sorted(name for name in offered if not name.startswith("_")) == trainer_client.__all__


@pytest.mark.parametrize("module", ENTRY_POINTS)
def test_an_entry_point_is_short_and_light(module: str) -> None:
    """What a trainer calls fits a screen, and importing it imports nothing that the client itself does not."""
    lines = (PACKAGE / f"{module}.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 40
    code = f"import sys, trainer_client.{module}; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()


def test_import_is_light() -> None:
    """Importing the client imports none of the libraries that only training needs."""
    code = f"import sys, trainer_client; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
