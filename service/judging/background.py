"""What is done beside the requests: nobody waits for it, and it ends with the service."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from rewards.errors import RewardError
from service import telemetry


class Background:
    """Runs coroutines to their end, and drops them at the service's."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self._is_stopped = False

    def spawn(self, name: str, work: Coroutine[Any, Any, object]) -> None:
        """Run something. That the judge does not answer is no defect; anything else that it raises is logged as one."""
        if self._is_stopped:
            work.close()
            return
        task: asyncio.Task[object] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(lambda _: self._end(name, task))

    async def settle(self) -> None:
        """Return when all that was spawned has ended."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def stop(self) -> None:
        """Drop what has not ended, and take no more."""
        self._is_stopped = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _end(self, name: str, task: "asyncio.Task[object]") -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, RewardError):
            telemetry.defect(name, error)
