"""Scores what comes in by a trainer's wire, and gives each sample a number by the wire's policy.

A sample without a judgement is counted, in the metrics and in a header, whatever it becomes.
"""

import math
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rewards.digest import Digests
from rewards.frames import EncodedOutcome, encode_outcome
from rewards.types import Failure, FailureKind
from service.call import Call
from service.compat.policy import Policy, Wire, became
from service.compat.reading import Given
from service.errors import ProblemError
from service.metrics import Metrics
from service.pool import PoolUnavailableError
from service.settings import Settings
from service.targets import Target, Targets, Verdicts
from service.telemetry import Telemetry

_RETRY_AFTER_S = 2


@dataclass(frozen=True, slots=True)
class Ruling:
    """One sample's number."""

    value: float
    """Finite: a score, or what its failure became."""
    parts: Mapping[str, float] = field(default_factory=dict)
    """The value of each part of a rubric; of a part without one, the lowest of its reward."""
    kind: FailureKind | None = None
    """Why there was no judgement; None where there was one."""

    @property
    def unscored(self) -> int:
        """1 where the value is no judgement, else 0."""
        return int(self.kind is not None)


@dataclass(frozen=True, slots=True)
class Rulings:
    """The numbers of a batch."""

    each: Sequence[Ruling]
    headers: Mapping[str, str]


class Desk:
    """Where every wire has its samples scored.

    Args:
        settings: Limits, and what failures become.
        targets: What scores.
        digests: The rewards' digests, by id.
        metrics: Where failures are counted.
        log: Where they are logged, by their number.
    """

    def __init__(
        self, settings: Settings, targets: Targets, digests: Mapping[str, Digests], metrics: Metrics, log: Telemetry
    ) -> None:
        self._settings = settings
        self._targets = targets
        self._digests = digests
        self._metrics = metrics
        self._log = log
        self._policies = settings.compat.policies()

    async def find(self, call: Call, target_id: str) -> Target:
        """Return a target.

        Raises:
            ProblemError: there is none of this name for the caller.
        """
        return await self._targets.find(call.team, target_id)

    def check_size(self, number: int) -> None:
        """Return if a request may hold so many samples: to be asked before they are read, which takes its time.

        Raises:
            ProblemError: it may not.
        """
        if number > self._settings.max_batch:
            detail = f"A request may hold {self._settings.max_batch:,} samples, this one has {number:,}. Split it."
            raise ProblemError("body-too-large", 413, detail)

    async def rule(self, call: Call, wire: Wire, target: Target, given: Sequence[Given]) -> Rulings:
        """Return a number for each sample.

        Raises:
            ProblemError: the batch never fits into the queue, or a failure becomes an error on this wire.
            PoolUnavailableError: the pool cannot take the work now, and that becomes an error.
        """
        policy = self._policies[wire]
        verdicts = await self._verdicts(call, policy, target, given)
        kinds = Counter(FailureKind(each.kind) for each in verdicts.whole if each.kind is not None)
        for kind, number in kinds.items():
            self._metrics.compat_failed(wire, kind, became(policy.of(kind)), number)
        if kinds:
            self._log.event(
                "samples_unscored",
                request_id=call.request_id,
                wire=wire,
                target=target.id,
                n=kinds.total(),
                of=len(given),
            )
        if refused := [kind for kind in kinds if policy.of(kind) == "error"]:
            raise _refusal(refused)
        parts = {} if target.rubric is None else _columns(target, verdicts)
        rulings = [
            _ruling(policy, target, outcome, {name: column[index] for name, column in parts.items()})
            for index, outcome in enumerate(verdicts.whole)
        ]
        return Rulings(rulings, self._headers(target, kinds.total()))

    async def _verdicts(self, call: Call, policy: Policy, target: Target, given: Sequence[Given]) -> Verdicts:
        """Return an outcome for each sample, those that are none among them."""
        samples = [each for each in given if not isinstance(each, Failure)]
        verdicts = Verdicts([], {name: [] for name in target.names}, 0.0)
        if samples:
            deadline_s = min(policy.deadline_s, self._settings.max_deadline_s)
            try:
                verdicts = await self._targets.score(call, target, samples, deadline_s)
            except PoolUnavailableError:
                if policy.retryable == "error":
                    raise
                busy = encode_outcome(Failure(FailureKind.DEADLINE, "The service could not take the work in time."))
                verdicts = _alike(target, busy, len(samples))
        whole = _merged(given, [_bounded(outcome) for outcome in verdicts.whole])
        parts = {name: _merged(given, column) for name, column in verdicts.parts.items()}
        return Verdicts(whole, parts, verdicts.seconds)

    def _headers(self, target: Target, unscored: int) -> dict[str, str]:
        headers = {"X-Reward": target.id}
        digest = self._digests[target.id].behaviour if target.rubric is None else target.rubric.digest
        if digest is not None:
            headers["X-Reward-Behaviour"] = digest
        if unscored:
            headers["X-Touchstone-Unscored"] = str(unscored)
        return headers


def lowest(span: tuple[float, float]) -> float:
    """Return the lowest value of a range, as a number that JSON can say."""
    return max(span[0], -sys.float_info.max)


def _refusal(kinds: Sequence[FailureKind]) -> ProblemError:
    """Return the error that failures of these kinds become."""
    named = ", ".join(sorted(kinds))
    if any(kind.retryable for kind in kinds):
        detail = f"A sample could not be judged ({named}); another try may do."
        return ProblemError("unavailable", 503, detail, headers={"Retry-After": str(_RETRY_AFTER_S)})
    return ProblemError("unscorable", 422, f"A sample can never be judged: {named}.")


def _alike(target: Target, outcome: EncodedOutcome, number: int) -> Verdicts:
    column = [outcome] * number
    return Verdicts(column, dict.fromkeys(target.names, column), 0.0)


def _merged(given: Sequence[Given], outcomes: Sequence[EncodedOutcome]) -> list[EncodedOutcome]:
    """Return the outcomes of a batch, with those of what was no sample where they belong."""
    scored = iter(outcomes)
    return [encode_outcome(each) if isinstance(each, Failure) else next(scored) for each in given]


def _bounded(outcome: EncodedOutcome) -> EncodedOutcome:
    """Return an outcome whose value is finite: huge weights may add up to what no client can bear."""
    if outcome.value is None or math.isfinite(outcome.value):
        return outcome
    return encode_outcome(Failure(FailureKind.OUT_OF_RANGE, "The parts add up to no finite number."))


def _columns(target: Target, verdicts: Verdicts) -> dict[str, list[float]]:
    """Return the values of each part, under the names that `trainer_client` gives them too."""
    return {
        f"parts/{name}": [
            lowest(ask.reward.range) if outcome.value is None else outcome.value for outcome in verdicts.parts[name]
        ]
        for name, ask in zip(target.names, target.asks, strict=True)
    }


def _ruling(policy: Policy, target: Target, outcome: EncodedOutcome, parts: Mapping[str, float]) -> Ruling:
    if outcome.value is not None:
        return Ruling(outcome.value, parts)
    kind = FailureKind(str(outcome.kind))
    substitute = policy.of(kind)
    return Ruling(lowest(target.range) if isinstance(substitute, str) else substitute, parts, kind)
