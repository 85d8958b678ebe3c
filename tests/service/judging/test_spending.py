"""What teams spend is one sum for all replicas, and what a replica has set aside counts while it says so."""

import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, text

from service.database.engine import open_database
from service.judging.spending import Found, Spending
from service.judging.spent import Spent


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An empty database."""
    engine = open_database(database_url)
    yield engine
    engine.dispose()


def aside(tokens: int, found: list[Found]) -> Callable[[Found], Spent]:
    """Return what sets so much aside, and notes what it found."""

    def share(how: Found) -> Spent:
        found.append(how)
        return Spent(tokens / 100, tokens)

    return share


def agree(spending: Spending, holder: str, paid: int, tokens: int) -> Found:
    """Pay and set aside for one team; return how it stood."""
    found: list[Found] = []
    spending.agree("team", holder, Spent(paid / 100, paid), aside(tokens, found))
    return found[0]


def put_off(engine: Engine, seconds: float) -> None:
    """Have so much time pass for what is set aside."""
    with engine.begin() as connection:
        connection.execute(text("update reservations set until = until - :s"), {"s": seconds})


def rows(engine: Engine) -> int:
    """Return how many have something set aside."""
    with engine.connect() as connection:
        return int(connection.execute(text("select count(*) from reservations")).scalar_one())


def test_what_is_paid_is_one_sum(engine: Engine) -> None:
    """Whichever replica paid; teams have one each."""
    one, other = Spending(engine), Spending(engine)
    assert Spent() == one.spent("team")
    assert Found(Spent(0.25, 25), Spent(), counts=False) == agree(one, "one", 25, 0)
    assert Spent(0.5, 50) == agree(other, "other", 25, 0).spent
    assert [Spent(0.5, 50), Spent()] == [one.spent(team) for team in ("team", "another")]


def test_each_sees_what_the_others_have_set_aside(engine: Engine) -> None:
    """All in all, until they give it back."""
    spending = Spending(engine)
    agree(spending, "one", 0, 25)
    agree(spending, "two", 0, 50)
    assert Found(Spent(), Spent(0.75, 75), counts=False) == agree(spending, "three", 0, 0)
    assert Found(Spent(), Spent(0.5, 50), counts=True) == agree(spending, "one", 0, 100)
    agree(spending, "two", 0, 0)
    assert (Spent(1.0, 100), 1) == (agree(spending, "three", 0, 0).others, rows(engine))


def test_what_nobody_speaks_for_no_longer_counts(engine: Engine) -> None:
    """Its holder learns of that, and whoever gives back next clears it away."""
    spending = Spending(engine)
    agree(spending, "dead", 0, 25)
    agree(spending, "alive", 0, 25)
    put_off(engine, 25)
    agree(spending, "alive", 0, 50)
    put_off(engine, 10)
    assert Found(Spent(), Spent(), counts=True) == agree(spending, "alive", 0, 50)
    assert not agree(spending, "dead", 0, 25).counts
    put_off(engine, 35)
    agree(spending, "alive", 0, 0)
    assert 0 == rows(engine)


def test_a_day_begins_with_nothing(engine: Engine) -> None:
    """What is set aside goes on counting; a clock that goes back finds the day that had begun."""
    spending = Spending(engine)
    agree(spending, "one", 25, 25)
    with engine.begin() as connection:
        connection.execute(text("update spendings set day = '2000-01-01'"))
    assert Spent() == spending.spent("team")
    assert Found(Spent(0.5, 50), Spent(0.25, 25), counts=False) == agree(spending, "two", 50, 0)
    with engine.begin() as connection:
        connection.execute(text("update spendings set day = '2999-01-01'"))
    assert Spent(0.75, 75) == agree(spending, "two", 25, 0).spent == spending.spent("team")


def test_a_share_that_fails_changes_nothing(engine: Engine) -> None:
    """Neither what was paid nor what was set aside."""

    def share(_: Found) -> Spent:
        raise ValueError

    spending = Spending(engine)
    with pytest.raises(ValueError, match=r"^$"):
        spending.agree("team", "one", Spent(1.0, 10), share)
    assert (Spent(), 0) == (spending.spent("team"), rows(engine))


def test_replicas_take_turns(engine: Engine) -> None:
    """Of 80 that want 10 each at the same time, a hundred is enough for 10, and none sees what another is choosing."""
    granted: list[str] = []

    def want(holder: str) -> None:
        def share(found: Found) -> Spent:
            fits = found.spent.tokens + found.others.tokens + 10 <= 100
            granted.extend([holder] * fits)
            return Spent(0.1, 10 * fits)

        spending = Spending(engine)
        for number in range(10):
            spending.agree("team", f"{holder}-{number}", Spent(), share)

    threads = [threading.Thread(target=want, args=(str(number),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 10 == len(granted)
