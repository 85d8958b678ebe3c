"""How a long task tells what it is doing."""

from collections.abc import Mapping
from typing import Protocol

__all__ = ["Progress", "Silent"]


class Progress(Protocol):
    """Shows one stage after another."""

    def start(self, title: str, total: int) -> None:
        """A stage of so many steps begins; the one before is over."""

    def advance(self, figures: Mapping[str, float]) -> None:
        """One step is done, with what is worth seeing of it."""

    def finish(self) -> None:
        """Nothing more follows."""


class Silent:
    """Shows nothing."""

    def start(self, title: str, total: int) -> None:
        """Ignored."""

    def advance(self, figures: Mapping[str, float]) -> None:
        """Ignored."""

    def finish(self) -> None:
        """Ignored."""
