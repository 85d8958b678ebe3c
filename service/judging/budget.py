"""What a team may spend on the judge in a day, kept across restarts."""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from rewards.errors import JudgeUnavailable
from service.judging.settings import JudgeSettings
from service.judging.spent import Spent
from service.judging.store import Store

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What one call costs."""

    prompt_tokens: int
    completion_tokens: int

    @property
    def tokens(self) -> int:
        """All tokens."""
        return self.prompt_tokens + self.completion_tokens


class Budget:
    """Refuses calls that a team cannot pay.

    Args:
        settings: Prices and limits.
        store: Where the day's sums are kept.
        clock: Seconds since the epoch.
    """

    def __init__(self, settings: JudgeSettings, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._spent: dict[tuple[str, str], Spent] = {}
        self._reserved: defaultdict[str, Spent] = defaultdict(Spent)

    async def reserve(self, team: str, cost: Cost) -> None:
        """Set aside what a call may cost at most.

        Raises:
            JudgeUnavailable: the day's budget does not hold it.
        """
        spent, held = await self.spent(team), self._reserved[team]
        usd, tokens = spent.usd + held.usd + self.usd(cost), spent.tokens + held.tokens + cost.tokens
        settings = self._settings
        over_usd = settings.budget_usd is not None and usd > settings.budget_usd
        if over_usd or (settings.budget_tokens is not None and tokens > settings.budget_tokens):
            raise JudgeUnavailable("The team's budget for the judge is used up until midnight UTC.")
        self._reserved[team] = Spent(held.usd + self.usd(cost), held.tokens + cost.tokens)

    async def settle(self, team: str, reserved: Cost, actual: Cost | None) -> None:
        """Give back what was set aside, and note what the call did cost; None where it cost nothing."""
        held = self._reserved[team]
        self._reserved[team] = Spent(held.usd - self.usd(reserved), held.tokens - reserved.tokens)
        if actual is None:
            return
        day = self._day()
        spent = await self.spent(team)
        self._spent[team, day] = Spent(spent.usd + self.usd(actual), spent.tokens + actual.tokens)
        await self._store.spend(team, day, self.usd(actual), actual.tokens)

    async def spent(self, team: str) -> Spent:
        """Return what a team has used today."""
        day = self._day()
        if (team, day) not in self._spent:
            found = await self._store.spent(team, day)
            self._spent.setdefault((team, day), found)
        return self._spent[team, day]

    def usd(self, cost: Cost) -> float:
        """Return what a call costs in dollars."""
        settings = self._settings
        asked = cost.prompt_tokens * settings.input_usd_per_million
        return (asked + cost.completion_tokens * settings.output_usd_per_million) / _MILLION

    def _day(self) -> str:
        return time.strftime("%Y-%m-%d", time.gmtime(self._clock()))
