"""A light load generator: requests serialised beforehand, over a few connections, from one process.

It shares the machine's cores with what it measures, so it does as little as it can: it sends bytes, finds the end of
each answer and counts.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import uvloop
from typing_extensions import override

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "
_OK = b"HTTP/1.1 200"


@dataclass
class Tally:
    """What came of a load."""

    seconds: float = 0.0
    answers: int = 0
    refused: int = 0
    lost: int = 0
    """Requests whose connection failed."""
    latencies_s: list[float] = field(default_factory=list)
    bodies: dict[int, bytes] = field(default_factory=dict)
    """The answers' bodies, by the position of the request."""

    def latency_ms(self, share: float) -> float:
        """Return the latency in milliseconds that so large a share of the answers stayed within."""
        ordered = sorted(self.latencies_s)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0


def request(path: str, body: bytes) -> bytes:
    """Return a POST as it goes over the wire."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + _HEAD_END + body


def load(host: str, port: int, requests: Sequence[bytes], connections: int) -> Tally:
    """Send the requests, each connection its next one as soon as it has its answer; return what came of it."""
    return uvloop.run(_load(host, port, requests, connections))


def load_anew(host: str, port: int, requests: Sequence[bytes], connections: int) -> Tally:
    """Send the requests, each over a connection of its own, so many at a time; return what came of it."""
    return uvloop.run(_load_anew(host, port, requests, connections))


async def _load(host: str, port: int, requests: Sequence[bytes], connections: int) -> Tally:
    loop = asyncio.get_running_loop()
    tally = Tally()
    waiting = iter(enumerate(requests))
    protocols = []
    for _ in range(connections):
        _, protocol = await loop.create_connection(lambda: _Connection(waiting, tally), host, port)
        protocols.append(protocol)
    started = time.perf_counter()
    for protocol in protocols:
        protocol.send_next()
    await asyncio.gather(*(protocol.done for protocol in protocols))
    tally.seconds = time.perf_counter() - started
    return tally


async def _load_anew(host: str, port: int, requests: Sequence[bytes], connections: int) -> Tally:
    tally = Tally()
    waiting = iter(enumerate(requests))
    started = time.perf_counter()
    await asyncio.gather(*(_send_anew(host, port, waiting, tally) for _ in range(connections)))
    tally.seconds = time.perf_counter() - started
    return tally


async def _send_anew(host: str, port: int, waiting: Iterator[tuple[int, bytes]], tally: Tally) -> None:
    """Send one request after the other, each over a connection of its own."""
    loop = asyncio.get_running_loop()
    for found in waiting:
        started = time.perf_counter()
        try:
            _, protocol = await loop.create_connection(partial(_Connection, iter([found]), tally), host, port)
            protocol.send_next(started)
            await protocol.done
        except OSError:
            tally.lost += 1


class _Connection(asyncio.Protocol):
    """One connection with one request under way at a time."""

    def __init__(self, waiting: Iterator[tuple[int, bytes]], tally: Tally) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting = waiting
        self._tally = tally
        self._answer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._position = 0
        self._sent_at = 0.0

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class

    def send_next(self, started: float | None = None) -> None:
        """Send the next request, or finish; its latency counts from when it started, which is now."""
        found = next(self._waiting, None)
        if self._transport is None or found is None:
            if self._transport is not None:
                self._transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self._position, request = found
        self._sent_at = started or time.perf_counter()
        self._transport.write(request)

    @override
    def data_received(self, data: bytes) -> None:
        self._answer += data
        head_end = self._answer.find(_HEAD_END)
        if head_end < 0:
            return
        start = self._answer.find(_LENGTH, 0, head_end) + len(_LENGTH)
        length = int(self._answer[start : self._answer.find(b"\r", start)])
        if len(self._answer) < head_end + len(_HEAD_END) + length:
            return
        self._tally.answers += 1
        self._tally.refused += not self._answer.startswith(_OK)
        self._tally.latencies_s.append(time.perf_counter() - self._sent_at)
        self._tally.bodies[self._position] = bytes(self._answer[head_end + len(_HEAD_END) :])
        self._answer.clear()
        self.send_next()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the service closed the connection"))
