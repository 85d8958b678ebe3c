"""What the package offers, and what importing it costs."""

import subprocess
import sys

import trainer_client

HEAVY = ("torch", "trl", "transformers", "datasets", "matplotlib", "pydantic", "yaml", "numpy")


def test_all_is_sorted_and_complete() -> None:
    """`__all__` names every public object, in order, and nothing else."""
    public = sorted(name for name in vars(trainer_client) if not name.startswith("_"))
    submodules = {"training", "tiny"}
    assert [name for name in public if name not in submodules] == trainer_client.__all__


def test_import_is_light() -> None:
    """Importing the client imports none of the libraries that only training needs."""
    code = f"import sys, trainer_client; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
