"""Claims on idempotency keys, on a real PostgreSQL."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from service.database.engine import open_database
from service.database.tables import teams
from service.record.claims import LASTS_S, RENEW_S, Claim, NoClaims, SharedClaims, claims_in
from service.record.repetitions import ConnectionRows
from tests.service.databases import postgresql_database

TEAM = 1
ASKED = b"asked"


@dataclass
class Clock:
    """Seconds that pass when they are told to."""

    now: float = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[Engine]:
    """A database with a team."""
    with postgresql_database(postgresql_url) as url:
        engine = open_database(url)
        with engine.begin() as connection:
            connection.execute(teams.insert().values(id=TEAM, name="a", secret=b"s", created_at=0.0))
        yield engine
        engine.dispose()


def take(engine: Engine, claims: SharedClaims, claim: Claim) -> bool:
    """Claim a key."""
    with engine.begin() as connection:
        return claims.take(ConnectionRows(connection), claim, TEAM, ASKED)


def age(engine: Engine, seconds: float) -> None:
    """Have so much time pass in the database."""
    with engine.begin() as connection:
        connection.execute(text("update idempotency set held_at = held_at - :s"), {"s": seconds})


def keys(engine: Engine) -> list[tuple[str, str]]:
    """Return which keys are claimed, and whose they are."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text("select key, holder from idempotency order by key"))]


def until(condition: Callable[[], bool]) -> None:
    """Return when the condition holds."""
    ends_at = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < ends_at
        time.sleep(0.02)


def test_a_key_is_claimed_once(engine: Engine) -> None:
    """By one replica or the other, and each key by itself."""
    one, other = SharedClaims(engine), SharedClaims(engine)
    claims = Claim("k"), Claim("k"), Claim("another")
    assert [True, False, True] == [
        take(engine, one, claims[0]),
        take(engine, other, claims[1]),
        take(engine, other, claims[2]),
    ]
    assert [("another", claims[2].holder), ("k", claims[0].holder)] == keys(engine)


def test_a_claim_lapses_that_is_not_renewed(engine: Engine) -> None:
    """And one that is renewed holds."""
    clock = Clock()
    one, other = SharedClaims(engine, clock), SharedClaims(engine, clock)
    claim, heir = Claim("k"), Claim("k")
    assert take(engine, one, claim)
    age(engine, LASTS_S - 1)
    clock.now += RENEW_S
    one.renew()
    age(engine, LASTS_S - 1)
    assert not take(engine, other, heir)
    one.end(claim)
    clock.now += RENEW_S
    one.renew()
    age(engine, 1.1)
    assert take(engine, other, heir)
    assert [("k", heir.holder)] == keys(engine)


def test_what_lapsed_is_the_heirs(engine: Engine) -> None:
    """Whoever had it before renews it no longer, and giving it up takes it from nobody."""
    clock = Clock()
    one, other = SharedClaims(engine, clock), SharedClaims(engine, clock)
    claim, heir = Claim("k"), Claim("k")
    assert take(engine, one, claim)
    age(engine, LASTS_S + 1)
    assert take(engine, other, heir)
    clock.now += RENEW_S
    age(engine, LASTS_S + 1)
    one.renew()
    one.start()
    one.give_up(claim)
    one.stop()
    assert [("k", heir.holder)] == keys(engine)
    assert take(engine, one, Claim("k"))


def test_a_claim_is_given_up_soon(engine: Engine) -> None:
    """Another replica need not wait until it lapses."""
    one, other = SharedClaims(engine), SharedClaims(engine)
    one.start()
    claims = [Claim(str(number)) for number in range(20)]
    assert all(take(engine, one, claim) for claim in claims)
    for claim in claims:
        one.give_up(claim)
    until(lambda: keys(engine) == [])
    assert take(engine, other, Claim("0"))
    one.stop()


def test_renewing_waits_for_no_transaction(engine: Engine) -> None:
    """A claim that is being written is left alone, and the others are renewed."""
    clock = Clock()
    claims = SharedClaims(engine, clock)
    written, scored = Claim("a"), Claim("b")
    assert all(take(engine, claims, each) for each in (written, scored))
    age(engine, 100)
    clock.now += RENEW_S
    with engine.begin() as connection:
        connection.execute(text("update idempotency set asked = asked where key = 'a'"))
        claims.renew()
    other = SharedClaims(engine)
    assert [True, False] == [take(engine, other, Claim("a")), take(engine, other, Claim("b"))]


def test_a_claim_that_is_over_before_it_is_taken_lapses(engine: Engine) -> None:
    """Nobody renews it: whoever wanted it has left."""
    clock = Clock()
    claims, claim = SharedClaims(engine, clock), Claim("k")
    claims.end(claim)
    assert take(engine, claims, claim)
    clock.now += RENEW_S
    age(engine, LASTS_S + 1)
    claims.renew()
    assert take(engine, SharedClaims(engine), Claim("k"))


def test_a_key_that_was_answered_is_nobodys_for_a_day(engine: Engine) -> None:
    """Then it is claimed anew."""
    claims = SharedClaims(engine)
    assert take(engine, claims, Claim("k"))
    with engine.begin() as connection:
        make = "insert into runs (id, team_id, name, created_at) values (1, 1, 'r', 0)"
        connection.execute(text(make))
        make = (
            "insert into requests (id, run_id, request_id, received_at, seconds, samples, fingerprints) "
            "values (1, 1, 'r', 0, 0, 0, '')"
        )
        connection.execute(text(make))
        connection.execute(text("update idempotency set request_id = 1, holder = null, held_at = null"))
    assert not take(engine, claims, Claim("k"))
    with engine.begin() as connection:
        connection.execute(text("update idempotency set created_at = created_at - 86401"))
    assert take(engine, claims, Claim("k"))


def test_sqlite_has_no_claims(tmp_path: Path) -> None:
    """No other replica can be there, so nothing is written for one."""
    engine = open_database(f"sqlite:///{tmp_path / 't.db'}")
    claims = claims_in(engine)
    assert isinstance(claims, NoClaims)
    claims.start()
    with engine.begin() as connection:
        assert claims.take(ConnectionRows(connection), Claim("k"), TEAM, ASKED)
    assert [] == keys(engine)
    claims.stop()
    engine.dispose()
