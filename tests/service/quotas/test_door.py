"""Whoever is over its own quota, or finds the service full, is told so and told when to come back."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest

from service.call import Call, Caller
from service.errors import ProblemError
from service.pool import PoolUnavailableError
from service.quotas.allowance import OwnAllowances
from service.quotas.door import Door
from service.quotas.quota import Quota
from tests.service.quotas.clock import Clock

A, B = (Call("id", Caller(team)) for team in ("a", "b"))


@dataclass(frozen=True)
class Fixed:
    """The same quota for every team."""

    quota: Quota

    def of(self, team: str) -> Quota:  # noqa: ARG002 - the protocol's
        """Return it."""
        return self.quota


class Two(OwnAllowances):
    """The allowances of one of two replicas."""

    replicas = 2


def room(_: str) -> None:
    """Find room for everyone."""


def full(_: str) -> None:
    """Find room for nobody."""
    raise PoolUnavailableError("The queue is full.", retry_after_s=7)


def door(
    samples_per_min: int | None = None,
    concurrent_samples: int | None = None,
    *,
    clock: Clock | None = None,
    check_room: Callable[[str], None] = room,
    of: type[OwnAllowances] = OwnAllowances,
) -> Door:
    """Return a door with the same quota for all."""
    clock = clock or Clock()
    return Door(Fixed(Quota(samples_per_min, concurrent_samples, 1000)), of(clock), check_room, clock)


def refusal(act: Callable[[], object]) -> tuple[str, int, str | None]:
    """Return what a caller is told."""
    with pytest.raises(ProblemError) as caught:
        act()
    return caught.value.slug, caught.value.status, caught.value.headers.get("Retry-After")


def test_without_quotas_everybody_is_let_in() -> None:
    """However much they ask for."""
    open_door = door()
    for _ in range(10):
        open_door.knock("a")
        with open_door.admit(A, 1_000_000):
            pass


def test_who_used_up_the_minute_waits_as_long_as_it_says() -> None:
    """At the headers and at the samples; the other team does not."""
    clock = Clock()
    limited = door(samples_per_min=60, clock=clock)
    limited.knock("a")
    with limited.admit(A, 100):
        pass
    assert ("quota", 429, "90") == refusal(lambda: limited.knock("a"))
    assert ("quota", 429, "90") == refusal(lambda: limited.admit(A, 1))
    limited.knock("b")
    with limited.admit(B, 1):
        pass
    clock.now += 90.001
    limited.knock("a")


def test_what_is_under_way_takes_its_place_until_it_is_answered() -> None:
    """Whether it is answered well or not."""
    limited = door(concurrent_samples=10)
    with limited.admit(A, 10):
        assert ("quota", 429, "1") == refusal(lambda: limited.knock("a"))
        limited.knock("b")
    with limited.admit(A, 6):
        limited.knock("a")
        assert ("quota", 429, "1") == refusal(lambda: limited.admit(A, 5))
    with suppress(ZeroDivisionError), limited.admit(A, 10):
        raise ZeroDivisionError
    limited.knock("a")


def test_the_wait_for_a_place_is_what_batches_take() -> None:
    """A team whose batches take ten seconds is not told to ask every second."""
    clock = Clock()
    limited = door(concurrent_samples=10, clock=clock)
    for _ in range(50):
        with limited.admit(A, 10):
            clock.now += 10.0
    with limited.admit(A, 10):
        assert ("quota", 429, "10") == refusal(lambda: limited.knock("a"))


def test_places_are_shared_among_replicas() -> None:
    """A batch that is larger than this one's part has its place alone; one larger than the quota never has."""
    limited = door(concurrent_samples=10, of=Two)
    with limited.admit(A, 4):
        assert 429 == refusal(lambda: limited.admit(A, 2))[1]
    with limited.admit(A, 9):
        assert 429 == refusal(lambda: limited.knock("a"))[1]
    assert ("body-too-large", 413, None) == refusal(lambda: limited.admit(A, 11))


def test_a_full_service_is_no_fault_of_the_teams() -> None:
    """503, and the pool says how long."""
    assert ("unavailable", 503, "7") == refusal(lambda: door(check_room=full).knock("a"))


def test_a_batch_without_samples_costs_one() -> None:
    """Else nothing would bound how many of them come."""
    own = door(samples_per_min=6)
    for _ in range(2):
        with own.admit(A, 0):
            pass
    assert ("quota", 429, "10") == refusal(lambda: own.check_quota("a"))
