"""The scorer as callers are served by it: what they ask for is let in, scored, counted, and written down.

Every route that scores comes through here, whatever its wire.
"""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol

from rewards.frames import EncodedOutcome
from service import statistics
from service.call import Call
from service.errors import ProblemError
from service.metrics import Metrics
from service.scoring import Ask, Scorer, Submission
from service.statistics import Counts
from service.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Served:
    """What came of a batch."""

    outcomes: Sequence[Sequence[EncodedOutcome]]
    """For each ask, one outcome per sample."""
    counts: Sequence[Counts]
    """For each ask."""
    seconds: float
    """Wall time of the scoring."""


class Admission(Protocol):
    """Who may have how much scored."""

    def admit(self, call: Call, samples: int) -> AbstractContextManager[None]:
        """Charge a batch to its team, and hold its place until it is answered.

        Raises:
            ProblemError: the team has none left.
        """
        ...


class Entry(Protocol):
    """One batch on its way into the record."""

    async def known(self) -> Sequence[Sequence[EncodedOutcome]] | None:
        """Return what the same request was answered before; None where it never was.

        Raises:
            ProblemError: another request had its idempotency key.
        """
        ...

    async def write(self, served: Served) -> bool:
        """Return when the batch is durable; False where it could not be written down."""
        ...


class Recorder(Protocol):
    """Who writes down what is scored."""

    def begin(self, call: Call, asks: Sequence[Ask], submissions: Sequence[Submission]) -> Entry:
        """Return the entry of a batch that is about to be scored."""
        ...


class OpenDoor:
    """Lets everybody in."""

    def admit(self, call: Call, samples: int) -> AbstractContextManager[None]:  # noqa: ARG002 - the protocol's
        """Let a batch in."""
        return nullcontext()


class NoRecorder:
    """Writes nothing down, which is what it was asked for."""

    def begin(self, call: Call, asks: Sequence[Ask], submissions: Sequence[Submission]) -> Entry:  # noqa: ARG002
        """Return an entry that goes nowhere."""
        return _NoEntry()


class _NoEntry:
    async def known(self) -> None:
        """Return that nothing is known."""

    async def write(self, served: Served) -> bool:  # noqa: ARG002 - the protocol's
        """Return that all is well."""
        return True


class ServedScorer:
    """Scores batches for callers.

    Args:
        scorer: What scores.
        metrics: Where batches are counted.
        log: Where they are logged.
        admission: Who lets them in.
        recorder: Who writes them down.
        max_work: Samples, times the rewards that score them, that fit into the queue.
    """

    def __init__(
        self,
        scorer: Scorer,
        metrics: Metrics,
        log: Telemetry,
        admission: Admission,
        recorder: Recorder,
        max_work: int,
    ) -> None:
        self._scorer = scorer
        self._metrics = metrics
        self._log = log
        self._admission = admission
        self._recorder = recorder
        self._max_work = max_work

    async def score(
        self, call: Call, asks: Sequence[Ask], submissions: Sequence[Submission], deadline_s: float
    ) -> Served:
        """Return for each ask the outcomes of the submissions, in order, once they are written down.

        Args:
            call: Who asks.
            asks: The rewards to score.
            submissions: The completions.
            deadline_s: Wall time in seconds; what is not scored by then is `deadline`.

        Raises:
            PoolUnavailableError: the pool cannot take the work now.
            ProblemError: the batch never fits into the queue, the quota is used up, or the idempotency key belongs to
                another request.
        """
        self._check_size(asks, len(submissions))
        started = time.perf_counter()
        entry = self._recorder.begin(call, asks, submissions)
        known = await entry.known()
        if known is not None:
            call.notes.is_replayed = True
            return _served(asks, submissions, known, started)
        with self._admission.admit(call, len(submissions)):
            scored = await self._scorer.score(asks, submissions, deadline_s, call.team)
            served = _served(asks, submissions, scored, started)
            self._count(call, asks, served, len(submissions))
            if not await entry.write(served):
                call.notes.is_unrecorded = True
        call.notes.seconds |= {"score": served.seconds, "record": time.perf_counter() - started - served.seconds}
        return served

    def _check_size(self, asks: Sequence[Ask], samples: int) -> None:
        each = sum(1 + len(ask.reward.needs) for ask in asks)
        if samples * each > self._max_work:
            detail = f"A request for {len(asks)} rewards may hold {self._max_work // each:,} samples; "
            raise ProblemError("body-too-large", 413, f"{detail}this one has {samples:,}. Split it.")

    def _count(self, call: Call, asks: Sequence[Ask], served: Served, samples: int) -> None:
        """Tell the log and the metrics what the rewards said about a batch."""
        self._metrics.samples_taken(samples)
        for ask, counts in zip(asks, served.counts, strict=True):
            reward = ask.reward.id
            self._log.batch_scored(request_id=call.request_id, reward=reward, counts=counts, seconds=served.seconds)
            self._metrics.batch_scored(reward=reward, counts=counts)


def _served(
    asks: Sequence[Ask],
    submissions: Sequence[Submission],
    outcomes: Sequence[Sequence[EncodedOutcome]],
    started: float,
) -> Served:
    groups = statistics.groups_of(submissions)
    counts = [statistics.count(ask.reward, each, groups) for ask, each in zip(asks, outcomes, strict=True)]
    return Served(outcomes, counts, time.perf_counter() - started)
