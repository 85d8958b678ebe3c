"""Request bodies of clients that cannot be asked to write better JSON.

A lone surrogate, which a tokenizer's decoding leaves behind, becomes U+FFFD; NaN and the infinities become null; whole
numbers of more than 64 bits become texts, since a double would make others of them. None of it costs the rest.
"""

import asyncio
import json
import math
import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from typing_extensions import override

_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_CHARS = 20
"""Of a whole number of 64 bits, with its sign."""
_FEWEST, _MOST = -(2**63), 2**64 - 1
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_LONG = b"0" * 19
_SLICE = 100_000
"""Characters to scrub before another thread may have its turn."""


async def read(body: bytes) -> object:
    """Return what a body says. One that has to be repaired is, in a thread, as that takes many times as long.

    Raises:
        JSONDecodeError: it is not JSON.
    """
    if _LONG not in body.translate(_DIGITS):  # of whole numbers that are too long, orjson makes doubles
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(body)
    return await asyncio.to_thread(_repaired, body)


def _repaired(body: bytes) -> object:
    """Return what a body says, its faults mended.

    Raises:
        JSONDecodeError: it is not JSON.
    """
    text = body.decode("utf-8-sig", errors="replace")
    try:
        found = json.loads(text, parse_constant=lambda _: None, parse_float=_real, parse_int=_whole)
        return _scrubbed(found)
    except RecursionError:
        raise json.JSONDecodeError("nested too deeply", "", 0) from None


def _real(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _whole(text: str) -> int | str:
    if len(text) > _MAX_CHARS:
        return text
    number = int(text)
    return number if _FEWEST <= number <= _MOST else text


def _scrubbed(value: object) -> object:
    """Return a value whose texts are valid Unicode."""
    if isinstance(value, str):
        parts = (value[start : start + _SLICE] for start in range(0, len(value), _SLICE))
        return "".join([_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", part) for part in parts])
    if isinstance(value, list):
        return [_scrubbed(each) for each in value]
    if isinstance(value, dict):
        return {str(_scrubbed(name)): _scrubbed(each) for name, each in value.items()}
    return value


class LenientRequest(Request):
    """A request whose JSON is read by `read`, once."""

    @override
    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = await read(await self.body())
        return self._json


class LenientRoute(APIRoute):
    """A route whose requests are `LenientRequest`."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_leniently(request: Request) -> Response:
            return await handle(LenientRequest(request.scope, request.receive))

        return handle_leniently
