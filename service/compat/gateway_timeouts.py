"""Turns whatever is the service's fault into a 504 for clients that try again after nothing else.

It stands around the whole app, so that log and metrics keep the status that says what happened.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import problem

_PREFIX = "/compat/sandbox_fusion/"
_FAULTS = frozenset({408, 429, 500, 502, 503})


class GatewayTimeouts:
    """ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or not scope["path"].startswith(_PREFIX):
            await self._app(scope, receive, send)
            return
        is_replaced = False

        async def send_on(message: Message) -> None:
            nonlocal is_replaced
            if message["type"] == "http.response.start" and message["status"] in _FAULTS:
                is_replaced = True
                detail = "The service cannot score this now. Try again."
                kept = {
                    name.decode("latin-1"): value.decode("latin-1")
                    for name, value in message["headers"]
                    if name.lower() in {b"x-request-id", b"retry-after"}
                }
                await problem("unavailable", 504, detail, headers=kept)(scope, receive, send)
            elif not is_replaced:
                await send(message)

        await self._app(scope, receive, send_on)
