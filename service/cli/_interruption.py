"""How a long command is stopped from outside."""

import contextlib
import signal
from collections.abc import Iterator

INTERRUPTED = 130
"""The exit code of a command that was stopped, as shells have it."""


@contextlib.contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does, so that nothing that it started is left behind."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
