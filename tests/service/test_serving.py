"""What is asked for is let in, scored and written down, in the time that its caller gave it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import pytest
from typing_extensions import override

from rewards.frames import EncodedOutcome, encode_outcome
from rewards.types import Score
from service import telemetry
from service.call import Call
from service.judging.bench import Bench
from service.judging.nobody import NoJudge, NoJudges
from service.memo import Memo
from service.metrics import Metrics
from service.pool import Pool
from service.scoring import Ask, Scorer, Submission, submission
from service.serving import Served, ServedScorer, Written
from service.settings import MEBIBYTE
from service.tracing import NoTracer
from tests.service.record.recording import REGISTRY, ask

WAITED_S = 3.0


class Hurried(Scorer):
    """Notes how long it may take."""

    given: tuple[float, ...] = ()

    @override
    async def score(
        self, asks: Sequence[Ask], submissions: Sequence[Submission], deadline_s: float, team: str = ""
    ) -> list[list[EncodedOutcome]]:
        """Find everything right."""
        self.given = (*self.given, deadline_s)
        return [[encode_outcome(Score(1.0, "equal", "As it is.", {}))] * len(submissions) for _ in asks]


class Waiting:
    """An entry that waited for another replica, which did not score it in the end."""

    waited_s = WAITED_S
    patience_s = 0.0

    async def known(self, patience_s: float) -> None:
        """Know nothing."""
        self.patience_s = patience_s

    async def write(self, served: Served) -> Written:  # noqa: ARG002 - the protocol's
        """Write nothing."""
        return Written(is_durable=True)

    def drop(self) -> None:
        """Do nothing."""


class Everybody:
    """Lets everybody in, and has one entry for all."""

    def __init__(self) -> None:
        self.entry = Waiting()
        self.charged: list[int] = []
        self.begun = 0

    def admit(self, call: Call, samples: int) -> AbstractContextManager[None]:  # noqa: ARG002 - the protocol's
        """Let in."""
        self.charged.append(samples)
        return nullcontext()

    def begin(self, call: Call, asks: Sequence[Ask], submissions: Sequence[Submission]) -> Waiting:  # noqa: ARG002
        """Return the entry."""
        self.begun += 1
        return self.entry


def serving(everybody: Everybody) -> tuple[ServedScorer, Hurried]:
    """Return what serves, and what it has scored with."""
    pool = Pool("rewards", workers=1, memory_bytes=512 * MEBIBYTE)
    scorer = Hurried(REGISTRY, pool, Bench(lambda _: NoJudge()), 100, Memo(1, 1))
    metrics = Metrics(REGISTRY, pool, NoJudges())
    return ServedScorer(scorer, metrics, telemetry.quiet(), everybody, everybody, 100, NoTracer()), scorer


@pytest.mark.anyio
async def test_what_it_waited_is_off_its_deadline() -> None:
    """It may wait as long as it may be scored, and then be scored for as long as is left."""
    everybody = Everybody()
    served, scorer = serving(everybody)
    await served.score(Call("1", idempotency_key="k"), [ask()], [submission("4", {"answer": "4"})], 10.0)
    assert (10.0, (10.0 - WAITED_S,)) == (everybody.entry.patience_s, scorer.given)


@pytest.mark.anyio
async def test_a_request_without_samples_is_not_recorded() -> None:
    """It is let in like every other, and answered."""
    everybody = Everybody()
    served, _ = serving(everybody)
    answered = await served.score(Call("1", idempotency_key="k"), [ask()], [], 10.0)
    assert [[]] == answered.outcomes
    assert ([0], 0) == (everybody.charged, everybody.begun)
