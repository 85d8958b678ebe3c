"""The short way for plain requests: past routing, middleware and models, which cost more than scoring a small batch.

It leads nowhere but to what the routes do themselves, and whatever is not plainly right goes the long way.
"""

from collections.abc import Awaitable, Callable, Mapping

import orjson
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from service import errors
from service.call import Call
from service.pool import PoolUnavailableError

Shortcut = Callable[[Call, object], Awaitable[Response | None]]
"""Takes a call and its parsed body, and answers; None leaves the request to its route."""


class Shortcuts:
    """The paths that have a short way.

    Args:
        by_path: What answers a POST to each path.
    """

    def __init__(self, by_path: Mapping[str, Shortcut]) -> None:
        self._by_path = by_path

    async def answer(self, scope: Scope, headers: Headers, body: bytes, call: Call) -> Response | None:
        """Return the response to a plain request, or None where its route has to look at it.

        Raises:
            ProblemError: as the route.
        """
        shortcut = self._by_path.get(scope["path"])
        if shortcut is None or scope["method"] != "POST" or headers.get("content-type") != "application/json":
            return None
        try:
            parsed = orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
        scope["state"]["json"] = parsed  # its route need not parse it once more
        try:
            return await shortcut(call, parsed)
        except PoolUnavailableError as error:
            return errors.unavailable(error)
