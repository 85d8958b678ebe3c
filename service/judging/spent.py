"""What a team has used of the judge."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spent:
    """Money and tokens."""

    usd: float = 0.0
    tokens: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.usd + other.usd, self.tokens + other.tokens)
