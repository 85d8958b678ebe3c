"""Where the thresholds of judges are kept."""

import os
from pathlib import Path


def calibration_file() -> Path:
    """Return the file, in the folder where a person's settings belong."""
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home, "touchstone", "calibration.json")
