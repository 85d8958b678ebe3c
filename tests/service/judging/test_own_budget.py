"""No team spends more than it may, and what was spent stays spent."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.errors import JudgeUnavailable
from service.judging.own_budget import OwnBudget
from service.judging.settings import JudgeSettings
from service.judging.spent import Spent
from service.judging.store import Store
from service.judging.terms import KNOWN_CASES, Cost, Terms
from tests.service.judging.asking import Clock, settings

pytestmark = pytest.mark.anyio
PRICES = {"input_usd_per_million": 2.0, "output_usd_per_million": 8.0}
USED_UP = "left of the team's budget for the judge until midnight UTC does not pay"


@asynccontextmanager
async def budgeting(judge: JudgeSettings, clock: Clock | None = None) -> AsyncIterator[OwnBudget]:
    """Run a budget on a store of its own."""
    store = Store(judge.cache, judge.name, 10)
    store.prepare()
    await store.open()
    try:
        yield OwnBudget(Terms(judge), store, clock or Clock())
    finally:
        await store.close()


async def spend(budget: OwnBudget, team: str, cost: Cost) -> None:
    """Make one call that costs what it was thought to cost."""
    await budget.reserve(team, cost)
    await budget.settle(team, cost, cost)


async def test_money_is_tokens_times_their_prices(tmp_path: Path) -> None:
    """1,500 x $2 and 250 x $8 a million make $0.005."""
    async with budgeting(settings(tmp_path, **PRICES)) as budget:
        await spend(budget, "team", Cost(1500, 250))
        assert (pytest.approx(0.005), 1750) == ((await budget.spent("team")).usd, (await budget.spent("team")).tokens)
        assert Spent() == await budget.spent("another")


async def test_a_team_may_have_a_budget_of_its_own(tmp_path: Path) -> None:
    """Less than everybody's, or more, or nothing; who has none has everybody's."""
    limits = {"poor": 0.0, "rich": 0.02}
    judge = settings(tmp_path, budget_usd=0.01, **PRICES)
    store = Store(judge.cache, judge.name, 10)
    store.prepare()
    await store.open()
    try:
        budget = OwnBudget(Terms(judge, limits.get), store, Clock())
        for team, calls in (("poor", 0), ("rich", 4), ("another", 2)):
            for _ in range(calls):
                await spend(budget, team, Cost(1500, 250))
            with pytest.raises(JudgeUnavailable, match=USED_UP):
                await budget.reserve(team, Cost(1, 0))
    finally:
        await store.close()


async def test_the_last_call_that_fits_is_made(tmp_path: Path) -> None:
    """$0.005 a call: two fit into a cent, to the cent, and the third does not; another team has a cent of its own."""
    async with budgeting(settings(tmp_path, budget_usd=0.01, **PRICES)) as budget:
        for _ in range(2):
            await spend(budget, "team", Cost(1500, 250))
        with pytest.raises(JudgeUnavailable, match=USED_UP):
            await budget.reserve("team", Cost(1, 0))
        await budget.reserve("another", Cost(1500, 250))


async def test_tokens_have_a_limit_of_their_own(tmp_path: Path) -> None:
    """Without a price, too; zero allows nothing."""
    async with budgeting(settings(tmp_path, budget_tokens=100)) as budget:
        await spend(budget, "team", Cost(60, 40))
        with pytest.raises(JudgeUnavailable, match=USED_UP):
            await budget.reserve("team", Cost(0, 1))
    async with budgeting(settings(tmp_path, budget_tokens=0)) as budget:
        with pytest.raises(JudgeUnavailable, match=USED_UP):
            await budget.reserve("third", Cost(1, 0))


async def test_what_is_set_aside_counts_until_the_call_is_settled(tmp_path: Path) -> None:
    """A call that cost less, or nothing, gives the rest back; one that needs it waits for that."""
    async with budgeting(settings(tmp_path, budget_tokens=100)) as budget:
        await budget.reserve("team", Cost(50, 40))
        waiting = asyncio.ensure_future(budget.reserve("team", Cost(11, 0)))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        await budget.settle("team", Cost(50, 40), Cost(50, 10))
        await waiting
        await budget.settle("team", Cost(11, 0), None)
        assert 60 == (await budget.spent("team")).tokens
        await budget.reserve("team", Cost(40, 0))
        await budget.settle("team", Cost(40, 0), None)
        await budget.reserve("team", Cost(40, 0))
        assert 60 == (await budget.spent("team")).tokens


async def test_calls_at_the_same_time_never_overspend(tmp_path: Path) -> None:
    """Of 200 calls that cost 10 each, a budget of 1,005 pays 100, however they fall."""

    async def call(budget: OwnBudget, number: int) -> bool:
        try:
            await budget.reserve("team", Cost(5, 5))
        except JudgeUnavailable:
            return False
        await asyncio.sleep(0.001 * (number % 7))
        await budget.settle("team", Cost(5, 5), Cost(5, 5))
        return True

    async with budgeting(settings(tmp_path, budget_tokens=1005)) as budget:
        paid = await asyncio.gather(*(call(budget, number) for number in range(200)))
        assert (100, 1000) == (sum(paid), (await budget.spent("team")).tokens)


async def test_a_new_day_begins_at_midnight_utc(tmp_path: Path) -> None:
    """One second before it the budget is used up; a clock that goes back finds the old day as it was left."""
    midnight = 1_700_006_400.0
    clock = Clock(midnight - 1)
    async with budgeting(settings(tmp_path, budget_tokens=10), clock) as budget:
        await spend(budget, "team", Cost(10, 0))
        with pytest.raises(JudgeUnavailable):
            await budget.reserve("team", Cost(1, 0))
        clock.now = midnight
        await spend(budget, "team", Cost(4, 0))
        assert 4 == (await budget.spent("team")).tokens
        clock.now = midnight - 0.5
        assert 10 == (await budget.spent("team")).tokens


async def test_a_call_over_midnight_is_paid_on_the_day_on_which_it_ends(tmp_path: Path) -> None:
    """And what was set aside for it is given back."""
    midnight = 1_700_006_400.0
    clock = Clock(midnight - 1)
    async with budgeting(settings(tmp_path, budget_tokens=10), clock) as budget:
        await budget.reserve("team", Cost(10, 0))
        clock.now = midnight + 1
        await budget.settle("team", Cost(10, 0), Cost(6, 0))
        assert 6 == (await budget.spent("team")).tokens
        await budget.reserve("team", Cost(4, 0))


async def test_a_restart_pays_nothing_back(tmp_path: Path) -> None:
    """The sums are on disk before the answer is used."""
    judge = settings(tmp_path, budget_tokens=10)
    async with budgeting(judge) as budget:
        await spend(budget, "team", Cost(10, 0))
    async with budgeting(judge) as budget:
        with pytest.raises(JudgeUnavailable):
            await budget.reserve("team", Cost(1, 0))


async def test_two_services_on_one_file_share_a_budget(tmp_path: Path) -> None:
    """Each learns with its next call what the other has spent."""
    judge = settings(tmp_path, budget_tokens=20)
    async with budgeting(judge) as one, budgeting(judge) as other:
        await spend(one, "team", Cost(5, 0))
        await spend(other, "team", Cost(10, 0))
        await spend(one, "team", Cost(5, 0))
        with pytest.raises(JudgeUnavailable):
            await one.reserve("team", Cost(1, 0))


async def test_a_call_that_is_cut_off_while_it_is_settled_holds_nothing(tmp_path: Path) -> None:
    """What it cost is noted all the same."""
    judge = settings(tmp_path, budget_tokens=20)
    async with budgeting(judge) as budget:
        await budget.reserve("team", Cost(20, 0))
        task = asyncio.ensure_future(budget.settle("team", Cost(20, 0), Cost(5, 0)))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await spend(budget, "team", Cost(1, 0))
        assert 6 == (await budget.spent("team")).tokens


async def test_a_disk_that_takes_nothing_costs_no_verdict(tmp_path: Path) -> None:
    """The sum is kept in memory, so the budget still holds."""
    judge = settings(tmp_path, budget_tokens=20)
    async with budgeting(judge) as budget:
        await budget.spent("team")
        with closing(sqlite3.connect(judge.cache, isolation_level=None)) as database:
            database.execute("DROP TABLE spent")
        await spend(budget, "team", Cost(15, 0))
        with pytest.raises(JudgeUnavailable):
            await budget.reserve("team", Cost(6, 0))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.sampled_from([0, 1, 2])), max_size=30))
def test_no_order_of_calls_overspends(calls: list[tuple[int, int, int]]) -> None:
    """Whatever is set aside, used in part or given back, the sum stays within the budget."""
    judge: Any = type("Judge", (), {"budget_usd": None, "budget_tokens": 100, **dict.fromkeys(PRICES, 0)})

    async def run() -> None:
        budget, held = OwnBudget(Terms(judge), _Sums(), Clock()), []
        for asked, answered, ends in calls:
            cost = Cost(asked, answered)
            try:
                async with asyncio.timeout(0.001):
                    await budget.reserve("team", cost)
            except (JudgeUnavailable, TimeoutError):
                assert cost.tokens + sum(each.tokens for each in held) + (await budget.spent("team")).tokens > 100
                continue
            held.append(cost)
            for each in held[:ends]:
                await budget.settle("team", each, each if ends == 1 else None)
            held = held[ends:]
            assert (await budget.spent("team")).tokens + sum(each.tokens for each in held) <= 100

    asyncio.run(run())


class _Sums(Store):
    """Sums without a file."""

    def __init__(self) -> None:
        super().__init__(Path(), "", 0)
        self._sum = Spent()

    async def spend(self, team: str, day: str, usd: float, tokens: int) -> Spent:  # noqa: ARG002 - one team, one day
        """Add."""
        self._sum = Spent(self._sum.usd + usd, self._sum.tokens + tokens)
        return self._sum

    async def spent(self, team: str, day: str) -> Spent:  # noqa: ARG002 - as above
        """Return the sum."""
        return self._sum


async def test_known_cases_are_on_nobodys_budget(tmp_path: Path) -> None:
    """They are counted, and a small budget is not used up by an examination."""
    async with budgeting(settings(tmp_path, budget_tokens=10)) as budget:
        await spend(budget, KNOWN_CASES, Cost(1000, 1000))
        assert 2000 == (await budget.spent(KNOWN_CASES)).tokens
        await budget.reserve("team", Cost(10, 0))
