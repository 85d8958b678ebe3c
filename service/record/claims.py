"""Claims on idempotency keys: of replicas that get one request at the same moment, the one that claims its key scores.

A claim is the row of a key that has no request yet; what is written for the key ends it. One that is not renewed
lapses, so that a replica that died keeps nobody waiting for long. No claim is a promise: whatever was scored without
one can be written as well, and what is written first counts.
"""

import queue
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Engine, text

from service import telemetry
from service.database.clock import NOW
from service.record import answers
from service.record.answers import Rows

LASTS_S = 5.0
"""How long a claim holds that is not renewed."""
RENEW_S = 1.0
"""Most requests are answered sooner, and their claims are never renewed."""

_NOW = NOW["postgresql"]
# A claim need not outlive the server, so nobody waits for a disk: the setting is the transaction's, and costs no
# question of its own.
_CLAIM = f"""
insert into idempotency (team_id, key, asked, created_at, holder, held_at)
select ?, ?, ?, ?, ?, {_NOW} from (select set_config('synchronous_commit', 'off', true) as said) as hurried
where said = 'off'
on conflict (team_id, key) do nothing returning team_id
"""  # noqa: S608 - no values
_TAKE_OVER = f"""
update idempotency set asked = ?, created_at = ?, holder = ?, held_at = {_NOW}, request_id = null
where team_id = ? and key = ? and (created_at <= ? or (request_id is null and held_at < {_NOW} - ?))
returning team_id
"""  # noqa: S608
# What is locked is being written, by a transaction that may wait for another of these rows.
_RENEW = f"""
update idempotency set held_at = {_NOW} where (team_id, key) in (
  select team_id, key from idempotency
  join unnest(cast(:teams as bigint[]), cast(:keys as text[]), cast(:holders as text[])) as mine (team_id, key, holder)
  using (team_id, key, holder) where request_id is null for update of idempotency skip locked
)
"""  # noqa: S608
_GIVE_UP = "delete from idempotency where team_id = :team and key = :key and holder = :holder and request_id is null"


@dataclass(slots=True, eq=False)
class Claim:
    """What one request claims."""

    key: str
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    """Another one for every claim, so that none is renewed or given up for a later one."""
    team_id: int | None = None
    """Whose key it is; None until it is claimed."""
    renewed_at: float = 0.0
    is_over: bool = False
    waited_s: float = 0.0
    """How long another replica had it."""
    vain_s: float = 0.0
    """How long it waited for a database that did not say; so much less it waits to be written."""


class Claims(Protocol):
    """Who may score a request that has a key."""

    def take(self, rows: Rows, claim: Claim, team_id: int, asked: bytes) -> bool:
        """Return whether a key is claimed now; not where another replica has it, or where it was just answered."""
        ...

    def end(self, claim: Claim) -> None:
        """Renew a claim no longer."""
        ...

    def give_up(self, claim: Claim) -> None:
        """Let another replica have it, soon."""
        ...

    def start(self) -> None:
        """Begin to keep claims."""
        ...

    def stop(self) -> None:
        """End that."""
        ...


def claims_in(engine: Engine) -> Claims:
    """Return the claims of a service with this database: only one that is reached by a network has replicas."""
    return NoClaims() if engine.dialect.name == "sqlite" else SharedClaims(engine)


class NoClaims:
    """Nobody else is there who could score anything."""

    def take(self, rows: Rows, claim: Claim, team_id: int, asked: bytes) -> bool:  # noqa: ARG002 - the protocol's
        """Return that it may be scored."""
        return True

    def end(self, claim: Claim) -> None:
        """Do nothing."""

    def give_up(self, claim: Claim) -> None:
        """Do nothing."""

    def start(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


class SharedClaims:
    """Claims in a database that replicas share. A thread renews them and gives them up.

    Args:
        engine: The database.
        clock: Monotonic seconds.
    """

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._clock = clock
        self._lock = threading.Lock()
        self._held: set[Claim] = set()
        self._given_up: queue.SimpleQueue[Claim | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def take(self, rows: Rows, claim: Claim, team_id: int, asked: bytes) -> bool:
        """Return whether a key is claimed now; not where another replica has it, or where it was just answered."""
        now = time.time()
        found = rows(_CLAIM, team_id, claim.key, asked, now, claim.holder)
        if not found:
            values = (asked, now, claim.holder, team_id, claim.key, now - answers.LASTS_S, LASTS_S)
            found = rows(_TAKE_OVER, *values)
        if not found:
            return False
        with self._lock:
            claim.team_id, claim.renewed_at = team_id, self._clock()
            if not claim.is_over:  # else nobody waits for it any more, and it lapses
                self._held.add(claim)
        return True

    def end(self, claim: Claim) -> None:
        """Renew a claim no longer."""
        with self._lock:
            claim.is_over = True
            self._held.discard(claim)

    def give_up(self, claim: Claim) -> None:
        """Let another replica have it, soon; where the database is away, when it lapses."""
        self.end(claim)
        if claim.team_id is not None:
            self._given_up.put(claim)

    def start(self) -> None:
        """Begin to keep claims."""
        self._thread = threading.Thread(target=self._keep, name="claims", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End that; a question to the database that is stuck is left to end with the process."""
        self._given_up.put(None)
        if self._thread is not None:
            self._thread.join(RENEW_S)

    def renew(self) -> None:
        """Renew the claims that need it. Whatever keeps the database from that is raised."""
        now = self._clock()
        with self._lock:
            due = [claim for claim in self._held if now - claim.renewed_at >= RENEW_S]
        if due:
            with self._engine.begin() as connection:
                connection.execute(text(_RENEW), _columns(due))
            for claim in due:
                claim.renewed_at = now

    def _keep(self) -> None:
        is_failing, is_ended = False, False
        while not is_ended:
            try:
                is_ended = self._step()
            except Exception as error:  # noqa: BLE001 - the boundary: whatever it is, what is not renewed lapses
                if not is_failing:
                    telemetry.defect("claims_not_kept", error)
                is_failing = True
            else:
                is_failing = False

    def _step(self) -> bool:
        """Give up what is to be given up, or wait for it, and renew the rest; return whether this is the end."""
        with suppress(queue.Empty):
            claim = self._given_up.get(timeout=RENEW_S / 2)
            if claim is None:
                return True
            with self._engine.begin() as connection:
                values = {"team": claim.team_id, "key": claim.key, "holder": claim.holder}
                connection.execute(text(_GIVE_UP), values)
        self.renew()
        return False


def _columns(claims: Sequence[Claim]) -> dict[str, list[object]]:
    return {
        "teams": [claim.team_id for claim in claims],
        "keys": [claim.key for claim in claims],
        "holders": [claim.holder for claim in claims],
    }
