"""How the service ends: first it is not ready any more, then it stops listening, then what is in flight is answered."""

import signal
import time
from types import FrameType

import uvicorn
from typing_extensions import override


class Drain:
    """Whether the service is about to end."""

    def __init__(self) -> None:
        self.has_begun = False


class DrainingServer(uvicorn.Server):
    """Goes on serving for a while after SIGTERM, so that balancers find out before connections are refused.

    A second signal, or SIGINT, which is a person who waits, ends that while.

    Args:
        config: What is served, and how.
        drain: Told when the end begins.
        lame_duck_s: How long to go on serving.
    """

    def __init__(self, config: uvicorn.Config, drain: Drain, lame_duck_s: float) -> None:
        super().__init__(config)
        self._drain = drain
        self._lame_duck_s = lame_duck_s
        self._ends_at: float | None = None

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._drain.has_begun or sig != signal.SIGTERM:
            self._drain.has_begun = True
            super().handle_exit(sig, frame)
            return
        self._drain.has_begun = True
        self._ends_at = time.monotonic() + self._lame_duck_s

    @override
    async def on_tick(self, counter: int) -> bool:
        if self._ends_at is not None and time.monotonic() >= self._ends_at:
            self.should_exit = True
        return await super().on_tick(counter)
