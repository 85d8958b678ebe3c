"""What one process holds open for a reward or a rubric."""

import asyncio
import os
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from trainer_client._async_client import AsyncRewardClient
from trainer_client._client import RewardClient
from trainer_client._columns import Field, reference_schema, unknown
from trainer_client._rows import wanted
from trainer_client._rubrics import RubricInfo

MOST_UNDER_WAY = 64
"""Calls of one event loop at a time: more only wait in line for a connection, their deadline running."""

Reading = tuple[dict[str, Field], RubricInfo | None]


def read(client: RewardClient, target: str, columns: Mapping[str, str] | None, deadline_s: float) -> Reading:
    """The fields of the target's reference, and its entry if it is a rubric.

    Raises:
        RewardServiceError: The service did not answer in time, or offers nothing of that name.
    """
    ends = time.monotonic() + deadline_s
    catalogue = {info.id: info for info in client.rewards()}
    rubrics = [] if target in catalogue else client.within(ends - time.monotonic()).rubrics()
    listed = {each.id: each for each in rubrics}
    rubric = listed.get(target)
    if target not in catalogue and rubric is None:
        raise unknown(target, [*catalogue, *listed])
    schema: dict[str, Mapping[str, Any]] = {}
    for reward in rubric.rewards.values() if rubric is not None else [target]:
        schema |= reference_schema(reward, catalogue)[0]
    return wanted(schema, columns), rubric


class Connections:
    """What one process holds open."""

    def __init__(self, pid: int, url: str, api_key: str | None, deadline_s: float, run: str | None = None) -> None:
        self.pid = pid
        self.lock = threading.Lock()
        self._reading: Future[Reading] | None = None
        self.client = RewardClient(url, api_key, run=run, deadline_s=deadline_s)
        self._terms = (url, api_key, deadline_s, run)
        self._loops: dict[asyncio.AbstractEventLoop, Line] = {}

    def anew(self) -> "Connections":
        """The same for this process."""
        return Connections(os.getpid(), *self._terms)

    def reading(self, target: str, columns: Mapping[str, str] | None) -> Future[Reading]:
        """What `read` returns or raises, asked for once by whoever comes first, and again after an error.

        Callers who come meanwhile get the same answer or the same error: one after the other each would wait for a dead
        service as long as a call may take.
        """
        with self.lock:
            if self._reading is None or (self._reading.done() and self._reading.exception() is not None):
                self._reading = Future()
                self._reading.set_running_or_notify_cancel()  # so that no caller who gives up ends it for the others
                asked = (self._reading, target, columns)
                threading.Thread(target=self._read, args=asked, name="trainer_client-catalogue", daemon=True).start()
            return self._reading

    def _read(self, answer: Future[Reading], target: str, columns: Mapping[str, str] | None) -> None:
        try:
            answer.set_result(read(self.client, target, columns, self._terms[2]))
        except BaseException as error:  # noqa: BLE001  whoever asked raises it
            answer.set_exception(error)

    def of_loop(self, loop: asyncio.AbstractEventLoop) -> "Line":
        """The client of an event loop: connections do not pass from one loop to another."""
        with self.lock:
            if loop not in self._loops:
                self._loops = {each: line for each, line in self._loops.items() if not each.is_closed()}
                url, api_key, deadline_s, run = self._terms
                client = AsyncRewardClient(url, api_key, run=run, deadline_s=deadline_s)
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
