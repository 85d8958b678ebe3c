"""One team's tab at this replica: what its calls have set aside, what they did cost, and which calls wait to be let go.

What comes in while the database is asked is told it the next time, all at once.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rewards.errors import JudgeUnavailable
from service.judging.spending import TERM_S, Found
from service.judging.spent import Spent
from service.judging.terms import USED_UP, Cost, Terms

AWAY = "The service's database is away, and nobody else can say what is left of the team's budget for the judge."


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """A call that waits for what it may cost to be set aside."""

    cost: Cost
    answer: "asyncio.Future[None]"


@dataclass(slots=True, eq=False)
class Round:
    """What one transaction is about. It decides in the thread that has the team's row to itself."""

    terms: Terms
    team: str
    held: Cost
    """What the calls that were let go have set aside."""
    wishes: Sequence[Wish]
    """The calls that wait, the first one first."""
    paid: Spent
    """What others did cost."""
    told: Sequence["asyncio.Future[None]"]
    """Those who wait until that is noted."""
    counted: bool
    """Whether what is set aside counted when the database was last told."""
    began: float

    granted: list[Wish] = field(default_factory=list)
    refused: list[Wish] = field(default_factory=list)
    spent: Spent = field(default_factory=Spent)
    """What the team has used today."""
    is_held: bool = False
    """Whether the database has something set aside afterwards."""
    counts: bool = False
    """Whether that counts: what had counted until now does, and what had not while it fits."""

    def share(self, found: Found) -> Spent:
        """Choose the calls that are let go, and return what is set aside with theirs."""
        limit, price, held = self.terms.limit(self.team), self.terms.price, self.held
        taken = found.spent + found.others
        for wish in self.wishes:
            if not limit.holds(found.spent + price(wish.cost)):
                self.refused.append(wish)
            elif limit.holds(taken + price(held + wish.cost)):
                self.granted.append(wish)
                held += wish.cost
        self.spent = found.spent
        self.counts = (self.counted and found.counts) or limit.holds(taken + price(held))
        aside = Spent() if limit.is_none else price(held)
        self.is_held = aside.tokens > 0
        return aside


class Tab:
    """What is known of a team, on the event loop.

    Args:
        wake: Called when there is something to tell the database.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self.spent = Spent()
        """What it had used today when the database last said."""
        self.unpaid = Spent()
        """What is not noted there yet."""
        self.counts_until = 0.0
        """Until when what is set aside counts for certain."""
        self.news = asyncio.Event()
        self._held = Cost()
        self._is_held = False
        self._counts = False
        self._wishes: dict[Wish, None] = {}
        self._told: list[asyncio.Future[None]] = []

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to tell the database, and nothing to keep up there."""
        return not (self._wishes or self._told or self._is_held or self.unpaid.tokens)

    @property
    def is_waited_for(self) -> bool:
        """Whether a call waits for what others have set aside."""
        return bool(self._wishes)

    def hold(self, cost: Cost) -> None:
        """Let a call go."""
        self._held += cost

    async def wish(self, cost: Cost) -> None:
        """Return when a call was let go.

        Raises:
            JudgeUnavailable: it is not.
        """
        wish = Wish(cost, asyncio.get_running_loop().create_future())
        self._wishes[wish] = None
        self._say()
        try:
            await wish.answer
        except asyncio.CancelledError:
            self._wishes.pop(wish, None)
            if not wish.answer.cancelled() and wish.answer.exception() is None:  # just now, and nobody will settle it
                self.give_back(cost)
            raise

    def give_back(self, cost: Cost) -> None:
        """Note that a call is over."""
        self._held -= cost
        self._say()

    async def pay(self, cost: Cost, price: Spent) -> None:
        """Note that a call is over and what it did cost, and return when that was noted, or could not be."""
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._told.append(told)
        self.unpaid += price
        self.give_back(cost)
        await told

    def begin(self, terms: Terms, team: str, now: float) -> Round:
        """Return what is to be told the database."""
        paid, self.unpaid = self.unpaid, Spent()
        told, self._told = self._told, []
        return Round(terms, team, self._held, list(self._wishes), paid, told, self._counts, now)

    def end(self, done: Round) -> None:
        """Note what the database said."""
        self.spent, self._is_held, self._counts = done.spent, done.is_held, done.counts
        self.counts_until = done.began + TERM_S if done.counts else 0.0
        for wish in done.granted:
            if self._answers(wish):
                self._held += wish.cost
                wish.answer.set_result(None)
        for wish in done.refused:
            if self._answers(wish):
                wish.answer.set_exception(JudgeUnavailable(USED_UP))
        _tell(done.told)

    def fail(self, done: Round) -> None:
        """Note that the database said nothing: it may have taken it all in, and then what was paid counts twice."""
        self.unpaid += done.paid
        self._is_held = True
        for wish in done.wishes:
            if self._answers(wish):
                wish.answer.set_exception(JudgeUnavailable(AWAY))
        _tell(done.told)

    def _say(self) -> None:
        self.news.set()
        self._wake()

    def _answers(self, wish: Wish) -> bool:
        """Return whether somebody still waits for an answer; where not, the next round gives back what it was given."""
        if wish not in self._wishes or wish.answer.done():
            self._say()
            return False
        del self._wishes[wish]
        return True


def _tell(waiting: Sequence["asyncio.Future[None]"]) -> None:
    for each in waiting:
        if not each.done():
            each.set_result(None)
