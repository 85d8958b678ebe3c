"""A connection ends if its client does not get to the point, and serves one that does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from service.connection import MAX_HEADER_BYTES, BoundedConnection
from tests.service.running import until

pytestmark = pytest.mark.anyio

GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
WHOLE = GET + b"\r\n"
UNREAD = b"POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"
READ = b"POST /read HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
LARGE = 8 * MAX_HEADER_BYTES


class Hurried(BoundedConnection):
    """One that waits for no more than a moment."""

    header_s = 0.2


async def answering(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer, where it is asked to after the whole body."""
    if scope["path"] == "/read":
        while (await receive()).get("more_body"):
            pass
    if scope["path"] == "/slow":
        await asyncio.sleep(0.6)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


class Client:
    """A client of a test."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def say(self, *parts: bytes) -> None:
        """Send something; the server may be gone."""
        with contextlib.suppress(ConnectionError):
            for part in parts:
                self._writer.write(part)
                await self._writer.drain()

    async def heard(self) -> bytes:
        """Return what is answered until the connection ends."""
        with contextlib.suppress(ConnectionError):
            return await asyncio.wait_for(self._reader.read(), 10)
        return b""

    async def answer(self) -> bytes:
        """Return the next answer."""
        return await asyncio.wait_for(self._reader.readuntil(b"ok"), 10)


@asynccontextmanager
async def connected(protocol: type[BoundedConnection] = BoundedConnection) -> AsyncIterator[Client]:
    """Serve on a free port, and connect to it."""
    config = uvicorn.Config(
        answering,
        host="127.0.0.1",
        port=0,
        http=protocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_keep_alive=1,
        timeout_graceful_shutdown=1,
    )
    server: Any = uvicorn.Server(config)
    serving = asyncio.ensure_future(server.serve())
    await until(lambda: server.started)
    reader, writer = await asyncio.open_connection(*server.servers[0].sockets[0].getsockname())
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        server.should_exit = True
        await serving


@pytest.mark.parametrize(
    "parts",
    [
        [b"GET / HTTP/1.1\r\nX: ", b"y" * LARGE],
        [b"GET /", b"y" * LARGE],
        [GET, b"X: y\r\n" * (LARGE // 6)],
        [GET + b"X: y\r\n" * (LARGE // 6) + b"\r\n"],
        [b"\r\n" * LARGE],
    ],
    ids=["one header", "path", "many headers", "many headers that end", "line ends"],
)
async def test_headers_have_an_end(parts: list[bytes]) -> None:
    """What is more is not kept, and the client is told."""
    async with connected() as client:
        await client.say(*parts)
        heard = await client.heard()
        assert heard == b"" or heard.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
        assert b"ok" not in heard


async def test_the_client_is_told_the_limit() -> None:
    """As a problem like any other."""
    async with connected() as client:
        await client.say(GET + b"X: y\r\n" * (MAX_HEADER_BYTES // 2))
        head, _, body = (await client.heard()).partition(b"\r\n\r\n")
        assert b"content-type: application/problem+json" in head
        assert b"65,536 bytes" in body


@pytest.mark.parametrize(
    "more",
    [b"0\r\nX: " + b"y" * LARGE, b"0\r\n" + b"X: y\r\n" * LARGE, b"1;" + b"y" * LARGE],
    ids=["one header", "many headers", "extensions"],
)
async def test_what_is_neither_header_nor_body_has_an_end(more: bytes) -> None:
    """A chunk's extensions, and headers behind a body."""
    async with connected() as client:
        await client.say(READ, more)
        assert b"ok" not in await client.heard()


async def test_ordinary_headers_and_any_body_pass() -> None:
    """Up to the limit, and several requests one after the other."""
    async with connected() as client:
        for _ in range(3):
            await client.say(GET + b"X: " + b"y" * (MAX_HEADER_BYTES - 100) + b"\r\n\r\n")
            assert (await client.answer()).startswith(b"HTTP/1.1 200 OK")
        await client.say(READ, *[b"1\r\nx\r\n" * 20_000] * 20, b"0\r\n\r\n")
        assert (await client.answer()).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "said",
    [b"", b"GET / HT", GET, b"\r\n", WHOLE + b"\r\n", WHOLE + b"GET", UNREAD, UNREAD + b"x"],
    ids=["nothing", "line", "headers", "line end", "line end later", "second line", "no body", "half a body"],
)
async def test_nobody_is_waited_for(said: bytes) -> None:
    """Neither for the first request nor for the next, nor for the rest of a body that nobody wants."""
    keep_alive_ends = {UNREAD}  # nothing came after the answer: that has its own time limit
    async with connected(Hurried) as client:
        await client.say(said)
        if said in keep_alive_ends:
            await client.answer()
            await client.say(b"x")
        heard = await client.heard()
        assert said.count(b"\r\n\r\n") == heard.count(b"200 OK") + (said in keep_alive_ends)


async def test_an_answer_is_waited_for() -> None:
    """However long it takes, and whatever is sent meanwhile."""
    async with connected(Hurried) as client:
        await client.say(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP")
        assert (await client.answer()).startswith(b"HTTP/1.1 200 OK")


async def test_a_connection_that_is_idle_stays() -> None:
    """After an answer it has the longer time limit, also where the answer came before the end of the body."""
    async with connected(Hurried) as client:
        for said in (WHOLE, UNREAD + b"x" * 10):
            await client.say(said)
            assert (await client.answer()).startswith(b"HTTP/1.1 200 OK")
            await asyncio.sleep(0.4)
        await client.say(WHOLE)
        assert (await client.answer()).startswith(b"HTTP/1.1 200 OK")
