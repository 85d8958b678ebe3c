"""Asks a service about a stream of samples: in batches, some of them under way at once, answers in order."""

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from trainer_client import Failure, Outcome, Rejected, RewardRequest, RewardResult, Sample

T = TypeVar("T")
R = TypeVar("R")

Cut = Callable[[Sequence[Sample]], int]
"""Returns where samples that were refused together are cut in two, to find the one that is at fault; 0 is nowhere."""

Outcomes = Mapping[str, Outcome]
"""What each reward that was asked said of a sample, by its id."""

_INVALID = 422
_IN_FLIGHT = 2
"""Batches under way: while one is answered, the next is read and on its way."""


class Asked(Protocol):
    """A service, as `AsyncRewardClient` speaks to it."""

    async def score_many(self, rewards: Sequence[RewardRequest | str], samples: Sequence[Sample]) -> list[RewardResult]:
        """Return what each reward says about each sample."""
        ...


def in_half(samples: Sequence[Sample]) -> int:
    """Return where samples are cut that are scored one by one."""
    return len(samples) // 2


def between_groups(samples: Sequence[Sample]) -> int:
    """Return where samples are cut whose groups must not be: as near to their middle as it can be."""
    edges = [place for place in range(1, len(samples)) if samples[place - 1].group != samples[place].group]
    return min(edges, key=lambda place: abs(2 * place - len(samples)), default=0)


@dataclass(frozen=True, slots=True)
class Question:
    """A reward, and what of a sample's reference belongs to it; the service refuses a field that nothing reads."""

    request: RewardRequest
    fields: Collection[str] = ()
    cut: Cut = in_half

    def sample(self, sample: Sample) -> Sample:
        """Return a sample as the reward is asked about it."""
        reference = {name: value for name, value in (sample.reference or {}).items() if name in self.fields}
        return replace(sample, reference=reference or None)


class Asking:
    """Asks rewards about samples, one reward after the other.

    Args:
        service: Who is asked.
        questions: The rewards, in the order in which they are asked.
        is_settled: Whether nothing that further rewards say about a sample would change anything.
    """

    def __init__(self, service: Asked, questions: Sequence[Question], is_settled: Callable[[Outcomes], bool]) -> None:
        self._service = service
        self._questions = questions
        self._is_settled = is_settled

    async def outcomes(self, samples: Sequence[Sample]) -> list[Outcomes]:
        """Return what the rewards say of each sample; a reward that was not asked says nothing.

        A sample that the service refuses is a failure of the kind `refused`, and so are those that it cannot be cut
        off from; the others are scored.

        Raises:
            RewardServiceError: the service is gone, or refuses everything.
        """
        found: list[dict[str, Outcome]] = [{} for _ in samples]
        for question in self._questions:
            open_ = [position for position, outcomes in enumerate(found) if not self._is_settled(outcomes)]
            said = await self._scored(question, [question.sample(samples[position]) for position in open_])
            for position, outcome in zip(open_, said, strict=True):
                found[position][question.request.reward] = outcome
        return list(found)

    async def _scored(self, question: Question, samples: Sequence[Sample]) -> list[Outcome]:
        if not samples:
            return []
        try:
            return list((await self._service.score_many([question.request], samples))[0].outcomes)
        except Rejected as error:
            if error.status != _INVALID:
                raise
            if cut := question.cut(samples):
                return [*await self._scored(question, samples[:cut]), *await self._scored(question, samples[cut:])]
            said = dict.fromkeys(f"{_field(path)}{message}" for path, message in error.errors)
            return [Failure("refused", "; ".join(said) or error.detail)] * len(samples)


def _field(path: str) -> str:
    """Return which field of a sample a path such as `body.samples.0.group` leads to; empty for no field of one."""
    _, _, rest = path.partition("samples.")
    field = rest.partition(".")[2]
    return f"{field}: " if field else ""


async def in_order(batches: Iterable[T], work: Callable[[T], Awaitable[R]]) -> AsyncGenerator[tuple[T, R]]:
    """Yield each batch with what became of it, in order, while the next ones are worked on.

    Whoever stops early has to close the iterator; what is under way is then given up.
    """
    waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
    try:
        for batch in batches:
            waiting.append((batch, asyncio.ensure_future(work(batch))))
            await asyncio.sleep(0)  # lets it be sent before the next is read
            if len(waiting) == _IN_FLIGHT:
                done, future = waiting.popleft()
                yield done, await future
        while waiting:
            done, future = waiting.popleft()
            yield done, await future
    finally:
        for _, future in waiting:
            future.cancel()
        await asyncio.gather(*(future for _, future in waiting), return_exceptions=True)


def batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the rows so many at a time."""
    iterator = iter(rows)
    while batch := list(itertools.islice(iterator, size)):
        yield batch


class PatienceError(Exception):
    """Row after row failed in a way that trying again later may mend; the message says how."""


class Patience:
    """Stops a job that gets nothing but failures, such as of a judge that is gone.

    Args:
        rows: How many rows may fail one after another.
    """

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._failed = 0

    def take(self, outcomes: Iterable[Outcome]) -> None:
        """Look at what became of the next row.

        Raises:
            PatienceError: too many have failed by now.
        """
        lasting = [each for each in outcomes if isinstance(each, Failure) and each.retryable]
        self._failed = self._failed + 1 if lasting else 0
        if self._failed >= self._rows:
            raise PatienceError(f"{self._failed} rows after another failed: {lasting[0].kind}. {lasting[0].message}")
