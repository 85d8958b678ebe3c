"""Buckets that replicas share: each replica leases about a second's worth ahead, and pays for what it let in beyond.

The event loop looks at what is leased and never waits for the database; a thread renews the leases. While the database
is away a replica goes on by itself, with its part of what flows in.
"""

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from service import telemetry
from service.quotas.allowance import Allowances, OwnAllowances
from service.quotas.ledger import Ledger

LEASE_S = 1.0
"""What is leased ahead flows into the bucket in this time."""
RENEW_S = 0.5
_SHOW_S = 2.0
_KEPT_S = 60.0
"""How long a lease is renewed after it was last used."""


@dataclass(slots=True)
class _Lease:
    """What this replica may let in of a team's samples."""

    per_s: float
    samples: float
    """What is left of the lease; below zero, what this replica owes."""
    unpaid: float
    """What it gave itself before the shared bucket was asked."""
    shared: float
    """What the shared bucket held when it was last asked."""
    asked_at: float
    used_at: float


def allowances_in(engine: Engine) -> Allowances:
    """Return the buckets of a service with this database: only one that is reached by a network has replicas."""
    return OwnAllowances() if engine.dialect.name == "sqlite" else LeasedAllowances(Ledger(engine))


class LeasedAllowances:
    """Buckets that this replica shares with others.

    Args:
        ledger: Where they are.
        clock: Seconds.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], float] = time.monotonic) -> None:
        self._ledger = ledger
        self._clock = clock
        self._name = uuid.uuid4().hex
        self._replicas = 1
        self._shown_at = -_SHOW_S
        self._leases: dict[str, _Lease] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def replicas(self) -> int:
        """How many replicas there are, this one among them."""
        return self._replicas

    def wait_s(self, team: str, per_s: float) -> float:
        """Return how long a team has to wait until it may have more scored; 0 if not."""
        with self._lock:
            lease = self._lease(team, per_s)
            if lease.samples > 0:
                return 0.0
            owed = max(0.0, -lease.shared) - lease.samples
            return max(RENEW_S, owed / per_s - (self._clock() - lease.asked_at))

    def charge(self, team: str, per_s: float, samples: int) -> None:
        """Take samples out of a team's lease."""
        with self._lock:
            self._lease(team, per_s).samples -= samples

    def renew(self) -> None:
        """Pay what is owed, lease anew, and count the replicas. Whatever keeps the database from that is raised."""
        if self._clock() - self._shown_at >= _SHOW_S:
            self._replicas = self._ledger.show(self._name)
            self._shown_at = self._clock()
        with self._lock:
            since = self._clock() - _KEPT_S
            for team in [team for team, lease in self._leases.items() if lease.used_at < since and lease.samples >= 0]:
                del self._leases[team]
            teams = list(self._leases)
        for team in teams:
            self._renew(team)

    def start(self) -> None:
        """Renew the leases again and again, in a thread."""
        self._ended.clear()
        self._thread = threading.Thread(target=self._keep_renewing, name="leases", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End that; a question to the database that is stuck is left to end with the process."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(RENEW_S)

    def _renew(self, team: str) -> None:
        with self._lock:
            lease = self._leases[team]
            debt = max(0.0, -lease.samples)
            unpaid, per_s = lease.unpaid, lease.per_s
            wanted = max(0.0, per_s * LEASE_S - max(0.0, lease.samples))
        drawn = self._ledger.draw(team, per_s, owed=debt + unpaid, wanted=wanted)
        with self._lock:
            if drawn is None:  # the database knows no such team, so there is nothing to share
                self._go_on_alone(lease)
                return
            taken, lease.shared = drawn
            lease.samples += debt + taken
            lease.unpaid -= unpaid
            lease.asked_at = self._clock()

    def _keep_renewing(self) -> None:
        is_failing = False
        while True:
            try:
                self.renew()
            except Exception as error:  # noqa: BLE001 - the boundary: whatever it is, the next time may do
                if not is_failing:
                    telemetry.defect("quotas_not_shared", error)
                is_failing = True
                with self._lock:
                    for lease in self._leases.values():
                        self._go_on_alone(lease)
            else:
                is_failing = False
            if self._ended.wait(RENEW_S):
                break
        if not is_failing:
            try:
                self._ledger.forget(self._name)
            except Exception as error:  # noqa: BLE001 - the others find out by themselves
                telemetry.defect("replica_not_signed_off", error)

    def _go_on_alone(self, lease: _Lease) -> None:
        """Give this replica its part of what has flowed in, to be paid when the database is back."""
        now = self._clock()
        most = max(0.0, lease.per_s * LEASE_S - lease.samples)
        given = min(most, lease.per_s / self._replicas * (now - lease.asked_at))
        lease.samples += given
        lease.unpaid += given
        lease.shared, lease.asked_at = 0.0, now

    def _lease(self, team: str, per_s: float) -> _Lease:
        """Return a team's lease; the first is given at once and paid afterwards."""
        now = self._clock()
        lease = self._leases.get(team)
        if lease is None:
            first = per_s * LEASE_S
            lease = self._leases[team] = _Lease(per_s, first, first, 0.0, now, now)
        lease.per_s, lease.used_at = per_s, now
        return lease
