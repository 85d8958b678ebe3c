"""A lint from its first row to its report."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.lint import duplicates
from service.lint.answers import answer_field
from service.lint.dataset import DatasetLint, Rewards, Shape
from service.lint.entry import Entry
from service.lint.findings import Findings, Level, shortened
from service.lint.frames import Frame, frames
from service.lint.judge import Judge
from service.lint.matrix import ROWS, STAND_IN, Entrant, Matrix, contradictions, matrix
from service.lint.progress import Watcher
from service.lint.rows import Rows
from service.lint.served import refusal
from trainer_client import RewardClient
from trainer_client._columns import reference_schema
from trainer_client._spec import RewardSpec, names


@dataclass(frozen=True, slots=True)
class Source:
    """One data set of a run."""

    name: str
    rows: Rows
    columns: Sequence[str]
    """The columns of a row as it is trained on."""
    shape: Shape
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a lint found."""

    rows: Mapping[str, int]
    """How many rows of each data set were looked at."""
    rewards: Sequence[str]
    findings: Findings
    matrix: Matrix | None

    def plain(self) -> dict[str, Any]:
        """Return the report as JSON can say it."""
        return {
            "clean": self.findings.is_clean,
            "rows": dict(self.rows),
            "rewards": list(self.rewards),
            "findings": [
                {
                    "check": found.check,
                    "level": found.level.value,
                    "reward": found.reward,
                    "dataset": found.source,
                    "message": found.message,
                    "count": found.count,
                    "rows": found.rows,
                    "examples": found.examples,
                }
                for found in self.findings
            ],
            "frames": None if self.matrix is None else _plain(self.matrix),
        }


def _plain(found: Matrix) -> dict[str, Any]:
    return {
        "asked": found.asked,
        "earned": [
            {"frame": frame}
            | {
                column.name: {"value": cell.value, "share_paid": cell.share, "reason": cell.reason}
                for column in found.columns
                if (cell := column.cells[frame])
            }
            for frame in found.frames
        ],
    }


class Session:
    """Lints data sets with the rewards of a run.

    Args:
        client: The service that scores.
        specs: The rewards.
        findings: Where the findings go; there may be some already.
        watcher: Told how it goes on, and at once which rewards the service does not take.

    Raises:
        RewardServiceError: the service cannot be asked.
    """

    def __init__(
        self,
        client: RewardClient,
        specs: Sequence[RewardSpec],
        findings: Findings,
        watcher: Watcher,
    ) -> None:
        self._findings = findings
        self._watcher = watcher
        watcher.phase("checking the rewards")
        self._catalogue = {info.id: info for info in client.rewards()}
        kept = [spec for spec in specs if self._is_served(spec, client)]
        self._own_frames = _own_frames(spec.reward for spec in kept)
        self._rewards = Rewards(kept, self._catalogue, [self._judge(client, spec) for spec in kept], self._own_frames)
        self._duplicates = duplicates.Duplicates()
        self._lints: dict[str, DatasetLint] = {}

    def run(self, source: Source) -> None:
        """Check one data set."""
        self._watcher.phase(f"scoring {source.name}")
        lint = self._lints[source.name] = DatasetLint(self._rewards, self._findings, self._duplicates, source.name)
        if source.columns:
            lint.map(source.columns)
        lint.run(source.rows, source.shape, source.limit, lambda done: self._advance(source, done))

    def report(self, system_prompt: str | None = None) -> Report:
        """Compare the rewards with each other, and return all that was found.

        Args:
            system_prompt: What the prompts of the run begin with, for a run whose data set could not be read.
        """
        duplicates.report(self._duplicates, self._findings)
        found = None
        if self._rewards.specs:
            tried = [*frames(), *self._own_frames.values()]
            self._watcher.phase("comparing the rewards")
            found = matrix(self._entrants(), tried, self._entries(system_prompt), self._watcher)
            contradictions(found, self._findings)
        return Report(
            {name: lint.seen for name, lint in self._lints.items()},
            names(list(self._rewards.specs)),
            self._findings,
            found,
        )

    def _advance(self, source: Source, done: int) -> None:
        known = [most for most in (source.limit, source.rows.total) if most is not None]
        share = done / max(1, min(known)) if known else source.rows.share
        self._watcher.advance(f"{done:,} rows", share)

    def _judge(self, client: RewardClient, spec: RewardSpec) -> Judge:
        properties, _ = reference_schema(spec.reward, self._catalogue)
        return Judge(client, self._catalogue[spec.reward], spec, compares=bool(properties))

    def _is_served(self, spec: RewardSpec, client: RewardClient) -> bool:
        """Return whether the service takes a reward with its params; add a finding where it does not."""
        refused = refusal(client, self._catalogue, spec.reward, spec.params)
        if refused is not None:
            self._findings.add(refused.check, refused.level, refused.message, reward=spec.reward)
            self._watcher.found(refused)
        return refused is None

    def _entrants(self) -> list[Entrant]:
        checks = next(iter(self._lints.values())).checks if self._lints else {}
        specs = list(self._rewards.specs)
        entrants = []
        for position, (judge, name) in enumerate(zip(self._rewards.judges, names(specs), strict=True)):
            properties, _ = reference_schema(judge.spec.reward, self._catalogue)
            check = checks.get(position)
            entrants.append(Entrant(name, judge, check, answer_field(properties)))
        return entrants

    def _entries(self, system_prompt: str | None) -> list[Entry]:
        """Return the first rows that earn something from every reward that compares; else a stand-in."""
        lint = next(iter(self._lints.values()), None)
        if lint is not None:
            goods = [set(check.good) for check in lint.checks.values()]
            numbers = set.intersection(*goods) if goods else {entry.number for entry in lint.first}
            known = {entry.number: entry for check in lint.checks.values() for entry in check.good.values()}
            known |= {entry.number: entry for entry in lint.first}
            entries = [known[number] for number in sorted(numbers)][:ROWS]
            if entries:
                return entries
        prompt = STAND_IN if system_prompt is None else f"{system_prompt}\n\n{STAND_IN}"
        return [Entry(0, prompt, {})]


def _own_frames(rewards: Iterable[str]) -> dict[str, Frame]:
    """Return the frames of the rewards' examples; none where the rewards are not installed beside the client."""
    try:
        from service.lint.exemplars import own_frames  # noqa: PLC0415 - the train extra has no rewards to import
    except ModuleNotFoundError:
        return {}
    return own_frames(rewards)


def cannot_read(findings: Findings, name: str, error: Exception) -> None:
    """Add that a data set cannot be read at all."""
    message = f"The data set cannot be read: {shortened(str(error) or type(error).__name__, 400)}"
    findings.add("unreadable_dataset", Level.ERROR, message, source=name)
