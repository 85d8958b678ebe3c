"""What is done beside the requests: nobody waits for it, and it ends with the service."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from rewards.errors import RewardError
from service import telemetry


class Background:
    """Runs coroutines to their end, and drops them at the service's."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, name: str, work: Coroutine[Any, Any, object]) -> None:
        """Run something. That the judge does not answer is no defect; anything else that it raises is logged as one."""
        task = asyncio.ensure_future(_run(name, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Return when all that was spawned has ended."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def stop(self) -> None:
        """Drop what has not ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _run(name: str, work: Coroutine[Any, Any, object]) -> None:
    try:
        await work
    except RewardError:
        return
    except Exception as error:  # noqa: BLE001 - the boundary: nobody awaits this
        telemetry.defect(name, error)
