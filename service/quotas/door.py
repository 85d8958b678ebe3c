"""The door: who may have how much scored now.

It is asked twice: by the edge, when of a request nothing but its headers is read, and where samples are scored, when
their number is known. Whoever is turned away is told when to come back: 429 where the team's own quota is used up,
503 where the service is full.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from service.call import Call
from service.errors import ProblemError
from service.pool import PoolUnavailableError
from service.quotas.allowance import Allowances
from service.quotas.quota import Quota, Quotas

_MOST_WAIT_S = 3600
_MINUTE_S = 60.0
_FIRST_GUESS_S = 1.0
"""How long a team's batch takes that had none yet."""


@dataclass(slots=True)
class _UnderWay:
    """What a team has under way."""

    samples: int = 0
    seconds: float = _FIRST_GUESS_S
    """What its batches take, from their beginning to their answer."""


class Door:
    """Lets in what is within quotas and finds room.

    Args:
        quotas: What each team may.
        allowances: What is left of it.
        check_room: Raises `PoolUnavailableError` where a team's work finds no room.
        clock: Seconds.
    """

    def __init__(
        self,
        quotas: Quotas,
        allowances: Allowances,
        check_room: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._quotas = quotas
        self._allowances = allowances
        self._check_room = check_room
        self._clock = clock
        self._under_way: dict[str, _UnderWay] = {}

    def start(self) -> None:
        """Begin to keep up with other replicas."""
        self._allowances.start()

    def stop(self) -> None:
        """End that."""
        self._allowances.stop()

    def max_body_bytes(self, team: str) -> int:
        """Return the largest body that a team may send."""
        return self._quotas.of(team).max_body_bytes

    def knock(self, team: str) -> None:
        """Return if a request of a team may be read.

        Raises:
            ProblemError: not now.
        """
        self.check_quota(team)
        try:
            self._check_room(team)
        except PoolUnavailableError as error:
            headers = {"Retry-After": str(error.retry_after_s)}
            raise ProblemError("unavailable", 503, str(error), headers=headers) from None

    def check_quota(self, team: str) -> None:
        """Return if a team's own quota allows for more.

        Raises:
            ProblemError: not now.
        """
        quota = self._quotas.of(team)
        self._check_rate(team, quota)
        if quota.concurrent_samples is not None:
            under_way = self._under_way.get(team)
            if under_way is not None and under_way.samples >= self._at_once(quota.concurrent_samples):
                raise _busy(quota.concurrent_samples, under_way.seconds)

    def admit(self, call: Call, samples: int) -> AbstractContextManager[None]:
        """Charge a batch to its team, and hold its place until it is answered; one without samples costs one too.

        Raises:
            ProblemError: not now, or, where it is larger than all that its team may have under way, never.
        """
        team, quota, samples = call.team, self._quotas.of(call.team), max(1, samples)
        self._check_rate(team, quota)
        if quota.concurrent_samples is not None:
            self._check_place(team, quota.concurrent_samples, samples)
        if quota.samples_per_min is not None:
            self._allowances.charge(team, quota.samples_per_min / _MINUTE_S, samples)
        return nullcontext() if quota.concurrent_samples is None else self._held(team, samples)

    def _check_rate(self, team: str, quota: Quota) -> None:
        if quota.samples_per_min is None:
            return
        wait_s = self._allowances.wait_s(team, quota.samples_per_min / _MINUTE_S)
        if wait_s > 0:
            text = f"This team may have {quota.samples_per_min:,} samples scored a minute, and has used them up."
            raise _quota(text, wait_s)

    def _check_place(self, team: str, most: int, samples: int) -> None:
        """Return if a batch has a place beside what its team has under way; alone it has one on every replica."""
        if samples > most:
            text = f"This team may have {most:,} samples under way at once. Split the batch into several requests."
            raise ProblemError("body-too-large", 413, text)
        under_way = self._under_way.get(team)
        if under_way is not None and under_way.samples and under_way.samples + samples > self._at_once(most):
            raise _busy(most, under_way.seconds)

    def _at_once(self, most: int) -> int:
        """Return this replica's part of what a team may have under way."""
        return max(1, most // self._allowances.replicas)

    @contextmanager
    def _held(self, team: str, samples: int) -> Iterator[None]:
        """Hold the place of a batch."""
        under_way = self._under_way.setdefault(team, _UnderWay())
        under_way.samples += samples
        started = self._clock()
        try:
            yield
        finally:
            under_way.samples -= samples
            under_way.seconds = 0.8 * under_way.seconds + 0.2 * (self._clock() - started)


def _busy(most: int, wait_s: float) -> ProblemError:
    return _quota(f"This team may have {most:,} samples under way at once, and has.", wait_s)


def _quota(text: str, wait_s: float) -> ProblemError:
    """Return the answer to who has to wait so long for its own quota."""
    seconds = max(1, min(math.ceil(wait_s), _MOST_WAIT_S))
    return ProblemError("quota", 429, f"{text} Try again in {seconds} s.", headers={"Retry-After": str(seconds)})
