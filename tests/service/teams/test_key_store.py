"""Keys and teams in the database, on SQLite and on PostgreSQL."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select

from service.call import Caller, Role
from service.database.engine import open_database
from service.database.tables import keys, teams
from service.teams.errors import KeyEndedError, NoSuchError, TeamNameError
from service.teams.key_store import KeyStore, Roll, State
from service.teams.secret import PATTERN, digest_of
from service.teams.team import Limits

DAY_S = 86_400.0


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An empty database."""
    found = open_database(database_url)
    yield found
    found.dispose()


@pytest.fixture
def clock() -> Clock:
    """The time of the store."""
    return Clock()


@pytest.fixture
def store(engine: Engine, clock: Clock) -> KeyStore:
    """Keys and teams, of which there are none yet."""
    return KeyStore(engine, clock)


def test_a_key_is_kept_as_its_digest(store: KeyStore, engine: Engine) -> None:
    """It can be told from other texts, and is nowhere in the database."""
    key, secret = store.create("maths", Role.SCORE)
    assert ("maths-1", "maths", Role.SCORE, None) == (key.name, key.team, key.role, key.expires_at)
    assert re.fullmatch(PATTERN, secret.text)
    assert secret.text.startswith("ts_maths-1_")
    assert secret.text not in repr(secret)
    with engine.connect() as connection:
        rows = repr([connection.execute(select(table)).all() for table in (teams, keys)])
    assert secret.text.rpartition("_")[2] not in rows
    (grant,) = store.roll().grants
    assert (digest_of(secret.text), Caller("maths", Role.SCORE)) == (grant.digest, grant.caller)


def test_there_are_no_keys_at_first(store: KeyStore) -> None:
    """And no teams."""
    assert Roll() == store.roll()
    assert ([], []) == (store.every_key(), store.every_team())


def test_names_count_up_for_each_team(store: KeyStore) -> None:
    """Also where several are made at once."""
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda team: store.create(team, Role.READ)[0].name, ["a", "a", "b", "a"]))
    assert ["a-1", "a-2", "a-3", "b-1"] == sorted(made)
    assert [("a", 3), ("b", 1)] == [(team.name, team.active_keys) for team in store.every_team()]


@pytest.mark.parametrize("name", ["", "Maths", "1a", "a b", "a:b", "a-", "a_b", "a" * 41, "é"])
def test_a_team_s_name_is_plain(store: KeyStore, name: str) -> None:
    """It stands in keys, paths and labels."""
    with pytest.raises(TeamNameError, match="small letters"):
        store.create(name, Role.SCORE)


def test_an_expired_key_is_not_among_the_valid(store: KeyStore, clock: Clock) -> None:
    """But it is remembered that there are keys."""
    key, _ = store.create("maths", Role.SCORE, clock.now + DAY_S)
    assert [clock.now + DAY_S] == [grant.expires_at for grant in store.roll().grants]
    clock.now += DAY_S
    assert ((), True) == (store.roll().grants, store.roll().has_keys)
    assert State.EXPIRED is key.state(clock.now)


def test_a_key_is_revoked_once(store: KeyStore, clock: Clock) -> None:
    """The first time counts."""
    store.create("maths", Role.SCORE)
    first = store.revoke("maths-1")
    clock.now += 1
    assert (first, State.REVOKED) == (store.revoke("maths-1"), first.state(clock.now))
    assert ((), True) == (store.roll().grants, store.roll().has_keys)
    with pytest.raises(NoSuchError, match="touchstone keys list"):
        store.revoke("maths-2")


def test_a_key_follows_another(store: KeyStore, clock: Clock) -> None:
    """Both work for the overlap; the new one has the old one's role, and as long to live."""
    store.create("maths", Role.ADMIN, clock.now + 90 * DAY_S)
    clock.now += 80 * DAY_S
    old, new, _ = store.rotate("maths-1", overlap_s=3600)
    assert (clock.now + 3600, clock.now + 90 * DAY_S) == (old.expires_at, new.expires_at)
    assert ("maths-2", Role.ADMIN, 2) == (new.name, new.role, len(store.roll().grants))
    clock.now += 3600
    assert [new] == [key for key in store.every_key() if key.state(clock.now) is State.ACTIVE]
    with pytest.raises(KeyEndedError, match="maths-1 is expired"):
        store.rotate("maths-1", overlap_s=3600)


def test_an_overlap_lengthens_no_life(store: KeyStore, clock: Clock) -> None:
    """A key that ends sooner ends then; one without an end gets one, and its follower none."""
    store.create("maths", Role.SCORE, clock.now + 60)
    store.create("maths", Role.SCORE)
    assert clock.now + 60 == store.rotate("maths-1", overlap_s=3600)[0].expires_at
    old, new, _ = store.rotate("maths-2", overlap_s=3600)
    assert (clock.now + 3600, None) == (old.expires_at, new.expires_at)


def test_who_rotates_twice_loses_no_life(store: KeyStore, clock: Clock) -> None:
    """A key that an overlap is about to end is followed by one that lives as long as it was made to, again."""
    store.create("maths", Role.SCORE)
    store.create("maths", Role.SCORE, expires_at=clock.now + 9000)
    for name in ("maths-1", "maths-2"):
        store.rotate(name, overlap_s=600)
    clock.now += 60
    assert store.rotate("maths-1", overlap_s=600)[1].expires_at is None
    assert clock.now + 9000 == store.rotate("maths-2", overlap_s=600)[1].expires_at


def test_limits_are_set_one_by_one(store: KeyStore) -> None:
    """What is not named stays, and None is the default again."""
    store.create("maths", Role.SCORE)
    store.set_limits("maths", {"samples_per_min": 600, "judge_usd_per_day": 0.5})
    found = store.set_limits("maths", {"samples_per_min": None, "max_body_mb": 8.0})
    assert Limits(max_body_mb=8.0, judge_usd_per_day=0.5) == found.limits == store.roll().limits["maths"]
    with pytest.raises(NoSuchError, match="made with its first key"):
        store.set_limits("physics", {"samples_per_min": 1})
