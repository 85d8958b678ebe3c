"""Request bodies parsed by orjson: several times faster than the standard library, and strict about Unicode.

Before a body is validated its size is looked at: pydantic describes every error it finds, and a body made of errors
would keep the event loop describing for half a minute. Its samples are not validated with the rest at all, but read one
by one by who scores them.
"""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from typing_extensions import override

from service.errors import ProblemError, invalid, place

_MAX_FIELDS = 200
"""Most keys of any object of a request; rewards have a handful."""
MAX_PARAMS_BYTES = 1 << 14
"""Most bytes of the params of one reward, as JSON: the record holds them for each request, whatever it scores."""
MAX_ALL_PARAMS_BYTES = 1 << 16
"""Most bytes of the params of all rewards that a request names."""


class FastJsonRequest(Request):
    """A request whose JSON refuses NaN and lone surrogates, parsed once.

    Who looked at it before has left it in the request's state.
    """

    _error: orjson.JSONDecodeError | None = None

    @override
    async def json(self) -> Any:
        if self._error is not None:
            raise self._error
        if not hasattr(self, "_json"):
            state = self.scope["state"]
            try:
                self._json = state["json"] if "json" in state else orjson.loads(await self.body())
            except orjson.JSONDecodeError as error:
                self._error = error
                raise
        return self._json

    def put_samples_aside(self) -> None:
        """Leave no samples for the models: they are in the request's state, as they were sent."""
        if isinstance(self._json, dict) and isinstance(samples := self._json.get("samples"), list):
            self.state.samples = samples
            self._json = {**self._json, "samples": []}


class FastJsonRoute(APIRoute):
    """A route whose requests are `FastJsonRequest`, of a size worth validating."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_fast(request: Request) -> Response:
            fast = FastJsonRequest(request.scope, request.receive)
            try:
                body = await fast.json()
            except orjson.JSONDecodeError:
                return await handle(fast)  # FastAPI says what is wrong with it
            check_size(body, request.app.state.max_batch)
            fast.put_samples_aside()
            return await handle(fast)

        return handle_fast


def check_size(body: object, max_batch: int) -> None:
    """Return if a body is small enough to validate, its samples aside.

    Raises:
        ProblemError: it has too many samples, an object with too many fields, or params that are too long.
    """
    if not isinstance(body, dict):
        return
    samples = body.get("samples")
    if isinstance(samples, list) and len(samples) > max_batch:
        detail = f"A request may hold {max_batch:,} samples, this one has {len(samples):,}. Split it."
        raise ProblemError("body-too-large", 413, detail)
    check_fields(("body",), body)
    for name, entries in body.items():
        for index, entry in enumerate(entries if isinstance(entries, list) and entries is not samples else ()):
            check_fields(("body", name, index), entry)
    _check_params(body)


def _check_params(body: dict[str, object]) -> None:
    """Return if the params of a request are short enough to be kept: its own, and those of the rewards that it names.

    Raises:
        ProblemError: they are not.
    """
    total = _params_bytes(("body",), body)
    for name in ("rewards", "parts"):
        entries = body.get(name)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            total += _params_bytes(("body", name, index), entry)
            if total > MAX_ALL_PARAMS_BYTES:
                message = f"The params of all rewards together may have {MAX_ALL_PARAMS_BYTES:,} bytes as JSON."
                raise invalid([place(("body", name), message)])


def _params_bytes(path: tuple[object, ...], entry: object) -> int:
    """Return how long the params of one reward are.

    Raises:
        ProblemError: longer than they may be.
    """
    params = entry.get("params") if isinstance(entry, dict) else None
    if not params:
        return 0
    try:
        size = len(orjson.dumps(params))
    except orjson.JSONEncodeError:
        raise invalid([place((*path, "params"), "They are nested too deeply.")]) from None
    if size > MAX_PARAMS_BYTES:
        message = f"The params of a reward may have {MAX_PARAMS_BYTES:,} bytes as JSON, these have {size:,}."
        raise invalid([place((*path, "params"), message)])
    return size


def check_fields(path: tuple[object, ...], entry: object) -> None:
    """Return if neither an object nor one of those in it has too many fields to validate.

    Raises:
        ProblemError: one has.
    """
    if not isinstance(entry, dict):
        return
    message = f"An object may have {_MAX_FIELDS} fields."
    if len(entry) > _MAX_FIELDS:
        raise invalid([place(path, message)])
    for name, value in entry.items():
        if isinstance(value, dict) and len(value) > _MAX_FIELDS:
            raise invalid([place((*path, name), message)])
