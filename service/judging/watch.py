"""Watches whether the judge can still tell right from wrong, by cases whose verdict is known.

Before a judge is first asked a question it is examined on all of the question's known cases, and now and then one of
them is asked beside a call. There are two kinds: those that deserve the best verdict, and all others. A judge that
gets too many of either kind wrong is quarantined for that question: nothing it says or said is used until it passes
again, and what it said since it was last right is forgotten.

No team pays for known cases, so however many ask and however a judge fails, they are bounded: examinations that do not
end a quarantine come ever more rarely, and one that was interrupted asks only what has no answer yet.
"""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from random import Random
from typing import Any

from rewards.errors import JudgeUnavailable, JudgeUnparsable
from rewards.judging.fields import Fields
from rewards.judging.prompt import Canary
from service.judging.counts import JudgeCounts
from service.judging.flights import Flights
from service.judging.settings import JudgeSettings
from service.judging.store import Store
from service.telemetry import Telemetry

_REMEMBERED = 32
"""Known cases, asked last, that decide together."""
_FEWEST = 4
"""With fewer, one slip would decide."""
_MOST_DOUBLINGS = 64
"""Past every wait, and short of what a float can hold."""
_LONGEST_WAIT_S = 3600.0
"""Between two examinations of a judge that goes on failing: some thirty a day, and one that was mended is soon back."""

Answered = tuple[bool, bool]
"""Whether a known case is one that a bought judge gets right, and whether this judge did."""

AnyQuestion = Any
"""A `Question` of whatever answer."""
AskFresh = Callable[[AnyQuestion, Fields], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Quarantine:
    """A question that a judge is not trusted with."""

    question: str
    wrong: int
    asked: int
    """Known cases asked last, and how many of them it got wrong."""
    fault: str | None
    """Why the last reply that could not be read could not."""


@dataclass(slots=True)
class _Standing:
    """How a judge stands with one question."""

    lately: deque[Answered] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    """The known cases asked last."""
    is_loaded: bool = False
    """Whether what was known of it at the last stop is known again."""
    good_at: float | None = None
    quarantined_at: float | None = None
    quarantines: int = 0
    in_a_row: int = 0
    """Quarantines since it was last right."""
    found: dict[str, Answered] = field(default_factory=dict)
    """What an examination that is not over has found, by the case's name: what was paid for is not asked again."""
    began_at: float = 0.0
    """When that examination began."""
    fault: str | None = None
    """Why the last reply to a known case that could not be read could not."""


class Watch:
    """Lets a judge be asked, or not.

    Args:
        settings: How often it is tried, and how much it may get wrong.
        store: Where trust is kept across restarts, and answers are forgotten.
        ask: Asks a question past every cache.
        counts: Where cases are counted.
        log: Where a quarantine is said.
        random: Chooses when to try it, and on what.
        clock: Seconds since the epoch.
    """

    def __init__(
        self,
        settings: JudgeSettings,
        store: Store,
        ask: AskFresh,
        counts: JudgeCounts,
        log: Telemetry,
        random: Random,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._store = store
        self._ask = ask
        self._counts = counts
        self._log = log
        self._random = random
        self._clock = clock
        self._standings: defaultdict[str, _Standing] = defaultdict(_Standing)
        self._examinations: Flights[str] = Flights()

    @property
    def quarantined(self) -> list[Quarantine]:
        """The questions that the judge is not trusted with."""
        return [
            Quarantine(name, _wrong(standing.lately), len(standing.lately), standing.fault)
            for name, standing in self._standings.items()
            if standing.quarantined_at is not None
        ]

    async def admit(self, question: AnyQuestion) -> None:
        """Return if the judge may be asked, examining it first where nothing speaks for it.

        An examination is one for all who wait for it, and goes on when they are gone.

        Raises:
            JudgeUnavailable: it is quarantined, or cannot be examined.
        """
        if question.canaries and not self._is_trusted(self._standings[question.name]):
            await self._examinations.join(question.name, lambda leave: self._examine(question, leave))

    def quarantines(self, question: AnyQuestion) -> int:
        """Return how often the judge was quarantined for a question: an answer that saw one come is not to be used."""
        return self._standings[question.name].quarantines

    async def try_now_and_then(self, question: AnyQuestion) -> None:
        """Ask one known case, at the odds that the settings give."""
        if not question.canaries or self._random.random() >= self._settings.canary_share:
            return
        standing = self._standings[question.name]
        answered = await self._answered(question, self._random.choice(question.canaries))
        if standing.quarantined_at is not None:
            return  # a quarantine ends with an examination, and not with one lucky answer
        standing.lately.append(answered)
        if self._is_unfit(standing.lately, min(_FEWEST, len(question.canaries))):
            await self._quarantine(question, standing)
        elif answered[1]:
            await self._trust(question, standing)

    async def stop(self) -> None:
        """Break off every examination."""
        await self._examinations.stop()

    def _is_trusted(self, standing: _Standing) -> bool:
        if standing.quarantined_at is not None or standing.good_at is None:
            return False
        return 0 <= self._clock() - standing.good_at <= self._settings.canary_valid_s

    def _refuse_quarantined(self, standing: _Standing) -> None:
        since = standing.quarantined_at
        if since is not None and 0 <= self._clock() - since < self._wait_s(standing):
            wrong, asked = _wrong(standing.lately), len(standing.lately)
            found = f"it got {wrong} of {asked} known cases wrong" if asked else "it got too many known cases wrong"
            fault = (
                ""
                if standing.fault is None
                else f" Its replies cannot be read, the last one for this: {standing.fault}"
            )
            raise JudgeUnavailable(f"The judge is quarantined: {found}.{fault}")

    def _wait_s(self, standing: _Standing) -> float:
        """Return how long a quarantined judge is left alone: twice as long after each examination that it failed."""
        first = self._settings.quarantine_s
        doublings = max(0, standing.in_a_row - 1)
        return max(first, min(first * 2.0 ** min(doublings, _MOST_DOUBLINGS), _LONGEST_WAIT_S))

    async def _examine(self, question: AnyQuestion, leave: Callable[[], None]) -> None:
        """Ask all known cases, unless the judge was trusted or quarantined a short while ago.

        Raises:
            JudgeUnavailable: it is quarantined, or does not answer.
        """
        leave()
        standing = self._standings[question.name]
        if not standing.is_loaded:
            kept = await self._store.standing(question.name)
            standing.good_at, standing.quarantined_at, standing.is_loaded = kept.good_at, kept.quarantined_at, True
        if self._is_trusted(standing):
            return
        self._refuse_quarantined(standing)
        found = await self._find_out(question, standing)
        standing.lately.clear()
        standing.lately.extend(found)
        if self._is_unfit(found, 1):
            await self._quarantine(question, standing)
            self._refuse_quarantined(standing)
        else:
            await self._trust(question, standing)

    async def _find_out(self, question: AnyQuestion, standing: _Standing) -> list[Answered]:
        """Ask the known cases that have no answer yet, or none that still speaks for the judge; return all answers.

        Raises:
            JudgeUnavailable: it does not answer all of them; what it did answer is kept.
        """
        now = self._clock()
        if not standing.found or not 0 <= now - standing.began_at <= self._settings.canary_valid_s:
            standing.found, standing.began_at = {}, now
        found = standing.found  # a case beside a call may decide meanwhile, and then this is not kept any longer

        async def ask(canary: Canary[Any]) -> None:
            found[canary.name] = await self._answered(question, canary)

        missing = [canary for canary in question.canaries if canary.name not in found]
        for ended in await asyncio.gather(*map(ask, missing), return_exceptions=True):
            if ended is not None:
                raise ended
        return [found[canary.name] for canary in question.canaries]

    async def _answered(self, question: AnyQuestion, canary: Canary[Any]) -> Answered:
        try:
            is_right = bool(canary.accepts(await self._ask(question, canary.fields)))
        except JudgeUnparsable as error:
            is_right = False
            self._standings[question.name].fault = str(error)
        self._counts.canary(is_right=is_right)
        return bool(canary.accepts(question.favour(canary.fields))), is_right

    def _is_unfit(self, lately: Collection[Answered], fewest: int) -> bool:
        """Return whether a judge got too much wrong, of all cases or of one kind: nobody passes by one answer to all.

        Args:
            lately: The cases.
            fewest: Cases of a kind with fewer of which nothing is concluded.
        """
        kinds = ([each for each in lately if each[0] is pays] for pays in (True, False))
        return any(
            len(cases) >= fewest and _wrong(cases) > self._settings.canary_most_wrong * len(cases) for cases in kinds
        )

    async def _trust(self, question: AnyQuestion, standing: _Standing) -> None:
        standing.quarantined_at = standing.fault = None
        standing.in_a_row, standing.found = 0, {}
        standing.good_at = self._clock()
        await self._store.trust(question.name, standing.good_at)

    async def _quarantine(self, question: AnyQuestion, standing: _Standing) -> None:
        standing.quarantined_at = self._clock()
        standing.quarantines += 1
        standing.in_a_row += 1
        standing.found = {}
        purged = await self._store.quarantine(question.name, standing.quarantined_at)
        self._counts.purged += purged
        wrong = _wrong(standing.lately)
        self._log.warning(
            "judge_quarantined",
            question=question.name,
            wrong=wrong,
            of=len(standing.lately),
            forgotten=purged,
            fault=standing.fault,
        )


def _wrong(lately: Collection[Answered]) -> int:
    return sum(not is_right for _, is_right in lately)
