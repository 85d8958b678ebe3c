"""One row of a data set, with what the rewards need of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, mapped."""

    number: int
    prompt: str
    values: Mapping[str, Any]
    """The row's values by column."""
