"""The judge: one model behind one endpoint, asked as rarely as possible and trusted while it earns it.

A question goes to the cache first, then joins an equal one that is on its way, then waits for its turn within the
team's budget, and is only then sent. Whatever keeps an answer from coming is a typed failure and never a score.
"""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Generic, TypeVar

import aiosqlite
import orjson

from rewards.errors import JudgeUnavailable, JudgeUnparsable
from rewards.judging.fields import Fields
from rewards.judging.prompt import Asked, Prompt, Scale, VerdictT
from rewards.types import Judge
from service import telemetry
from service.judging.background import Background
from service.judging.breaker import Breaker
from service.judging.budget import Budget
from service.judging.counts import JudgeCounts
from service.judging.endpoint import Endpoint
from service.judging.flights import Flights
from service.judging.limits import Limits
from service.judging.line import Line
from service.judging.own_budget import OwnBudget
from service.judging.questions import Question, ScaleQuestion, VerdictQuestion
from service.judging.settings import JudgeSettings
from service.judging.spent import Spent
from service.judging.store import Store
from service.judging.terms import KNOWN_CASES, Terms
from service.judging.watch import Quarantine, Watch
from service.telemetry import Telemetry

AnswerT = TypeVar("AnswerT")
_FENCE_CHARS = 24


class EndpointJudges:
    """One endpoint, asked for every team. A `Judges`.

    Args:
        settings: Whom to ask, and how much.
        log: Where a quarantine and a contradiction are said.
        random: Chooses what is asked again and which known case is asked.
        clock: Seconds since the epoch.
        budget: What each team may spend. None: each what the settings say, counted in the cache's file.
    """

    def __init__(
        self,
        settings: JudgeSettings,
        log: Telemetry,
        random: Random | None = None,
        clock: Callable[[], float] = time.time,
        budget: Budget | None = None,
    ) -> None:
        self._settings = settings
        self._log = log
        self._random = random or Random()  # noqa: S311 - a sample, not a secret
        self._clock = clock
        self.counts = JudgeCounts()
        self._store = Store(settings.cache, settings.name, settings.cache_entries)
        self._endpoint = Endpoint(settings, self.counts)
        self._breaker = Breaker(settings.breaker_failures, settings.breaker_s, log)
        self._budget = budget or OwnBudget(Terms(settings), self._store, clock)
        self._line = Line(self._endpoint, self._breaker, self._budget, Limits(settings), self.counts)
        self._flights: Flights[bytes] = Flights()
        self._background = Background()
        self._probing = Background()
        self._watch = Watch(settings, self._store, self._ask_known, self.counts, log, self._random, clock)

    @property
    def name(self) -> str:
        """The judge's name."""
        return self._settings.name

    @property
    def output(self) -> str | None:
        """How verdicts are asked for; None until the endpoint has answered a probe."""
        return self._endpoint.rung

    @property
    def is_answering(self) -> bool:
        """Whether the endpoint answers, for all that is known."""
        return not self._breaker.is_open

    @property
    def failure(self) -> str | None:
        """Why the last question was not answered; None where it was."""
        return self._breaker.reason

    @property
    def quarantined(self) -> list[Quarantine]:
        """The questions that the judge is not trusted with."""
        return self._watch.quarantined

    def prepare(self) -> None:
        """Make the cache's file. It blocks, so it comes before the event loop.

        Raises:
            StoreUnusableError: the file cannot be used.
        """
        self._store.prepare()

    async def start(self) -> None:
        """Open the cache, and find out how the endpoint wants to be asked."""
        await self._store.open()
        self._background.spawn("judge_probe", self._probe())

    async def stop(self) -> None:
        """Drop what is under way and close the cache."""
        await self._flights.stop()
        await self._watch.stop()
        await self._background.stop()
        await self._probing.stop()
        await self._budget.stop()
        await self._endpoint.close()
        await self._store.close()

    async def settle(self) -> None:
        """Return when nothing is asked any more beside requests, but for an endpoint that is not there yet."""
        await self._background.settle()

    def for_team(self, team: str) -> Judge:
        """Return the judge, at a team's expense."""
        return _TeamJudge(self, team)

    async def spent(self, team: str) -> Spent:
        """Return what a team has spent today."""
        return await self._budget.spent(team)

    async def answer(self, team: str, question: Question[AnswerT], fields: Fields) -> AnswerT:
        """Return the answer to a question.

        Raises:
            JudgeUnavailable: there is none now.
            JudgeUnparsable: what was answered is none.
        """
        try:
            await self._watch.admit(question)
            letter = self._letter(team, question, fields)
            for tally in self.counts.tallies(team):
                tally.shared += letter.key in self._flights
            return await self._flights.join(letter.key, lambda leave: self._find_or_ask(team, letter, leave))
        except aiosqlite.Error as error:
            telemetry.defect("judge_cache", error)
            raise JudgeUnavailable("The judge's cache cannot be used: see the service's log.") from None

    async def _find_or_ask(self, team: str, letter: "_Letter[AnswerT]", leave: Callable[[], None]) -> AnswerT:
        kept = await self._store.find(letter.key)
        try:
            answer = None if kept is None else letter.question.load(kept)
        except ValueError:  # somebody has changed it, or the disk has
            answer = None
        if answer is None:
            return await self._ask_and_keep(team, letter, leave)
        for tally in self.counts.tallies(team):
            tally.cached += 1
        if self._random.random() < self._settings.recheck_share:
            self._background.spawn("judge_recheck", self._recheck(team, letter, answer))
        return answer

    async def _ask_and_keep(self, team: str, letter: "_Letter[AnswerT]", leave: Callable[[], None]) -> AnswerT:
        """Ask, and keep what is answered before anybody uses it."""
        question = letter.question
        quarantines = self._watch.quarantines(question)
        answer = await self._ask(team, letter, leave)
        if self._watch.quarantines(question) != quarantines:
            raise JudgeUnavailable("The judge was quarantined before it answered.")
        try:
            await self._store.keep(letter.key, question.name, question.dump(answer))
        except aiosqlite.Error as error:  # a full disk costs a second call one day, and no verdict now
            self.counts.unrecorded += 1
            telemetry.defect("judge_cache", error)
        self._background.spawn("judge_canary", self._watch.try_now_and_then(question))
        return answer

    async def _ask(self, team: str, letter: "_Letter[AnswerT]", leave: Callable[[], None] = lambda: None) -> AnswerT:
        """Ask, and read the answer, past the cache."""
        try:
            reply = await self._line.send(team, letter.asked, letter.question.form, leave)
            answer = letter.question.read(reply)
        except JudgeUnavailable:
            self._note_result(team, "unavailable")
            raise
        except JudgeUnparsable:
            self._note_result(team, "unparsable")
            raise
        self._note_result(team, "answered")
        return answer

    def _note_result(self, team: str, result: str) -> None:
        for tally in self.counts.tallies(team):
            tally.results[result] += 1

    async def _probe(self) -> None:
        """Find out how the endpoint wants to be asked, and whether it is there at all."""
        try:
            dialect = await self._endpoint.dialect()
        except JudgeUnavailable as error:
            self._breaker.gone(str(error))
            self._probing.spawn("judge_probe", self._probe_later())
        else:
            self._breaker.back()
            self._log.event("judge_ready", judge=self.name, output=dialect.rung)

    async def _probe_later(self) -> None:
        """Try again, so that a judge which comes after the service is seen to be there before anybody asks it."""
        await asyncio.sleep(self._settings.breaker_s)
        if self._endpoint.rung is None:  # else a question has found out
            await self._probe()

    async def _ask_known(self, question: Question[AnswerT], fields: Fields) -> AnswerT:
        """Ask about a known case, at nobody's expense."""
        return await self._ask(KNOWN_CASES, self._letter(KNOWN_CASES, question, fields))

    async def _recheck(self, team: str, letter: "_Letter[AnswerT]", before: AnswerT) -> None:
        """Ask again what was answered from the cache; forget an answer that the judge does not give again."""
        is_same = letter.question.agree(before, await self._ask(team, letter))
        for tally in self.counts.tallies(team):
            tally.recheck(is_same=is_same)
        if not is_same:
            self._log.event("judge_disagrees_with_itself", question=letter.question.name)
            await self._store.forget(letter.key)

    def _letter(self, team: str, question: Question[AnswerT], fields: Fields) -> "_Letter[AnswerT]":
        """Return a question as it is sent, between fences that only the holder of the store's secret can foresee.

        The team is in the key and not in the words: what is kept or on its way for one is not there for another, or
        each could find out what the others ask, and the same text is the same question to the judge.
        """
        inside = orjson.dumps((question.name, fields))
        fence = hmac.new(self._store.secret, inside, hashlib.sha256).hexdigest()[:_FENCE_CHARS]
        asked, settings = question.render(fields, fence), self._settings
        sampling = (settings.temperature, settings.seed, settings.reasoning_tokens, settings.output)
        whole = (team, settings.name, question.name, asked.system, asked.user, question.form.schema, sampling)
        return _Letter(question, asked, hashlib.sha256(orjson.dumps(whole)).digest())


@dataclass(frozen=True, slots=True)
class _Letter(Generic[AnswerT]):
    """One question about certain fields, ready to be sent."""

    question: Question[AnswerT]
    asked: Asked
    key: bytes
    """The digest of all that its answer depends on, and of the team whose it is."""


class _TeamJudge:
    """The judge, at one team's expense."""

    def __init__(self, judges: EndpointJudges, team: str) -> None:
        self._judges = judges
        self._team = team

    @property
    def name(self) -> str:
        """The judge's name."""
        return self._judges.name

    async def ask(self, prompt: Prompt[VerdictT], fields: Fields) -> VerdictT:
        """Return a verdict."""
        return await self._judges.answer(self._team, VerdictQuestion(prompt), fields)

    async def weigh(self, scale: Scale, fields: Fields) -> Mapping[str, float]:
        """Return the probabilities of a scale's labels."""
        return await self._judges.answer(self._team, ScaleQuestion(scale), fields)
