"""What calls of the judge cost, and what each team may spend on them in a day."""

from collections.abc import Callable
from dataclasses import dataclass

from service.judging.settings import JudgeSettings
from service.judging.spent import Spent

KNOWN_CASES = "known cases"
"""Who pays for cases whose verdict is known: nobody's budget holds them back, and a share bounds them."""
USED_UP = "What is left of the team's budget for the judge until midnight UTC does not pay for this question."
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What calls cost."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.prompt_tokens + other.prompt_tokens, self.completion_tokens + other.completion_tokens)

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.prompt_tokens - other.prompt_tokens, self.completion_tokens - other.completion_tokens)

    @property
    def tokens(self) -> int:
        """All tokens."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class Limit:
    """What a team may spend in a day. None: as much as it likes."""

    usd: float | None = None
    tokens: int | None = None

    @property
    def is_none(self) -> bool:
        """Whether there is none."""
        return self.usd is None and self.tokens is None

    def holds(self, spent: Spent) -> bool:
        """Return whether so much may be spent."""
        within_usd = self.usd is None or spent.usd <= self.usd
        return within_usd and (self.tokens is None or spent.tokens <= self.tokens)


def no_own_limit(team: str) -> None:
    """Return that a team has no limit of its own."""


class Terms:
    """Prices and limits.

    Args:
        settings: Prices, and the limits of a team that has none of its own.
        usd_per_day: What a team may spend, where it has a limit of its own.
    """

    def __init__(self, settings: JudgeSettings, usd_per_day: Callable[[str], float | None] = no_own_limit) -> None:
        self._settings = settings
        self._usd_per_day = usd_per_day

    def limit(self, team: str) -> Limit:
        """Return what a team may spend in a day, as of now."""
        if team == KNOWN_CASES:
            return Limit()
        own_usd = self._usd_per_day(team)
        return Limit(self._settings.budget_usd if own_usd is None else own_usd, self._settings.budget_tokens)

    def price(self, cost: Cost) -> Spent:
        """Return what calls that cost so many tokens add to what is spent."""
        settings = self._settings
        asked = cost.prompt_tokens * settings.input_usd_per_million
        usd = (asked + cost.completion_tokens * settings.output_usd_per_million) / _MILLION
        return Spent(usd, cost.tokens)
