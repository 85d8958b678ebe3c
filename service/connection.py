"""A connection that ends if its client does not get to the point: uvicorn's own stays for ever, with all that was sent.

What is between requests has a time limit already, and so has a body. What is left is the time before a request's
headers are whole, their size, and whatever a client may send that is neither.
"""

import asyncio
import http
from typing import ClassVar

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.errors import MEDIA_TYPE, problem

MAX_HEADER_BYTES = 1 << 16
"""Most bytes of a request's line and headers, and of what a client sends besides headers and bodies."""


class _TooMuchError(Exception):
    """The headers are over their limit."""


class BoundedConnection(HttpToolsProtocol):
    """Serves one connection."""

    header_s: ClassVar[float] = 30
    """How long a client may take from when it may begin a request until its headers are whole."""

    _wait: asyncio.TimerHandle | None = None
    _header_bytes = 0
    _unread = 0
    """Bytes since something came of them."""
    _has_too_much = False

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin_wait()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._end_wait()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._unread += len(data)
        super().data_received(data)
        if self._unread > MAX_HEADER_BYTES and not self.transport.is_closing():
            self._refuse_headers()
        is_at_rest = self.cycle is None or self.cycle.response_complete
        if is_at_rest and self.timeout_keep_alive_task is None:
            self._begin_wait()  # for the rest of a body that nobody wants, say

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._header_bytes = 0
        self._begin_wait()

    @override
    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    @override
    def on_headers_complete(self) -> None:
        self._unread = 0
        self._end_wait()
        super().on_headers_complete()

    @override
    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        self._unread = 0
        super().on_message_complete()
        if self.cycle.response_complete and not self.transport.is_closing():  # it was answered before it was whole
            self._end_wait()
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    @override
    def send_400_response(self, msg: str) -> None:
        if self._has_too_much:
            self._refuse_headers()
        else:
            super().send_400_response(msg)

    def _count(self, size: int) -> None:
        """Count what stands in the headers; those behind a body count too.

        Raises:
            _TooMuchError: it is more than there may be.
        """
        self._unread = 0
        self._header_bytes += size
        if self._header_bytes > MAX_HEADER_BYTES:
            self._has_too_much = True
            raise _TooMuchError  # which ends the parsing

    def _refuse_headers(self) -> None:
        """End the connection, with an answer where none is under way."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(_too_large())
        self.transport.close()

    def _begin_wait(self) -> None:
        if self._wait is None:
            self._wait = self.loop.call_later(self.header_s, self._give_up)

    def _end_wait(self) -> None:
        if self._wait is not None:
            self._wait.cancel()
            self._wait = None

    def _give_up(self) -> None:
        """End the connection, unless an answer is under way: the next request may wait for it."""
        self._wait = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
        else:
            self._begin_wait()


def _too_large() -> bytes:
    """Return the answer to headers that are over their limit."""
    detail = f"A request's line and headers may have {MAX_HEADER_BYTES:,} bytes."
    answer = problem("headers-too-large", 431, detail)
    status = http.HTTPStatus(431)
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {MEDIA_TYPE}\r\n"
    return f"{head}content-length: {len(answer.body)}\r\nconnection: close\r\n\r\n".encode() + bytes(answer.body)
