"""Replicas together let in no more than the quota, whichever of them is asked, on both databases."""

import os
import random
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from service.database.engine import open_database
from service.database.tables import teams
from service.quotas.allowance import BURST_S
from service.quotas.leases import LEASE_S, RENEW_S, LeasedAllowances
from service.quotas.ledger import Ledger
from tests.service.quotas.clock import Clock


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database with two teams."""
    engine = open_database(database_url)
    with engine.begin() as connection:
        for name in ("a", "b"):
            connection.execute(teams.insert().values(name=name, secret=os.urandom(8), created_at=0.0))
    yield engine
    engine.dispose()


class AwayError(Exception):
    """The database is not there."""


class Away(Ledger):
    """A ledger whose database comes and goes."""

    is_away = False

    def draw(self, team: str, per_s: float, *, owed: float, wanted: float) -> tuple[float, float] | None:
        """Take samples, where the database is there."""
        if self.is_away:
            raise AwayError
        return super().draw(team, per_s, owed=owed, wanted=wanted)


def age(engine: Engine, seconds: float) -> None:
    """Have so much time pass in the database."""
    with engine.begin() as connection:
        connection.execute(text("update allowances set counted_at = counted_at - :s"), {"s": seconds})


def test_a_bucket_is_full_at_first_and_fills_with_time(engine: Engine) -> None:
    """What is taken is gone, and no more than the burst comes back."""
    ledger = Ledger(engine)
    assert (30.0, 70.0) == pytest.approx(ledger.draw("a", 10.0, owed=0, wanted=30), abs=1)
    assert (0.0, -730.0) == pytest.approx(ledger.draw("a", 10.0, owed=800, wanted=10), abs=2)
    age(engine, 72.0)
    assert (0.0, -10.0) == pytest.approx(ledger.draw("a", 10.0, owed=0, wanted=10), abs=5)
    age(engine, 1_000.0)
    assert (10.0, 90.0) == pytest.approx(ledger.draw("a", 10.0, owed=0, wanted=10), abs=1)
    assert (10.0, 90.0) == pytest.approx(ledger.draw("b", 10.0, owed=0, wanted=10), abs=1)
    assert ledger.draw("nobody", 10.0, owed=0, wanted=10) is None


def test_replicas_are_counted_while_they_are_seen(engine: Engine) -> None:
    """One that signs off is gone at once, and one that is not seen after a moment."""
    ledger = Ledger(engine)
    assert [1, 2, 2] == [ledger.show(name) for name in ("one", "two", "one")]
    ledger.forget("two")
    assert 1 == ledger.show("one")
    ledger.show("two")
    with engine.begin() as connection:
        connection.execute(text("update replicas set seen_at = seen_at - 11 where name = 'two'"))
    assert 1 == ledger.show("one")


@pytest.mark.parametrize("seed", range(3))
def test_two_replicas_let_in_no_more_than_flows_in(engine: Engine, seed: int) -> None:
    """Asked at ten times the quota for half a minute: the quota, the burst, each one's lease and its last batches."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    clock, per_s, largest = Clock(), 20.0, 8
    replicas = [LeasedAllowances(Ledger(engine), clock) for _ in range(2)]
    admitted, began = 0, time.time()
    for step in range(300):
        clock.now += 0.1
        if step:
            age(engine, 0.1)
        for _ in range(5):
            replica, samples = dice.choice(replicas), dice.randint(1, largest)
            if replica.wait_s("a", per_s) == 0:
                replica.charge("a", per_s, samples)
                admitted += samples
        if step % 5 == 0:
            for replica in replicas:
                replica.renew()
    assert [2, 2] == [replica.replicas for replica in replicas]
    flowed = per_s * (30.0 + time.time() - began + BURST_S)
    assert flowed * 0.7 <= admitted <= flowed + 2 * (per_s * LEASE_S + largest)


def test_a_debt_made_on_one_replica_is_waited_for_on_the_other(engine: Engine) -> None:
    """And the wait that is told is about the wait that it takes."""
    clock = Clock()
    one, other = (LeasedAllowances(Ledger(engine), clock) for _ in range(2))
    for replica in (one, other):
        assert 0 == replica.wait_s("a", 10.0)
        replica.renew()
    one.charge("a", 10.0, 400)
    assert 39 == pytest.approx(one.wait_s("a", 10.0))
    one.renew()
    assert 31 == pytest.approx(one.wait_s("a", 10.0), abs=2)
    other.charge("a", 10.0, 11)
    other.renew()
    assert 31 == pytest.approx(other.wait_s("a", 10.0), abs=3)
    age(engine, 36.0)
    clock.now += 36.0
    other.renew()
    assert 0 == other.wait_s("a", 10.0)


def test_while_the_database_is_away_a_replica_goes_on_with_its_part(engine: Engine) -> None:
    """Half of the quota where there are two, and what it let in is paid when the database is back."""
    clock = Clock()
    ledger = Away(engine)
    other = LeasedAllowances(Ledger(engine), clock)
    other.renew()
    replica = LeasedAllowances(ledger, clock)
    replica.wait_s("a", 10.0)
    replica.renew()
    ledger.is_away = True
    replica.start()  # it fails at once, and the next time is after this test
    admitted = 0
    try:
        for _ in range(200):
            clock.now += 0.1
            with replica._lock:
                replica._go_on_alone(replica._leases["a"])
            if replica.wait_s("a", 10.0) == 0:
                replica.charge("a", 10.0, 1)
                admitted += 1
    finally:
        replica.stop()
    assert 100 == pytest.approx(admitted, abs=15)
    ledger.is_away = False
    replica.renew()
    drawn = Ledger(engine).draw("a", 10.0, owed=0, wanted=0)
    assert drawn is not None
    assert drawn[1] < 10


def test_renewing_goes_on_in_a_thread(engine: Engine) -> None:
    """A lease that was used up is there again, and the replica signs off when it ends."""
    replica = LeasedAllowances(Ledger(engine))
    replica.start()
    try:
        replica.wait_s("a", 10.0)
        replica.charge("a", 10.0, 15)
        assert replica.wait_s("a", 10.0) > 0
        ends_at = time.monotonic() + 10
        while replica.wait_s("a", 10.0) > 0 and time.monotonic() < ends_at:
            time.sleep(RENEW_S / 5)
        assert 0 == replica.wait_s("a", 10.0)
    finally:
        replica.stop()
    with engine.connect() as connection:
        assert 0 == connection.execute(text("select count(*) from replicas")).scalar()
