"""The budget of a process that shares it with no replica: the day's sums are in the file of the judge's cache."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable

import aiosqlite

from rewards.errors import JudgeUnavailable
from service import telemetry
from service.judging.spent import Spent
from service.judging.store import Store
from service.judging.terms import USED_UP, Cost, Terms


class OwnBudget:
    """What teams may spend, where the process is the only one. A `Budget`.

    Args:
        terms: Prices and limits.
        store: Where the day's sums are kept.
        clock: Seconds since the epoch.
    """

    def __init__(self, terms: Terms, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._terms = terms
        self._store = store
        self._clock = clock
        self._spent: dict[tuple[str, str], Spent] = {}
        self._reserved: defaultdict[str, Cost] = defaultdict(Cost)
        self._settled: dict[str, asyncio.Event] = {}

    def price(self, cost: Cost) -> Spent:
        """Return what calls that cost so many tokens add to what is spent."""
        return self._terms.price(cost)

    async def reserve(self, team: str, cost: Cost) -> None:
        """Set aside what a call may cost at most; where that is too much only for what others have set aside, wait.

        Raises:
            JudgeUnavailable: what is left of the day's budget does not hold it.
        """
        spent = await self.spent(team)
        while not self._holds(team, spent, self._reserved[team] + cost):
            if not self._holds(team, spent, cost):
                raise JudgeUnavailable(USED_UP)
            settled = self._settled.setdefault(team, asyncio.Event())
            await settled.wait()
            spent = await self.spent(team)
        self._reserved[team] += cost

    def check(self, team: str) -> None:
        """Return: nobody else was given it."""

    async def settle(self, team: str, reserved: Cost, actual: Cost | None) -> None:
        """Note what a call did cost, None where it cost nothing, and only then give back what was set aside."""
        try:
            if actual is not None:
                await self._note(team, actual)
        finally:
            self._reserved[team] -= reserved
            self._settled.pop(team, asyncio.Event()).set()

    async def spent(self, team: str) -> Spent:
        """Return what a team has used today."""
        day = self._day()
        if (team, day) not in self._spent:
            found = await self._store.spent(team, day)
            self._spent.setdefault((team, day), found)
        return self._spent[team, day]

    async def stop(self) -> None:
        """Return: everything is noted."""

    def _holds(self, team: str, spent: Spent, held: Cost) -> bool:
        return self._terms.limit(team).holds(spent + self.price(held))

    async def _note(self, team: str, cost: Cost) -> None:
        """Add to what a team has used. Another process on the same file may have added, too: its sum is the one."""
        day, added = self._day(), self.price(cost)
        try:
            total = await self._store.spend(team, day, added.usd, added.tokens)
        except aiosqlite.Error as error:  # a full disk costs a line of the bill, and no verdict
            telemetry.defect("judge_spent", error)
            total = self._spent.get((team, day), Spent()) + added
        self._spent[team, day] = max(total, self._spent.get((team, day), total), key=lambda spent: spent.tokens)

    def _day(self) -> str:
        return time.strftime("%Y-%m-%d", time.gmtime(self._clock()))
