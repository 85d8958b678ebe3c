"""The outermost layer: every request gets an id, a key check, a body within its limit and one log line.

Whoever is over a quota is turned away before the body is read; what still comes of it is thrown away as it comes. It
reads the whole body before the app sees anything, so that a caller without a key, or with too large a body, costs
no parsing, and one that hangs up midway costs nothing at all. One that hangs up later has its work ended.
"""

import asyncio
import re
import time
import uuid
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import call_headers
from service.answer_headers import AnswerHeaders
from service.call import Call
from service.errors import ProblemError, problem
from service.json_weight import check_weight
from service.metrics import Metrics
from service.quotas.door import Door
from service.shortcut import Shortcuts
from service.teams import access
from service.teams.gate import Gate
from service.telemetry import Telemetry, place_of

_REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")
_WIRES = "/compat/"
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})
_MAX_IDLE_BYTES = 4096
"""Of a body that nobody reads."""
_SCORING, _NOT_SCORING = ("/v1/", _WIRES), ("/seed_session", "/close_session", "/aggregate_metrics")
TURNED_AWAY_S = 0.1
"""How long the answer takes that turns a request away."""


class _HungUpError(Exception):
    """The client left before its body was whole."""


class Edge:
    """ASGI middleware around the whole app."""

    def __init__(  # noqa: PLR0913 - all that a request meets before the app
        self,
        app: ASGIApp,
        *,
        telemetry: Telemetry,
        metrics: Metrics,
        door: Door,
        gate: Gate,
        shortcuts: Shortcuts,
        headers: AnswerHeaders,
        body_s: float,
    ) -> None:
        self._app = app
        self._shortcuts = shortcuts
        self._telemetry = telemetry
        self._metrics = metrics
        self._door = door
        self._gate = gate
        self._headers = headers
        self._body_s = body_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        call = scope.setdefault("state", {})["call"] = Call(request_id)
        reply = _Reply(send, call, self._headers, started)
        bytes_in, team = 0, None
        try:
            caller = self._gate.caller(scope["method"], scope["path"], headers)
            team = None if access.is_open(scope["path"]) else caller.team
            call = call_headers.described(call, caller, headers)
            scope["state"]["call"] = call
            limit = _MAX_IDLE_BYTES if _takes_none(scope) else self._door.max_body_bytes(call.team)
            _check_length(headers, limit)
            if _is_scoring(scope):
                # What a full queue becomes on a trainer's own wire is a setting of that wire, and not always an error.
                await _ask(self._door.check_quota if scope["path"].startswith(_WIRES) else self._door.knock, call.team)
            body = await _body_in_time(receive, limit, self._body_s)
            bytes_in = len(body)
            await check_weight(body)
            call.notes.seconds["read"] = time.perf_counter() - started
            await self._answer(scope, body, receive, reply)
        except _HungUpError:
            reply.status = 499
        except asyncio.CancelledError:  # the server's drain is over, and its client had better ask another replica
            if reply.status is None:
                late = problem("unavailable", 503, "The service is shutting down.", headers={"Retry-After": "2"})
                await late(scope, receive, reply.send)
        except ProblemError as error:
            await error.response()(scope, receive, reply.send)
        except Exception as error:  # noqa: BLE001 - the boundary: a defect is a 500 and a log line without text
            name = type(error).__name__
            self._telemetry.request_crashed(request_id=request_id, error=name, where=place_of(error))
            if reply.status is None:
                detail = f"Please report it with the request id {request_id}."
                await problem("internal", 500, detail)(scope, receive, reply.send)
        self._note(scope, call, team, reply.status or 0, bytes_in, time.perf_counter() - started)

    def _note(self, scope: Scope, call: Call, team: str | None, status: int, bytes_in: int, seconds: float) -> None:
        """Tell the metrics and the log of an answered request; its team is None where nobody was let in."""
        names = self._metrics.names
        self._metrics.request_answered(route=names.of(scope), status=status, seconds=seconds, notes=call.notes)
        self._telemetry.request_answered(
            request_id=call.request_id,
            team=team,
            method=scope["method"],
            path=names.shown(scope),
            status=status,
            problem=call.notes.problem,
            bytes_in=bytes_in,
            seconds=seconds,
        )

    async def _answer(self, scope: Scope, body: bytes, receive: Receive, reply: "_Reply") -> None:
        """Let the app answer; end its work if the client leaves first, since a trainer that gave up tries again.

        Raises:
            _HungUpError: the client left before the answer began.
        """
        gone = asyncio.ensure_future(receive())
        answer = asyncio.ensure_future(self._serve(scope, body, gone, reply))
        try:
            await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done() and reply.status is None:
                raise _HungUpError
            await answer
        finally:
            for task in (answer, gone):
                task.cancel()
            await asyncio.gather(answer, gone, return_exceptions=True)

    async def _serve(self, scope: Scope, body: bytes, gone: asyncio.Future[Message], reply: "_Reply") -> None:
        """Answer by the short way where there is one for this request, else let the app answer."""
        headers = Headers(scope=scope)
        response = await self._shortcuts.answer(scope, headers, body, scope["state"]["call"])
        answer = self._app if response is None else response
        await answer(scope, _replay(body, gone), reply.send)


async def _ask(door: Callable[[str], None], team: str) -> None:
    """Return if the door lets a team in.

    Raises:
        ProblemError: it does not, which takes a moment: whoever heeds no Retry-After costs the others little by it.
    """
    try:
        door(team)
    except ProblemError:
        await asyncio.sleep(TURNED_AWAY_S)
        raise


class _Reply:
    """Sends a response on, with what its call says in its headers, and remembers its status."""

    def __init__(self, send: Send, call: Call, headers: AnswerHeaders, started: float) -> None:
        self._send = send
        self._call = call
        self._headers = headers
        self._started = started
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self._call.request_id
            for name, value in self._headers.of(self._call.notes, time.perf_counter() - self._started):
                headers[name] = value
        await self._send(message)


def _is_scoring(scope: Scope) -> bool:
    """Return whether a request would have something scored."""
    path = scope["path"]
    return scope["method"] == "POST" and path.startswith(_SCORING) and not path.endswith(_NOT_SCORING)


def _takes_none(scope: Scope) -> bool:
    """Return whether nobody would read what a request's body says."""
    return scope["method"] in _BODILESS or access.is_open(scope["path"])


def _check_length(headers: Headers, limit: int) -> None:
    """Return unless a request says that its body is over the limit.

    Raises:
        ProblemError: it does.
    """
    declared = headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > limit:
        raise _too_large(limit)


async def _body_in_time(receive: Receive, limit: int, seconds: float) -> bytes:
    """Return the whole body.

    Raises:
        ProblemError: it is over the limit, or not there in time.
        _HungUpError: the client left.
    """
    try:
        async with asyncio.timeout(seconds):
            return await _body(receive, limit)
    except TimeoutError:
        detail = f"A body may take {seconds:g} s to arrive. Split the batch into several requests."
        raise ProblemError("slow-body", 408, detail, headers={"Connection": "close"}) from None


async def _body(receive: Receive, limit: int) -> bytes:
    """Return the whole body.

    Raises:
        ProblemError: it is over the limit.
        _HungUpError: the client left.
    """
    chunks: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _HungUpError
        chunks.append(message.get("body", b""))
        length += len(chunks[-1])
        if length > limit:
            raise _too_large(limit)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _too_large(limit: int) -> ProblemError:
    way_out = "Nothing is read of one here." if limit == _MAX_IDLE_BYTES else "Split the batch into several requests."
    detail = f"A body may have {limit:,} bytes. {way_out}"
    return ProblemError("body-too-large", 413, detail, headers={"Connection": "close"})


def _replay(body: bytes, gone: asyncio.Future[Message]) -> Receive:
    """Return a `receive` that gives the body once, and then the news that the client is gone."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await asyncio.shield(gone)
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
