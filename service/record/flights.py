"""Requests with an idempotency key that are under way: the next of the same key waits for the one before."""

import asyncio

Name = tuple[str, str]
"""A team, and a key of its own."""


class Flights:
    """Lets one request of a name be under way at a time."""

    def __init__(self) -> None:
        self._flying: dict[Name, asyncio.Future[None]] = {}

    async def enter(self, name: Name) -> None:
        """Return when no other of this name is under way; this one is then."""
        while (other := self._flying.get(name)) is not None:
            await asyncio.wait({other})
        self._flying[name] = asyncio.get_running_loop().create_future()

    def leave(self, name: Name) -> None:
        """Let the next of this name go on."""
        self._flying.pop(name).set_result(None)
