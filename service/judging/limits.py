"""How much is asked of the judge's endpoint at a time and in a minute."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiolimiter import AsyncLimiter

from service.judging.settings import JudgeSettings
from service.judging.turns import Turns

_MINUTE_S = 60.0


class Limits:
    """Makes calls wait for their turn.

    Args:
        settings: Calls at a time, calls and tokens a minute.
    """

    def __init__(self, settings: JudgeSettings) -> None:
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._door = Turns()
        self._calls = _limiter(settings.requests_per_minute)
        self._tokens = _limiter(settings.tokens_per_minute)

    @asynccontextmanager
    async def slot(self, team: str, tokens: int) -> AsyncIterator[None]:
        """Hold a place for one call of about so many tokens; a call of more than a minute's waits for all of them.

        Calls go through the door one by one, teams in turns and each team's in the order in which they came: a long one
        must not wait for ever while short ones fit in, nor one team's question behind another's batch. Everything else
        on the event loop has a turn between two of them: to make a request takes a millisecond or two, and sixty at
        once would be a tenth of a second.
        """
        async with self._door.turn(team):
            await asyncio.sleep(0)
            if self._calls is not None:
                await self._calls.acquire()
            if self._tokens is not None:
                await self._tokens.acquire(min(tokens, self._tokens.max_rate))
            await self._slots.acquire()
        try:
            yield
        finally:
            self._slots.release()


def _limiter(per_minute: float | None) -> AsyncLimiter | None:
    return None if per_minute is None else AsyncLimiter(max(1.0, per_minute), _MINUTE_S)
