"""Teams share workers by what their work takes, and what a team owes is neither lost nor for ever."""

import random
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from service.shares import COMPANY_S, DEBT_S, HALF_LIFE_S, MOST_OWED_S, QUANTUM_S, Shares

TEAMS = ("a", "b", "c")


@dataclass
class Clock:
    """A clock that a test sets."""

    now: float = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@dataclass
class Bench:
    """Teams that always have something waiting, and one worker."""

    costs: dict[str, list[float]]
    """What each team's work takes, over and over."""
    shares: Shares = field(default_factory=lambda: Shares(Clock()))
    used: dict[str, float] = field(default_factory=dict)

    def run(self, times: int) -> list[str]:
        """Serve so many pieces of work; return whose they were."""
        for team in self.costs:
            self.shares.arrive(team)
        served = []
        for _ in range(times):
            team = self.shares.next(lambda _: True)
            assert team is not None
            cost = self.costs[team][len(served) % len(self.costs[team])]
            self.shares.charge(team, 0.001)  # the estimate, when it is taken
            self.shares.charge(team, cost - 0.001)
            self.used[team] = self.used.get(team, 0.0) + cost
            served.append(team)
        return served


def anyone(_: str) -> bool:
    """Let every team."""
    return True


costs = st.lists(st.floats(0.0001, 2.0), min_size=1, max_size=5)


@given(st.fixed_dictionaries(dict.fromkeys(TEAMS, costs)))
def test_teams_that_always_wait_get_equal_times(found: dict[str, list[float]]) -> None:
    """Not equal numbers: however dear each one's work is, they differ by a piece of work and a quantum at most."""
    bench = Bench(found)
    bench.run(600)
    most = max(max(each) for each in found.values())
    used = [bench.used.get(team, 0.0) for team in TEAMS]
    assert max(used) - min(used) <= 2 * most + 2 * QUANTUM_S


@given(st.fixed_dictionaries(dict.fromkeys(TEAMS, costs)), st.integers(0, 2**32))
def test_no_worker_is_idle_while_anything_waits(found: dict[str, list[float]], seed: int) -> None:
    """Whatever teams owe, one of those that wait and may is served."""
    clock, dice = Clock(), random.Random(seed)  # noqa: S311 - no secret
    shares = Shares(clock)
    waiting: set[str] = set()
    for _ in range(200):
        team = dice.choice(TEAMS)
        clock.now += dice.random()
        shares.arrive(team)
        waiting.add(team)
        if dice.random() < 0.5:
            served = shares.next(anyone)
            assert served in waiting
            shares.charge(served, dice.choice(found[served]))
            shares.depart(served)
            waiting.discard(served)
    allowed = dice.choice(TEAMS)
    assert (allowed if allowed in waiting else None) == shares.next(lambda team: team == allowed)


def test_nobody_starves_behind_cheap_work() -> None:
    """A team that owes all that can be owed is served when the others have had as much."""
    shares = Shares(Clock())
    for team in ("dear", "cheap"):
        shares.arrive(team)
    shares.charge("dear", 1000.0)
    served = 0
    while shares.next(anyone) == "cheap":
        shares.charge("cheap", 0.1)
        served += 1
    assert MOST_OWED_S / 0.1 - 2 <= served <= MOST_OWED_S / 0.1 + 2


def test_cheap_work_is_not_kept_waiting_by_dear_work() -> None:
    """Who asks for a thousandth each time is served again and again before the next piece of two seconds."""
    served = Bench({"dear": [2.0], "cheap": [0.001]}).run(3_000)
    assert served.count("dear") <= 3


def test_a_line_that_empties_forgives_nothing() -> None:
    """Sending one piece at a time leaves the sender behind the others as much as sending all at once."""
    clock = Clock()
    shares = Shares(clock)
    shares.arrive("steady")
    shares.charge("dodger", 2.0)
    shares.arrive("dodger")
    shares.depart("dodger")
    shares.arrive("dodger")
    for _ in range(150):
        assert "steady" == shares.next(anyone)
        shares.charge("steady", 0.01)
    shares.depart("dodger")
    clock.now += 20 * HALF_LIFE_S
    shares.arrive("dodger")
    turns = {shares.next(anyone)}
    shares.charge("steady", 0.01)
    assert "dodger" in turns | {shares.next(anyone)}


def test_credit_does_not_outlast_the_wait() -> None:
    """A team that comes and goes gathers nothing to fall upon the others with."""
    shares = Shares(Clock())
    shares.arrive("other")
    for _ in range(1000):
        shares.arrive("visitor")
        shares.charge("visitor", -1.0)
        shares.depart("visitor")
    shares.arrive("visitor")
    served = [shares.next(anyone)]
    shares.charge(str(served[0]), 0.01)
    assert "other" == served[0] or "other" == shares.next(anyone)


def test_a_team_alone_is_served_whatever_it_owes_and_owes_nobody_for_it() -> None:
    """Nobody waited meanwhile, so who comes later has no claim on it."""
    shares = Shares(Clock())
    shares.arrive("alone")
    for _ in range(100):
        assert "alone" == shares.next(anyone)
        shares.charge("alone", 2.0)
    shares.arrive("late")
    shares.charge("late", 2.0)
    turns = [shares.next(anyone)]
    shares.charge(str(turns[0]), 2.0)
    assert {"alone", "late"} == {turns[0], shares.next(anyone)}


def test_overruns_make_a_debtor_until_time_has_passed() -> None:
    """No round forgives them, and there is a most."""
    clock = Clock()
    shares = Shares(clock)
    shares.arrive("a")
    shares.overrun("a", DEBT_S)
    assert not shares.is_debtor("a")
    shares.overrun("a", 1000.0)
    for _ in range(100):
        shares.next(anyone)
        shares.charge("a", 0.1)
    assert shares.is_debtor("a")
    clock.now += 5 * HALF_LIFE_S
    assert shares.is_debtor("a")
    clock.now += 2 * HALF_LIFE_S
    assert not shares.is_debtor("a")


def test_company_is_another_team_in_good_standing_that_was_there_lately() -> None:
    """Debtors are no company for each other: then nobody would be kept waiting who is not to blame."""
    clock = Clock()
    shares = Shares(clock)
    shares.arrive("a")
    assert not shares.has_company("a")
    shares.arrive("b")
    assert shares.has_company("a")
    assert 2 == shares.present("a")
    shares.overrun("b", 2 * DEBT_S)
    assert (False, True) == (shares.has_company("a"), shares.has_company("b"))
    clock.now += COMPANY_S
    assert not shares.has_company("b")
    assert 2 == shares.present("new") + 1


def test_accounts_do_not_pile_up() -> None:
    """A thousand teams that have left make room."""
    clock = Clock()
    shares = Shares(clock)
    for number in range(5_000):
        team = f"team-{number}"
        shares.arrive(team)
        shares.depart(team)
        clock.now += 1.0
    assert len(shares._accounts) <= 1_001
