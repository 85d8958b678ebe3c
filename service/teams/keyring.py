"""The keys that open the service, kept in memory and read again about once a second.

So a request costs no question to the database, a key that is made, revoked or rotated counts on every replica within
two seconds, and a database that is away for a while locks nobody out: what was last read goes on counting, for as long
as the grace says. An expired key opens nothing in any case, since its time is known.
"""

import hmac
import threading
import time
from collections.abc import Callable, Mapping

from service import telemetry
from service.teams.key_store import Grant, Roll
from service.teams.team import Limits

REFRESH_S = 1.0
GRACE_S = 3600.0
"""Long enough to bring a database back, short against the life of a key that somebody has revoked meanwhile."""

_INDEX_BYTES = 16
_NO_LIMITS = Limits()


class KeysOutOfDateError(Exception):
    """The database has been away for longer than keys may be believed."""


class Keyring:
    """The keys that are valid now.

    Args:
        read: Returns the keys; raises whatever it likes where it cannot.
        refresh_s: Seconds between two readings.
        grace_s: Seconds for which keys count that could not be read again.
        clock: Seconds since the epoch.
        monotonic: Seconds since anything, of a clock that nobody sets.
    """

    def __init__(
        self,
        read: Callable[[], Roll],
        *,
        refresh_s: float = REFRESH_S,
        grace_s: float = GRACE_S,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._refresh_s = refresh_s
        self._grace_s = grace_s
        self._clock = clock
        self._monotonic = monotonic
        self._read_at = monotonic()
        self._roll = Roll()
        self._grants: Mapping[bytes, Grant] = {}
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def has_keys(self) -> bool:
        """Whether a key was ever made: the last one's end must not open what it closed."""
        return self._roll.has_keys

    @property
    def has_active_keys(self) -> bool:
        """Whether a key opens anything."""
        now = self._clock()
        return any(not _is_over(grant, now) for grant in self._roll.grants)

    def find(self, digest: bytes) -> Grant | None:
        """Return what the key of a digest opens; None where it opens nothing.

        Raises:
            KeysOutOfDateError: nobody can say.
        """
        found = self._grants.get(digest[:_INDEX_BYTES])
        if found is None or not hmac.compare_digest(found.digest, digest) or _is_over(found, self._clock()):
            found = None
        if self._monotonic() - self._read_at > self._grace_s:
            raise KeysOutOfDateError
        return found

    def limits(self, team: str) -> Limits:
        """Return what a team may use."""
        return self._roll.limits.get(team, _NO_LIMITS)

    def refresh(self) -> None:
        """Read the keys again. Whatever keeps them from being read is raised."""
        began = self._monotonic()
        roll = self._read()
        self._grants = {grant.digest[:_INDEX_BYTES]: grant for grant in roll.grants}
        self._roll, self._read_at = roll, began

    def start(self) -> None:
        """Read the keys again and again, in a thread."""
        self._ended.clear()
        self._thread = threading.Thread(target=self._keep_fresh, name="keyring", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End that; a reading that is stuck is left to end with the process."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(self._refresh_s)

    def _keep_fresh(self) -> None:
        is_failing = False
        while not self._ended.wait(self._refresh_s):
            try:
                self.refresh()
            except Exception as error:  # noqa: BLE001 - the boundary: whatever it is, the next reading may do
                if not is_failing:
                    telemetry.defect("keys_not_read", error)
                is_failing = True
            else:
                is_failing = False


class NoKeys(Keyring):
    """The keyring of a service without a database."""

    def __init__(self) -> None:
        super().__init__(Roll)


def _is_over(grant: Grant, now: float) -> bool:
    return grant.expires_at is not None and grant.expires_at <= now
