"""What a team may spend on the judge in a day, kept across restarts."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import aiosqlite

from rewards.errors import JudgeUnavailable
from service import telemetry
from service.judging.settings import JudgeSettings
from service.judging.spent import Spent
from service.judging.store import Store

KNOWN_CASES = "known cases"
"""Who pays for cases whose verdict is known: nobody's budget holds them back, and a share bounds them."""
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


def no_own_limit(team: str) -> None:
    """Return that a team has no limit of its own."""


class Budget:
    """Refuses calls that a team cannot pay.

    Args:
        settings: Prices and limits.
        store: Where the day's sums are kept.
        clock: Seconds since the epoch.
        usd_per_day: What a team may spend, where it has a limit of its own.
    """

    def __init__(
        self,
        settings: JudgeSettings,
        store: Store,
        clock: Callable[[], float] = time.time,
        usd_per_day: Callable[[str], float | None] = no_own_limit,
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._usd_per_day = usd_per_day
        self._spent: dict[tuple[str, str], Spent] = {}
        self._reserved: defaultdict[str, Cost] = defaultdict(Cost)
        self._settled: dict[str, asyncio.Event] = {}

    async def reserve(self, team: str, cost: Cost) -> None:
        """Set aside what a call may cost at most; where that is too much only for what others have set aside, wait.

        Raises:
            JudgeUnavailable: what is left of the day's budget does not hold it.
        """
        spent = await self.spent(team)
        while team != KNOWN_CASES and self._is_over(team, spent, self._reserved[team] + cost):
            if self._is_over(team, spent, cost):
                raise JudgeUnavailable(
                    "What is left of the team's budget for the judge until midnight UTC does not pay for this question."
                )
            settled = self._settled.setdefault(team, asyncio.Event())
            await settled.wait()
            spent = await self.spent(team)
        self._reserved[team] += cost

    async def settle(self, team: str, reserved: Cost, actual: Cost | None) -> None:
        """Note what a call did cost, None where it cost nothing, and only then give back what was set aside."""
        try:
            if actual is not None:
                await self._note(team, actual)
        finally:
            self._reserved[team] -= reserved
            self._settled.pop(team, asyncio.Event()).set()

    def _is_over(self, team: str, spent: Spent, held: Cost) -> bool:
        settings, own_usd = self._settings, self._usd_per_day(team)
        most_usd = settings.budget_usd if own_usd is None else own_usd
        over_usd = most_usd is not None and spent.usd + self.usd(held) > most_usd
        return over_usd or (settings.budget_tokens is not None and spent.tokens + held.tokens > settings.budget_tokens)

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

    async def _note(self, team: str, cost: Cost) -> None:
        """Add to what a team has used. Another process on the same file may have added, too: its sum is the one."""
        day, usd = self._day(), self.usd(cost)
        try:
            total = await self._store.spend(team, day, usd, cost.tokens)
        except aiosqlite.Error as error:  # a full disk costs a line of the bill, and no verdict
            telemetry.defect("judge_spent", error)
            known = self._spent.get((team, day), Spent())
            total = Spent(known.usd + usd, known.tokens + cost.tokens)
        self._spent[team, day] = max(total, self._spent.get((team, day), total), key=lambda spent: spent.tokens)

    def _day(self) -> str:
        return time.strftime("%Y-%m-%d", time.gmtime(self._clock()))
