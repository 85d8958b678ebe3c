"""The budget of replicas that share a database: together they spend no more than one of them might.

What calls may cost is set aside there before they go out, and what they did cost is noted before their answers are
used. The event loop never waits for the database: whatever comes in during a transaction goes into the next one, so
that a thousand calls are some dozens of transactions.
"""

import asyncio
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from rewards.errors import JudgeUnavailable
from service import telemetry
from service.judging.spending import Spending
from service.judging.spent import Spent
from service.judging.tab import AWAY, Tab
from service.judging.terms import Cost, Terms

_APART_S = 0.01
"""Between two transactions for a team: each takes about a millisecond of the processor."""
_ASK_S = 0.2
"""How often a call that waits for other replicas' calls asks whether they are over."""
_RETRY_S = 1.0
_RENEW_S = 5.0
"""How often a replica says that what it has set aside still counts."""


class SharedBudget:
    """What teams may spend, whichever replica they ask. A `Budget`.

    Args:
        terms: Prices and limits.
        spending: Where the sums are.
        clock: Seconds.
    """

    def __init__(self, terms: Terms, spending: Spending, clock: Callable[[], float] = time.monotonic) -> None:
        self._terms = terms
        self._spending = spending
        self._clock = clock
        self._holder = uuid.uuid4().hex
        self._tabs: dict[str, Tab] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._is_away = False
        self._is_stopping = False

    def price(self, cost: Cost) -> Spent:
        """Return what calls that cost so many tokens add to what is spent."""
        return self._terms.price(cost)

    async def reserve(self, team: str, cost: Cost) -> None:
        """Set aside what a call may cost at most; where that is too much only for what others have set aside, wait.

        Raises:
            JudgeUnavailable: what is left of the day's budget does not hold it, or the database cannot be asked.
        """
        tab = self._tab(team)
        if self._terms.limit(team).is_none:
            tab.hold(cost)
        else:
            await tab.wish(cost)

    def check(self, team: str) -> None:
        """Return if what a team has set aside still counts.

        Raises:
            JudgeUnavailable: the database was away for so long that other replicas may have been given it.
        """
        if self._clock() > self._tab(team).counts_until and not self._terms.limit(team).is_none:
            raise JudgeUnavailable(AWAY)

    async def settle(self, team: str, reserved: Cost, actual: Cost | None) -> None:
        """Note what a call did cost, None where it cost nothing, and give back what was set aside.

        Where the database is away it is noted when it is back.
        """
        tab = self._tab(team)
        if actual is None:
            tab.give_back(reserved)
        else:
            await tab.pay(reserved, self.price(actual))

    async def spent(self, team: str) -> Spent:
        """Return what a team has used today; while the database is away, what is known of that."""
        tab = self._tab(team)
        try:
            tab.spent = await asyncio.to_thread(self._spending.spent, team)
        except Exception as error:  # noqa: BLE001 - the boundary: whatever keeps the database from answering
            self._note_away(error)
        return tab.spent + tab.unpaid

    async def stop(self) -> None:
        """Note what is not noted yet, if the database is there."""
        self._is_stopping = True
        for tab in self._tabs.values():
            tab.news.set()
        await asyncio.gather(*self._tasks.values())

    def _tab(self, team: str) -> Tab:
        if team not in self._tabs:
            self._tabs[team] = Tab(partial(self._wake, team))
        return self._tabs[team]

    def _wake(self, team: str) -> None:
        """See that the database is told of a team."""
        if team not in self._tasks and not self._tabs[team].is_quiet:
            self._tasks[team] = asyncio.ensure_future(self._keep_telling(team, self._tabs[team]))

    async def _keep_telling(self, team: str, tab: Tab) -> None:
        """Tell the database what is new, until nothing is, and that what is set aside still counts."""
        try:
            is_last = False
            while not (is_last or tab.is_quiet):
                is_last = self._is_stopping
                tab.news.clear()
                pause_s = await self._tell(team, tab)
                await asyncio.sleep(_APART_S)
                if not (is_last or tab.is_quiet):
                    with suppress(TimeoutError):
                        async with asyncio.timeout(pause_s):
                            await tab.news.wait()
        finally:
            del self._tasks[team]

    async def _tell(self, team: str, tab: Tab) -> float:
        """Tell the database what is new, and return when to ask again at the latest."""
        told = tab.begin(self._terms, team, self._clock())
        try:
            await asyncio.to_thread(self._spending.agree, team, self._holder, told.paid, told.share)
        except Exception as error:  # noqa: BLE001 - as above
            self._note_away(error)
            tab.fail(told)
            return _RETRY_S
        self._is_away = False
        tab.end(told)
        return _ASK_S if tab.is_waited_for else _RENEW_S

    def _note_away(self, error: Exception) -> None:
        """Say once that the database is away."""
        if not self._is_away:
            telemetry.defect("judge_spent", error)
        self._is_away = True
