"""The client for code on an event loop."""

import asyncio
import copy
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from trainer_client import _exchange, _rubrics
from trainer_client._client import DEFAULT_DEADLINE_S, checked_url, headers, lost, requests, shown_url, timeout
from trainer_client._exchange import Answer, Conversation, Lost, Reply, Send, Terms
from trainer_client._label import checked_run
from trainer_client._retry import Backoff
from trainer_client._rubrics import RubricInfo, RubricResult
from trainer_client._types import Outcome, RewardInfo, RewardRequest, RewardResult, Sample

__all__ = ["AsyncRewardClient"]

MAX_UNDER_WAY = 64
"""Requests of one client under way at a time, each over a connection that is kept: more would not be answered sooner,
and a service's or a proxy's limits on connections and files are further away."""

LIMITS = httpx.Limits(max_connections=MAX_UNDER_WAY, max_keepalive_connections=MAX_UNDER_WAY)

T = TypeVar("T")


class AsyncRewardClient:
    """Scores completions with a reward service, without blocking the event loop that it was first used on.

    The arguments, the retries and the errors are those of `RewardClient`. Any number of calls may be under way at
    once; the time in which one waits for its turn is part of its deadline.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        run: str | None = None,
        deadline_s: float = DEFAULT_DEADLINE_S,
        backoff: Backoff | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._terms = Terms(shown_url(checked_url(base_url)), deadline_s, backoff or Backoff(), run=checked_run(run))
        self._turns = asyncio.Semaphore(MAX_UNDER_WAY)  # httpx's own queue takes time in the square of its length
        self._http = httpx.AsyncClient(base_url=base_url, headers=headers(api_key), transport=transport, limits=LIMITS)

    async def score(
        self,
        reward: str,
        samples: Sequence[Sample],
        params: Mapping[str, Any] | None = None,
        *,
        behaviour: str | None = None,
        build: str | None = None,
        step: int | None = None,
    ) -> list[Outcome]:
        """What one reward says about each sample, in order; see `RewardClient.score`."""
        asked = RewardRequest(reward, params, behaviour, build)
        return list((await self.score_many([asked], samples, step=step))[0].outcomes)

    async def score_many(
        self,
        rewards: Sequence[RewardRequest | str],
        samples: Sequence[Sample],
        *,
        statistics: bool = False,
        step: int | None = None,
    ) -> list[RewardResult]:
        """What each reward says about each sample; see `RewardClient.score_many`."""
        asked = requests(rewards)
        return await self._carry_out(
            _exchange.score_many(self._terms, asked, samples, statistics=statistics, step=step)
        )

    async def score_rubric(
        self, rubric: str, samples: Sequence[Sample], *, digest: str | None = None, step: int | None = None
    ) -> RubricResult:
        """What a rubric says about each sample; see `RewardClient.score_rubric`."""
        return await self._carry_out(_rubrics.score_rubric(self._terms, rubric, samples, digest=digest, step=step))

    async def rubrics(self) -> list[RubricInfo]:
        """The rubrics that the service offers; see `RewardClient.rubrics`."""
        return await self._carry_out(_rubrics.rubrics(self._terms))

    async def rewards(self) -> list[RewardInfo]:
        """The service's catalogue; see `RewardClient.rewards`."""
        return await self._carry_out(_exchange.rewards(self._terms))

    def within(self, seconds: float) -> Self:
        """The same client, its connections too; see `RewardClient.within`."""
        hurried = copy.copy(self)
        hurried._terms = replace(self._terms, deadline_s=seconds)  # noqa: SLF001  its own
        return hurried

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _carry_out(self, conversation: Conversation[T]) -> T:
        answer: Answer = None
        while True:
            try:
                step = conversation.send(answer)
            except StopIteration as end:
                value: T = end.value
                return value
            if isinstance(step, Send):
                answer = await self._send_in_turn(step)
            else:
                answer = None
                await asyncio.sleep(step.seconds)

    async def _send_in_turn(self, step: Send) -> Answer:
        """What comes of a request that waits until few enough others are under way."""
        waiting = time.monotonic()
        try:
            async with asyncio.timeout(step.timeout_s):
                await self._turns.acquire()
        except TimeoutError:
            return Lost(f"{MAX_UNDER_WAY} others were under way all the time")
        try:
            return await self._send(replace(step, timeout_s=step.timeout_s - (time.monotonic() - waiting)))
        finally:
            self._turns.release()

    async def _send(self, step: Send) -> Answer:
        limit_s = max(0.001, step.timeout_s)
        try:
            async with asyncio.timeout(limit_s):
                reply = await self._http.request(
                    step.method, step.path, content=step.content, headers=step.headers, timeout=timeout(limit_s)
                )
        except httpx.RequestError as error:
            return lost(error)
        except TimeoutError:
            return Lost("the reply came too slowly")
        return Reply(reply.status_code, reply.content, reply.headers.get("Retry-After"))
