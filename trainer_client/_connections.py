"""What one process holds open for a reward or a rubric."""

import asyncio
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainer_client._async_client import AsyncRewardClient
from trainer_client._client import RewardClient
from trainer_client._columns import Field, reference_schema
from trainer_client._rows import wanted
from trainer_client._rubrics import RubricInfo

MOST_UNDER_WAY = 64
"""Calls of one event loop at a time: more only wait in line for a connection, their deadline running."""

Reading = tuple[dict[str, Field], RubricInfo | None]


def read(client: RewardClient, target: str, columns: Mapping[str, str] | None) -> Reading:
    """The fields of the target's reference, and its entry if it is a rubric.

    Raises:
        RewardServiceError: The service did not answer, or offers nothing of that name.
    """
    catalogue = {info.id: info for info in client.rewards()}
    listed = {} if target in catalogue else {each.id: each for each in client.rubrics()}
    rubric = listed.get(target)
    schema: dict[str, Mapping[str, Any]] = {}
    for reward in rubric.rewards.values() if rubric is not None else [target]:
        schema |= reference_schema(reward, catalogue)[0]
    return wanted(schema, columns), rubric


class Connections:
    """What one process holds open."""

    def __init__(self, pid: int, url: str, api_key: str | None, deadline_s: float) -> None:
        self.pid = pid
        self.lock = threading.Lock()
        self.reading: Reading | None = None
        self.client = RewardClient(url, api_key, deadline_s=deadline_s)
        self._terms = (url, api_key, deadline_s)
        self._loops: dict[asyncio.AbstractEventLoop, Line] = {}

    def anew(self) -> "Connections":
        """The same for this process."""
        return Connections(os.getpid(), *self._terms)

    def of_loop(self, loop: asyncio.AbstractEventLoop) -> "Line":
        """The client of an event loop: connections do not pass from one loop to another."""
        with self.lock:
            if loop not in self._loops:
                self._loops = {each: line for each, line in self._loops.items() if not each.is_closed()}
                url, api_key, deadline_s = self._terms
                client = AsyncRewardClient(url, api_key, deadline_s=deadline_s)
                self._loops[loop] = Line(client, asyncio.Semaphore(MOST_UNDER_WAY))
            return self._loops[loop]

    async def leave_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        """Close the client of an event loop."""
        with self.lock:
            line = self._loops.pop(loop, None)
        if line is not None:
            await line.client.aclose()


@dataclass(frozen=True, slots=True)
class Line:
    """What one event loop holds open."""

    client: AsyncRewardClient
    """Who asks."""

    turn: asyncio.Semaphore
    """Held while a call is under way."""
