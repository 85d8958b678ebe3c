"""The keyring: what is valid now, also while the database is away."""

import threading

import pytest

from service.call import Caller, Role
from service.teams.key_store import Grant, Roll
from service.teams.keyring import Keyring, KeysOutOfDateError, NoKeys
from service.teams.secret import digest_of
from service.teams.team import Limits

CALLER = Caller("maths", Role.SCORE)
DIGEST = digest_of("ts_maths-1_x")


class Database:
    """A database that can be away, and a clock."""

    def __init__(self) -> None:
        self.roll = Roll([Grant(DIGEST, CALLER, None)], {"maths": Limits(samples_per_min=5)}, has_keys=True)
        self.is_away = False
        self.now = 100.0
        self.was_read = threading.Event()

    def read(self) -> Roll:
        """Return the keys."""
        self.was_read.set()
        if self.is_away:
            raise ConnectionError
        return self.roll

    def clock(self) -> float:
        """Return the time."""
        return self.now

    def keyring(self, refresh_s: float = 1.0) -> Keyring:
        """Return a keyring that has been read once."""
        made = Keyring(self.read, refresh_s=refresh_s, grace_s=60, clock=self.clock, monotonic=self.clock)
        made.refresh()
        return made


def test_a_key_is_found_by_its_digest() -> None:
    """And by nothing that is like it."""
    keyring = Database().keyring()
    assert CALLER == getattr(keyring.find(DIGEST), "caller", None)
    assert [None, None] == [keyring.find(digest) for digest in (digest_of(""), DIGEST[:16] + bytes(16))]
    assert (Limits(samples_per_min=5), Limits()) == (keyring.limits("maths"), keyring.limits("physics"))


def test_a_revoked_key_is_gone_with_the_next_reading() -> None:
    """And there were keys all the same, so the door stays shut."""
    database = Database()
    keyring = database.keyring()
    database.roll = Roll(has_keys=True)
    keyring.refresh()
    assert (None, True, False) == (keyring.find(DIGEST), keyring.has_keys, keyring.has_active_keys)


def test_an_expired_key_needs_no_reading() -> None:
    """Its time is known."""
    database = Database()
    database.roll = Roll([Grant(DIGEST, CALLER, 101.0)], has_keys=True)
    keyring = database.keyring()
    assert keyring.has_active_keys
    database.now = 101.0
    assert (None, False) == (keyring.find(DIGEST), keyring.has_active_keys)


def test_keys_outlast_a_database_that_is_away_for_a_while() -> None:
    """For the grace, and then nobody can say; once it is back, they count again."""
    database = Database()
    keyring = database.keyring()
    database.is_away = True
    database.now += 60
    with pytest.raises(ConnectionError):
        keyring.refresh()
    assert keyring.find(DIGEST) is not None
    database.now += 1
    with pytest.raises(KeysOutOfDateError):
        keyring.find(DIGEST)
    database.is_away = False
    keyring.refresh()
    assert keyring.find(DIGEST) is not None


def test_it_is_read_again_and_again(caplog: pytest.LogCaptureFixture) -> None:
    """In a thread that a failure does not end, and that says so once."""
    database = Database()
    keyring = database.keyring(refresh_s=0.001)
    database.is_away = True
    keyring.start()
    try:
        for _ in range(3):
            database.was_read.clear()
            assert database.was_read.wait(10)
        database.roll, database.is_away = Roll(), False
        for _ in range(3):
            database.was_read.clear()
            assert database.was_read.wait(10)
        assert not keyring.has_keys
    finally:
        keyring.stop()
    assert 1 == caplog.text.count("keys_not_read: ConnectionError")


def test_without_a_database_there_are_no_keys() -> None:
    """And nothing to read."""
    keyring = NoKeys()
    assert (False, False, None) == (keyring.has_keys, keyring.has_active_keys, keyring.find(DIGEST))
