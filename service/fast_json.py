"""Request bodies parsed by orjson: several times faster than the standard library, and strict about Unicode."""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from typing_extensions import override


class FastJsonRequest(Request):
    """A request whose JSON refuses NaN and lone surrogates."""

    @override
    async def json(self) -> Any:
        return orjson.loads(await self.body())


class FastJsonRoute(APIRoute):
    """A route whose requests are `FastJsonRequest`."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_fast(request: Request) -> Response:
            return await handle(FastJsonRequest(request.scope, request.receive))

        return handle_fast
