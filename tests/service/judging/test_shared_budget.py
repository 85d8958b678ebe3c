"""Replicas together spend no more than one might, on both databases; whoever dies holds nothing for long."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from random import Random

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from rewards.errors import JudgeUnavailable
from service.database.engine import open_database
from service.judging.settings import JudgeSettings
from service.judging.shared_budget import SharedBudget
from service.judging.spending import TERM_S, Found, Spending
from service.judging.spent import Spent
from service.judging.terms import KNOWN_CASES, Cost, Terms
from tests.service.judging.asking import Clock
from tests.service.running import until

pytestmark = pytest.mark.anyio
USED_UP = "left of the team's budget for the judge until midnight UTC does not pay"
AWAY = "database is away"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An empty database."""
    engine = open_database(database_url)
    yield engine
    engine.dispose()


class AwayError(Exception):
    """The database is not there."""


class Away(Spending):
    """A database that comes and goes."""

    is_away = False

    def agree(self, team: str, holder: str, paid: Spent, share: Callable[[Found], Spent]) -> None:
        """Agree, where it is there."""
        if self.is_away:
            raise AwayError
        super().agree(team, holder, paid, share)

    def spent(self, team: str) -> Spent:
        """Tell, where it is there."""
        if self.is_away:
            raise AwayError
        return super().spent(team)


def terms(budget_tokens: int | None = 100) -> Terms:
    """Return what a million tokens at a dollar cost, and how many a team may use."""
    return Terms(JudgeSettings(input_usd_per_million=1, output_usd_per_million=1, budget_tokens=budget_tokens))


@asynccontextmanager
async def budgeting(spending: Spending, budget_tokens: int | None = 100) -> AsyncIterator[SharedBudget]:
    """Run a replica's budget."""
    budget = SharedBudget(terms(budget_tokens), spending)
    try:
        yield budget
    finally:
        await budget.stop()


async def spend(budget: SharedBudget, tokens: int, team: str = "team") -> None:
    """Make one call that costs what it was thought to cost."""
    await budget.reserve(team, Cost(tokens))
    budget.check(team)
    await budget.settle(team, Cost(tokens), Cost(tokens))


def rows(engine: Engine) -> list[int]:
    """Return the tokens that replicas have set aside."""
    with engine.connect() as connection:
        return [row.tokens for row in connection.execute(text("select tokens from reservations"))]


def age(engine: Engine, seconds: float) -> None:
    """Have so much time pass for what is set aside."""
    with engine.begin() as connection:
        connection.execute(text("update reservations set until = until - :s"), {"s": seconds})


async def test_replicas_share_what_is_left(engine: Engine) -> None:
    """To the token, each team by itself, and known cases are held back by nobody."""
    async with budgeting(Spending(engine)) as one, budgeting(Spending(engine)) as other:
        await spend(one, 60)
        await spend(other, 40)
        for budget in (one, other):
            spent = await budget.spent("team")
            assert (pytest.approx(0.0001), 100) == (spent.usd, spent.tokens)
            with pytest.raises(JudgeUnavailable, match=USED_UP):
                await budget.reserve("team", Cost(1))
        await spend(one, 100, "another")
        for tokens in (1000, 1000):
            await spend(other, tokens, KNOWN_CASES)
        assert 2000 == (await one.spent(KNOWN_CASES)).tokens
    assert [] == rows(engine)


async def test_a_call_waits_for_what_another_replica_has_set_aside(engine: Engine) -> None:
    """And goes when that is over; one that never fits does not wait."""
    async with budgeting(Spending(engine)) as one, budgeting(Spending(engine)) as other:
        await one.reserve("team", Cost(50, 40))
        with pytest.raises(JudgeUnavailable, match=USED_UP):
            await other.reserve("team", Cost(101))
        waiting = asyncio.ensure_future(other.reserve("team", Cost(11)))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        await other.reserve("team", Cost(10))
        await other.settle("team", Cost(10), None)
        await one.settle("team", Cost(50, 40), Cost(50, 10))
        async with asyncio.timeout(5):
            await waiting
        await other.settle("team", Cost(11), None)
        assert 60 == (await other.spent("team")).tokens


async def test_a_call_that_hangs_up_while_it_waits_holds_nothing(engine: Engine) -> None:
    """Whether or not it was being let go."""
    async with budgeting(Spending(engine)) as budget:
        for turns in range(40):
            call = asyncio.ensure_future(budget.reserve("team", Cost(100)))
            await asyncio.sleep(turns / 4000)
            call.cancel()
            if not (await asyncio.gather(call, return_exceptions=True))[0]:
                await budget.settle("team", Cost(100), None)
        async with asyncio.timeout(5):
            await spend(budget, 100)
    assert [] == rows(engine)


async def test_a_call_that_is_cut_off_while_it_is_settled_holds_nothing(engine: Engine) -> None:
    """What it cost is noted all the same."""
    async with budgeting(Spending(engine)) as budget:
        await budget.reserve("team", Cost(90))
        task = asyncio.ensure_future(budget.settle("team", Cost(90), Cost(5)))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await spend(budget, 90)
        assert 95 == (await budget.spent("team")).tokens


async def test_a_restart_pays_nothing_back(engine: Engine) -> None:
    """Nor does it hold what was set aside."""
    async with budgeting(Spending(engine)) as budget:
        await spend(budget, 60)
        await budget.reserve("team", Cost(40))
        await budget.settle("team", Cost(40), None)
    async with budgeting(Spending(engine)) as budget:
        await spend(budget, 40)
        with pytest.raises(JudgeUnavailable, match=USED_UP):
            await budget.reserve("team", Cost(1))


async def test_a_replica_that_dies_holds_nothing_for_long(engine: Engine) -> None:
    """Others wait for it for half a minute; what it had spent stays spent."""

    async def die() -> None:
        budget = SharedBudget(terms(), Spending(engine))
        await spend(budget, 30)
        await budget.reserve("team", Cost(70))
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    await asyncio.to_thread(asyncio.run, die())
    assert [70] == rows(engine)
    async with budgeting(Spending(engine)) as budget:
        waiting = asyncio.ensure_future(budget.reserve("team", Cost(70)))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        age(engine, TERM_S)
        async with asyncio.timeout(5):
            await waiting
        await budget.settle("team", Cost(70), Cost(70))
        assert 100 == (await budget.spent("team")).tokens


async def test_without_a_limit_nothing_is_set_aside(engine: Engine) -> None:
    """What is spent is counted."""
    async with budgeting(Spending(engine), None) as budget:
        await budget.reserve("team", Cost(10**9))
        budget.check("team")
        assert [] == rows(engine)
        await budget.settle("team", Cost(10**9), Cost(10**9))
        assert 10**9 == (await budget.spent("team")).tokens


async def test_while_the_database_is_away_nothing_new_is_paid(engine: Engine) -> None:
    """What is on its way comes home, and is on the bill once the database is back."""
    spending = Away(engine)
    async with budgeting(spending) as budget:
        await spend(budget, 10)
        await budget.reserve("team", Cost(50))
        spending.is_away = True
        with pytest.raises(JudgeUnavailable, match=AWAY):
            await budget.reserve("team", Cost(1))
        budget.check("team")
        await budget.settle("team", Cost(50), Cost(20))
        assert (30, 10) == ((await budget.spent("team")).tokens, Spending(engine).spent("team").tokens)
        spending.is_away = False
        async with asyncio.timeout(5):
            await spend(budget, 70)
        assert 100 == Spending(engine).spent("team").tokens


async def test_without_a_limit_a_database_that_is_away_is_no_reason_to_wait(engine: Engine) -> None:
    """And what was spent is noted when it is back, without another call."""
    spending = Away(engine)
    async with budgeting(spending, None) as budget:
        spending.is_away = True
        await spend(budget, 10)
        spending.is_away = False
        await until(lambda: Spending(engine).spent("team").tokens == 10)


async def test_a_replica_that_was_cut_off_for_long_sends_nothing_more(engine: Engine) -> None:
    """What it had set aside may be another's; where it is not, it has it back."""
    clock, spending = Clock(), Away(engine)
    budget = SharedBudget(terms(), spending, clock)
    await budget.reserve("team", Cost(60))
    budget.check("team")
    spending.is_away = True
    clock.now += TERM_S + 1
    age(engine, TERM_S + 1)
    with pytest.raises(JudgeUnavailable, match=AWAY):
        budget.check("team")
    async with budgeting(Spending(engine)) as other:
        await other.reserve("team", Cost(50))
        spending.is_away = False
        waiting = asyncio.ensure_future(budget.reserve("team", Cost(1)))
        await asyncio.sleep(0.3)
        with pytest.raises(JudgeUnavailable, match=AWAY):
            budget.check("team")
        await other.settle("team", Cost(50), None)
        async with asyncio.timeout(5):
            await waiting
        budget.check("team")
    for tokens in (60, 1):
        await budget.settle("team", Cost(tokens), None)
    await budget.stop()


async def storm(budget: SharedBudget, dice: Random, calls: int) -> int:
    """Make calls at random moments that cost at random up to what they might; return what they cost."""

    async def call() -> int:
        most, used = dice.randint(1, 40), dice.choice([None, 0.0, 0.5, 1.0])
        await asyncio.sleep(dice.random() / 10)
        try:
            await budget.reserve("team", Cost(most))
        except JudgeUnavailable:
            return 0
        await asyncio.sleep(dice.random() / 50)
        budget.check("team")
        cost = None if used is None else Cost(max(1, int(most * used)))
        await budget.settle("team", Cost(most), cost)
        return 0 if cost is None else cost.tokens

    return sum(await asyncio.gather(*(call() for _ in range(calls))))


def test_replicas_in_threads_of_their_own_never_overspend(engine: Engine) -> None:
    """Three of them, a loop each: 240 calls for a budget of 1,000, which is used up but for less than a call."""
    paid: list[int] = []

    async def replica(seed: int) -> None:
        async with budgeting(Spending(engine), 1000) as budget:
            paid.append(await storm(budget, Random(seed), 80))  # noqa: S311 - no secret

    threads = [threading.Thread(target=asyncio.run, args=(replica(seed),)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = Spending(engine).spent("team").tokens
    assert ([], 3, sum(paid)) == (rows(engine), len(paid), spent)
    assert 960 < spent <= 1000


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(1, 60), st.sampled_from([None, 0.5, 1.0])), max_size=12),
)
@hypothesis_settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_order_of_calls_overspends(engine: Engine, calls: list[tuple[int, int, float | None]]) -> None:
    """What is spent and what both replicas have set aside stay within the budget, whichever is asked."""
    with engine.begin() as connection:
        connection.execute(text("delete from spendings"))

    async def run() -> None:
        async with budgeting(Spending(engine)) as one, budgeting(Spending(engine)) as other:
            held: list[tuple[SharedBudget, Cost]] = []
            for number, tokens, ends in calls:
                budget, cost = (one, other)[number], Cost(tokens)
                try:
                    async with asyncio.timeout(0.05):
                        await budget.reserve("team", cost)
                    held.append((budget, cost))
                except (JudgeUnavailable, TimeoutError):
                    pass
                if ends is not None and held:
                    holder, most = held.pop(0)
                    await holder.settle("team", most, Cost(int(most.tokens * ends)) if ends < 1 else None)
                assert (await one.spent("team")).tokens + sum(most.tokens for _, most in held) <= 100
            for holder, most in held:
                await holder.settle("team", most, most)

    asyncio.run(run())
    assert ([], True) == (rows(engine), Spending(engine).spent("team").tokens <= 100)
