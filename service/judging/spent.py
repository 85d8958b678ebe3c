"""What a team has used of the judge."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spent:
    """Sums of a day."""

    usd: float = 0.0
    tokens: int = 0
