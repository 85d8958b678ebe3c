"""What one process holds open for a reward or a rubric."""

import asyncio
import os
import threading
from collections.abc import Mapping
from typing import Any

from trainer_client._async_client import AsyncRewardClient
from trainer_client._client import RewardClient
from trainer_client._columns import Field, reference_schema
from trainer_client._rows import wanted
from trainer_client._rubrics import RubricInfo

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
        self._loops: dict[asyncio.AbstractEventLoop, AsyncRewardClient] = {}

    def anew(self) -> "Connections":
        """The same for this process."""
        return Connections(os.getpid(), *self._terms)

    def of_loop(self, loop: asyncio.AbstractEventLoop) -> AsyncRewardClient:
        """The client of an event loop: connections do not pass from one loop to another."""
        with self.lock:
            if loop not in self._loops:
                self._loops = {each: client for each, client in self._loops.items() if not each.is_closed()}
                url, api_key, deadline_s = self._terms
                self._loops[loop] = AsyncRewardClient(url, api_key, deadline_s=deadline_s)
            return self._loops[loop]

    async def leave_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        """Close the client of an event loop."""
        with self.lock:
            client = self._loops.pop(loop, None)
        if client is not None:
            await client.aclose()
