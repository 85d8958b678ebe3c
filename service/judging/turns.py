"""A door that lets one through at a time: teams in turns, so that no team's batch decides how long another waits."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Whoever waits, by team. The team whose turn it is next comes first."""

    def __init__(self) -> None:
        self._is_taken = False
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def turn(self, team: str) -> AsyncIterator[None]:
        """Stand in the door, alone. A team's own come in the order in which they came."""
        await self._enter(team)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, team: str) -> None:
        if not self._is_taken:
            self._is_taken = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(team, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it was given just now, and the next one waits for it
                self._leave()
            raise

    def _leave(self) -> None:
        """Let the first of the next team in, and put that team behind the others."""
        while self._waiting:
            team = next(iter(self._waiting))
            line = self._waiting.pop(team)
            while line and line[0].done():  # it went away
                line.popleft()
            if line:
                turn = line.popleft()
                if line:
                    self._waiting[team] = line
                turn.set_result(None)
                return
        self._is_taken = False
