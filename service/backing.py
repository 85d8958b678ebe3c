"""What outlives the service, and is shared by its replicas. Each part has one that keeps nothing in its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy import Engine

from rewards.digest import Digests
from service.judging.budget import Budget
from service.judging.shared_budget import SharedBudget
from service.judging.spending import Spending
from service.judging.terms import Terms
from service.metering.record import Recording
from service.quotas.allowance import Allowances, OwnAllowances
from service.quotas.leases import allowances_in
from service.record.recorder import DatabaseRecorder
from service.record.runs import NoRuns, RecordedRuns, Runs
from service.rubrics.store import DatabaseRubrics, MemoryRubrics, RubricStore
from service.serving import NoRecorder
from service.settings import Settings
from service.teams.keyring import Keyring, NoKeys
from service.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Backing:
    """What the app stands on."""

    keyring: Keyring = field(default_factory=NoKeys)
    """Who may ask; kept fresh while the app runs."""
    rubrics: RubricStore = field(default_factory=MemoryRubrics)
    """Where teams' rubrics are kept."""
    recorder: DatabaseRecorder | NoRecorder = field(default_factory=NoRecorder)
    """Who writes down what is scored, while the app runs."""
    runs: Runs = field(default_factory=NoRuns)
    """What was written down, whether or not anything is now."""
    allowances: Allowances = field(default_factory=OwnAllowances)
    """What is left of teams' quotas; kept up with other replicas while the app runs."""
    budget: Budget | None = None
    """What is left of what teams may spend on the judge; None where the judge's cache has it."""
    database: Engine | None = None
    """Where all of it is, closed with the app."""

    @property
    def recording(self) -> Recording | None:
        """Who can say how the record is doing; None where there is none."""
        return None if isinstance(self.recorder, NoRecorder) else self.recorder

    @classmethod
    def on(
        cls,
        database: Engine,
        keyring: Keyring,
        settings: Settings,
        digests: Mapping[str, Digests],
        log: Telemetry,
    ) -> Self:
        """Return what a database, its tables made, can back."""
        terms = Terms(settings.judge, lambda team: keyring.limits(team).judge_usd_per_day)
        return cls(
            keyring,
            DatabaseRubrics(database),
            DatabaseRecorder(database, settings, digests, log) if settings.record else NoRecorder(),
            RecordedRuns(database, settings.texts),
            allowances_in(database),
            SharedBudget(terms, Spending(database)),
            database,
        )
