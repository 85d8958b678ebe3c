"""A clock that a test sets."""

from dataclasses import dataclass


@dataclass
class Clock:
    """Seconds."""

    now: float = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now
