"""Watches whether the judge can still tell right from wrong, by cases whose verdict is known.

Before a judge is first asked a question it is examined on all of the question's known cases, and now and then one of
them is asked beside a call. A judge that gets too many wrong is quarantined for that question: nothing it says or said
is used until it passes again, and what it said since it was last right is forgotten.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from rewards.errors import JudgeUnavailable, JudgeUnparsable
from rewards.judging.fields import Fields
from rewards.judging.prompt import Canary
from service.judging.counts import JudgeCounts
from service.judging.settings import JudgeSettings
from service.judging.store import Store
from service.telemetry import Telemetry

_REMEMBERED = 16
"""Known cases, asked last, that decide together."""
_FEWEST = 4
"""With fewer, one slip would decide."""

AnyQuestion = Any
"""A `Question` of whatever answer."""
AskFresh = Callable[[AnyQuestion, Fields], Awaitable[Any]]


@dataclass(slots=True)
class _Standing:
    """How a judge stands with one question."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    lately: deque[bool] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    """Whether it was right, of the known cases asked last."""
    good_at: float | None = None
    quarantined_until: float | None = None


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
        self._standings: dict[str, _Standing] = {}

    @property
    def quarantined(self) -> list[str]:
        """The questions that the judge is not trusted with."""
        return [name for name, standing in self._standings.items() if standing.quarantined_until is not None]

    async def admit(self, question: AnyQuestion) -> None:
        """Return if the judge may be asked, examining it first where nothing speaks for it.

        Raises:
            JudgeUnavailable: it is quarantined, or cannot be examined.
        """
        if not question.canaries:
            return
        standing = self._standings.setdefault(question.name, _Standing())
        if self._is_trusted(standing):
            return
        async with standing.lock:
            if standing.good_at is None:
                standing.good_at = await self._store.trusted_at(question.name)
            if not self._is_trusted(standing):
                self._refuse_quarantined(standing)
                await self._examine(question, standing)
                self._refuse_quarantined(standing)

    async def try_now_and_then(self, question: AnyQuestion) -> None:
        """Ask one known case, at the odds that the settings give."""
        standing = self._standings.get(question.name)
        if standing is None or self._random.random() >= self._settings.canary_share:
            return
        canary = self._random.choice(question.canaries)
        standing.lately.append(await self._is_right(question, canary))
        await self._conclude(question, standing, is_right=standing.lately[-1])

    def _is_trusted(self, standing: _Standing) -> bool:
        if standing.quarantined_until is not None or standing.good_at is None:
            return False
        return self._clock() - standing.good_at <= self._settings.canary_valid_s

    def _refuse_quarantined(self, standing: _Standing) -> None:
        until = standing.quarantined_until
        if until is not None and self._clock() < until:
            wrong = standing.lately.count(False)
            raise JudgeUnavailable(
                f"The judge is quarantined: it got {wrong} of {len(standing.lately)} known cases wrong."
            )

    async def _examine(self, question: AnyQuestion, standing: _Standing) -> None:
        """Ask all known cases.

        Raises:
            JudgeUnavailable: it does not answer.
        """
        found = await asyncio.gather(*(self._is_right(question, canary) for canary in question.canaries))
        standing.lately.clear()
        standing.lately.extend(found)
        await self._conclude(question, standing, is_right=any(found))

    async def _is_right(self, question: AnyQuestion, canary: Canary[Any]) -> bool:
        try:
            is_right = bool(canary.accepts(await self._ask(question, canary.fields)))
        except JudgeUnparsable:
            is_right = False
        self._counts.canary(is_right=is_right)
        return is_right

    async def _conclude(self, question: AnyQuestion, standing: _Standing, *, is_right: bool) -> None:
        """Trust or quarantine the judge by what it got right lately."""
        wrong = standing.lately.count(False)
        least = min(_FEWEST, len(question.canaries))
        if len(standing.lately) >= least and wrong > self._settings.canary_most_wrong * len(standing.lately):
            await self._quarantine(question, standing, wrong)
        elif is_right:
            standing.quarantined_until = None
            standing.good_at = self._clock()
            await self._store.trust(question.name, standing.good_at)

    async def _quarantine(self, question: AnyQuestion, standing: _Standing, wrong: int) -> None:
        since = standing.good_at or 0.0
        standing.quarantined_until = self._clock() + self._settings.quarantine_s
        standing.good_at = None
        purged = await self._store.forget_since(question.name, since)
        self._counts.purged += purged
        self._log.event(
            "judge_quarantined", question=question.name, wrong=wrong, of=len(standing.lately), forgotten=purged
        )
