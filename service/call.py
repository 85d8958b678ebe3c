"""Who asks, and what for: what a request says about itself beside its samples."""

from dataclasses import dataclass, field
from enum import StrEnum

LOCAL_TEAM = "local"
"""Whose everything is where the service asks for no key."""


class Role(StrEnum):
    """What a key may do. Each is for its own team alone."""

    SCORE = "score"
    """Score, and read the catalogue."""
    READ = "read"
    """Read the catalogue and what was recorded, and nothing that costs anything."""
    ADMIN = "admin"
    """Everything, deleting what was recorded among it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a request comes from."""

    team: str = LOCAL_TEAM
    role: Role = Role.ADMIN


@dataclass(slots=True)
class Notes:
    """What the answer to a request says in its headers, noted while it is made."""

    is_unrecorded: bool = False
    """Whether it could not be written down."""
    is_replayed: bool = False
    """Whether it was answered before, and is answered again from the record."""
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each stage took, by the stage's name."""
    rewards: list[str] = field(default_factory=list)
    """The rewards that were asked for."""
    problem: str | None = None
    """The type of the error that it was answered with; None where it was none."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, apart from its samples."""

    request_id: str
    caller: Caller = field(default_factory=Caller)
    run: str | None = None
    """The training run that it belongs to, as `X-Run-ID` names it."""
    step: int | None = None
    """The step of that run, as `X-Run-Step` names it."""
    idempotency_key: str | None = None
    """What its repetitions have in common, as `Idempotency-Key` names it."""
    notes: Notes = field(default_factory=Notes, compare=False)
    """What is noted for its answer."""

    @property
    def team(self) -> str:
        """Who pays, and whose record it is."""
        return self.caller.team
