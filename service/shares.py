"""Whose turn it is among teams: deficit round robin in worker-seconds, paid afterwards, with two kinds of debt.

`balance_s` is the deficit counter. A team is served while it is positive and charged what its work really took, so it
may go below zero; when nobody's is positive, all that wait get equal quanta until one is. A team whose line empties
keeps what it owes, so that sending one expensive item at a time buys nothing; what it owes halves as it idles.

`overrun_s` is what its work held workers for beyond what a shard is meant to. No round forgives it, only time does. A
team with much of it is in debt, and its work has no claim on every worker (see `coalescing`).
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

QUANTUM_S = 0.002
"""What a team gets a round: a fraction of a shard, so that one that arrives waits for little of others' credit."""
MOST_OWED_S = 30.0
"""Most that a team owes: so its wait is bounded, whatever it did."""
DEBT_S = 0.25
"""Overruns that make a team a debtor: with their half-life, an eightieth of a worker's time, all the time."""
HALF_LIFE_S = 15.0
COMPANY_S = 300.0
"""How long a team counts as there after it sent something. A training step is a minute or so, and the batch at its end
must find the workers free."""
_MOST_ACCOUNTS = 1_000
"""Accounts over which those are closed whose teams owe nothing and have not been there."""


@dataclass(slots=True)
class _Account:
    """How a team stands."""

    team: str
    balance_s: float
    balance_at: float
    """When it was last known, while the team's line is empty."""
    overrun_s: float
    overrun_at: float
    seen_at: float


class Shares:
    """Teams and what they have used.

    Args:
        clock: Seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._accounts: dict[str, _Account] = {}
        self._waiting: OrderedDict[str, _Account] = OrderedDict()

    @property
    def is_single(self) -> bool:
        """Whether there has been one team at most: then nothing here decides anything."""
        return len(self._accounts) <= 1

    def arrive(self, team: str) -> None:
        """Note that something of a team's waits."""
        account = self._account(team)
        account.seen_at = self._clock()
        if team not in self._waiting:
            # Credit is for those who wait: what was left of it when the line emptied is gone.
            account.balance_s = min(0.0, _halved(account.balance_s, account.seen_at - account.balance_at))
            self._waiting[team] = account

    def depart(self, team: str) -> None:
        """Note that nothing of a team's waits any more."""
        self._waiting.pop(team).balance_at = self._clock()

    def next(self, may: Callable[[str], bool]) -> str | None:
        """Return whose turn it is, of the teams that wait and may; None where there is none."""
        those = [account for team, account in self._waiting.items() if may(team)]
        if not those:
            return None
        most_s = max(account.balance_s for account in those)
        if most_s <= 0:
            lift_s = (int(-most_s / QUANTUM_S) + 1) * QUANTUM_S
            for account in those:
                account.balance_s += lift_s
        return next(account.team for account in those if account.balance_s > 0)

    def charge(self, team: str, seconds: float) -> None:
        """Charge a team worker-seconds, or give some back."""
        account = self._account(team)
        account.balance_s = max(-MOST_OWED_S, min(QUANTUM_S, account.balance_s - seconds))
        if account.balance_s <= 0 and team in self._waiting:
            self._waiting.move_to_end(team)

    def overrun(self, team: str, seconds: float) -> None:
        """Note that a team's work held a worker for so much longer than a shard should."""
        account = self._account(team)
        account.overrun_s = min(MOST_OWED_S, self._overrun_s(account) + seconds)
        account.overrun_at = self._clock()

    def is_debtor(self, team: str) -> bool:
        """Return whether a team's work has overrun too much lately."""
        account = self._accounts.get(team)
        return account is not None and account.overrun_s > DEBT_S and self._overrun_s(account) > DEBT_S

    def has_company(self, team: str) -> bool:
        """Return whether another team, one that is no debtor, is or was there lately."""
        if self.is_single:
            return False
        since = self._clock() - COMPANY_S
        return any(
            other.team != team and other.seen_at > since and not self.is_debtor(other.team)
            for other in self._accounts.values()
        )

    def present(self, team: str) -> int:
        """Return how many teams are or were there lately, the one that asks among them."""
        since = self._clock() - COMPANY_S
        return 1 + sum(other.seen_at > since for other in self._accounts.values() if other.team != team)

    def _account(self, team: str) -> _Account:
        account = self._accounts.get(team)
        if account is None:
            if len(self._accounts) >= _MOST_ACCOUNTS:
                self._close_settled()
            now = self._clock()
            account = self._accounts[team] = _Account(team, 0.0, now, 0.0, now, now)
        return account

    def _overrun_s(self, account: _Account) -> float:
        return _halved(account.overrun_s, self._clock() - account.overrun_at)

    def _close_settled(self) -> None:
        since = self._clock() - COMPANY_S
        self._accounts = {
            team: account
            for team, account in self._accounts.items()
            if team in self._waiting or account.seen_at > since or self.is_debtor(team)
        }


def _halved(owed_s: float, after_s: float) -> float:
    """Return what is left of a debt after a time."""
    return owed_s * 0.5 ** (after_s / HALF_LIFE_S) if owed_s else 0.0
