"""The scorer as callers are served by it: what they ask for is let in, scored, counted, and written down.

Every route that scores comes through here, whatever its wire.
"""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
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
from service.tracing import Stage, Tracer


@dataclass(frozen=True, slots=True)
class Served:
    """What came of a batch."""

    outcomes: Sequence[Sequence[EncodedOutcome]]
    """For each ask, one outcome per sample."""
    counts: Sequence[Counts]
    """For each ask."""
    seconds: float
    """Wall time of the scoring."""


@dataclass(frozen=True, slots=True)
class Written:
    """What came of writing a batch down."""

    is_durable: bool
    """Whether it is in the record."""
    outcomes: Sequence[Sequence[EncodedOutcome]] | None = None
    """What another replica answered the same request meanwhile, where it did: this is the answer then."""


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

    @property
    def waited_s(self) -> float:
        """How long it waited for another replica: the caller's time, of which so much less is left."""
        ...

    async def known(self, patience_s: float) -> Sequence[Sequence[EncodedOutcome]] | None:
        """Return what the same request was answered before; None where it never was.

        Where it is being scored, wait for that; where another replica does, for as long as patience lasts.

        Raises:
            PoolUnavailableError: another replica is scoring it still.
            ProblemError: another request had its idempotency key.
        """
        ...

    async def write(self, served: Served) -> Written:
        """Return when the batch is durable, or it is clear that it will not be.

        Raises:
            ProblemError: another request had its idempotency key meanwhile.
        """
        ...

    def drop(self) -> None:
        """Let others of the same idempotency key go on, where this one is not going to be written."""
        ...


class Recorder(Protocol):
    """Who writes down what is scored."""

    def begin(self, call: Call, asks: Sequence[Ask], submissions: Sequence[Submission]) -> Entry:
        """Return the entry of a batch that is about to be scored."""
        ...


class NoRecorder:
    """Writes nothing down, which is what it was asked for."""

    def begin(self, call: Call, asks: Sequence[Ask], submissions: Sequence[Submission]) -> Entry:  # noqa: ARG002
        """Return an entry that goes nowhere."""
        return _NoEntry()

    def start(self) -> None:
        """Do nothing."""

    async def stop(self, patience_s: float) -> None:
        """Do nothing."""


class _NoEntry:
    waited_s = 0.0

    async def known(self, patience_s: float) -> None:
        """Return that nothing is known."""

    async def write(self, served: Served) -> Written:  # noqa: ARG002 - the protocol's
        """Return that nothing is amiss."""
        return Written(is_durable=True)

    def drop(self) -> None:
        """Do nothing."""


class ServedScorer:
    """Scores batches for callers.

    Args:
        scorer: What scores.
        metrics: Where batches are counted.
        log: Where they are logged.
        admission: Who lets them in.
        recorder: Who writes them down.
        max_work: Samples, times the rewards that score them, that fit into the queue.
        tracer: Where their stages are taken down.
    """

    def __init__(
        self,
        scorer: Scorer,
        metrics: Metrics,
        log: Telemetry,
        admission: Admission,
        recorder: Recorder,
        max_work: int,
        tracer: Tracer,
    ) -> None:
        self._scorer = scorer
        self._metrics = metrics
        self._log = log
        self._admission = admission
        self._recorder = recorder
        self._max_work = max_work
        self._tracer = tracer

    async def score(
        self, call: Call, asks: Sequence[Ask], submissions: Sequence[Submission], deadline_s: float
    ) -> Served:
        """Return for each ask the outcomes of the submissions, in order, once they are written down.

        A request without samples is answered, and there is nothing to write down.

        Args:
            call: Who asks.
            asks: The rewards to score.
            submissions: The completions.
            deadline_s: Wall time in seconds; what is not scored by then is `deadline`.

        Raises:
            PoolUnavailableError: the pool cannot take the work now, or another replica is scoring it still.
            ProblemError: the batch never fits into the queue, the quota is used up, or the idempotency key belongs to
                another request.
        """
        self._check_size(asks, len(submissions))
        started = time.perf_counter()
        call.notes.rewards += [ask.reward.id for ask in asks]
        entry = self._recorder.begin(call, asks, submissions) if submissions else _NoEntry()
        try:
            known = await entry.known(deadline_s)
            if known is None:
                with self._admission.admit(call, len(submissions)):
                    with self._tracer.span(Stage.SCORE, rewards=call.notes.rewards, samples=len(submissions)):
                        left_s = deadline_s - entry.waited_s
                        scored = await self._scorer.score(asks, submissions, left_s, call.team)
                    served = _served(asks, submissions, scored, started)
                    self._count(call, asks, served, len(submissions))
                    with self._tracer.span(Stage.RECORD):
                        written = await entry.write(served)
                call.notes.is_unrecorded = not written.is_durable
                record_s = time.perf_counter() - started - served.seconds
                call.notes.seconds |= {"score": served.seconds, "record": record_s}
                known = written.outcomes
                if known is None:
                    return served
        finally:
            entry.drop()
        call.notes.is_replayed = True
        return _served(asks, submissions, known, started)

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
            self._log.batch_scored(
                request_id=call.request_id, team=call.team, reward=reward, counts=counts, seconds=served.seconds
            )
            self._metrics.batch_scored(reward=reward, counts=counts, seconds=served.seconds)


def _served(
    asks: Sequence[Ask],
    submissions: Sequence[Submission],
    outcomes: Sequence[Sequence[EncodedOutcome]],
    started: float,
) -> Served:
    groups = statistics.groups_of(submissions)
    counts = [statistics.count(ask.reward, each, groups) for ask, each in zip(asks, outcomes, strict=True)]
    return Served(outcomes, counts, time.perf_counter() - started)
