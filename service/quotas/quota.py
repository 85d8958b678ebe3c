"""What a team may use, by its name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from service.settings import MEBIBYTE, Settings


@dataclass(frozen=True, slots=True)
class Quota:
    """What a team may use of the service."""

    samples_per_min: int | None
    """Samples that it may have scored in a minute, on the whole. None: no limit."""
    concurrent_samples: int | None
    """Samples that it may have under way at once. None: no limit."""
    max_body_bytes: int
    """Largest body of its requests."""


class Quotas(Protocol):
    """The teams' quotas. Asked on the event loop for every request, so whatever takes time was done before."""

    def of(self, team: str) -> Quota:
        """Return what a team may use now."""
        ...


class Limits(Protocol):
    """What was said about one team; None is what everybody may."""

    @property
    def samples_per_min(self) -> int | None:
        """Samples a minute."""
        ...

    @property
    def concurrent_samples(self) -> int | None:
        """Samples at once."""
        ...

    @property
    def max_body_mb(self) -> float | None:
        """MiB of a body."""
        ...


class EqualQuotas:
    """The same quota for every team: what the settings say."""

    def __init__(self, settings: Settings) -> None:
        self._quota = Quota(settings.samples_per_min, settings.concurrent_samples, settings.max_body_bytes)

    def of(self, team: str) -> Quota:  # noqa: ARG002 - the protocol's
        """Return what every team may use."""
        return self._quota


class TeamQuotas:
    """Each team's own quota, and what the settings say where it has none.

    Args:
        settings: What everybody may. No team may send a larger body than the service takes.
        limits: Returns what was said about a team, from memory.
    """

    def __init__(self, settings: Settings, limits: Callable[[str], Limits]) -> None:
        self._everybody = EqualQuotas(settings)
        self._limits = limits

    def of(self, team: str) -> Quota:
        """Return what a team may use now."""
        own, usual = self._limits(team), self._everybody.of(team)
        body = usual.max_body_bytes if own.max_body_mb is None else int(own.max_body_mb * MEBIBYTE)
        return Quota(
            usual.samples_per_min if own.samples_per_min is None else own.samples_per_min,
            usual.concurrent_samples if own.concurrent_samples is None else own.concurrent_samples,
            min(body, usual.max_body_bytes),
        )
