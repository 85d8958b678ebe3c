"""Has every request but an orchestrator's taken down in a trace."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.route_names import RouteNames
from service.tracing import Tracer

_UNTRACED = frozenset({"/healthz", "/health", "/readyz", "/metrics"})


class TracedRequests:
    """ASGI middleware around the edge.

    Args:
        app: What serves.
        tracer: Where spans go.
        names: What routes are called there.
    """

    def __init__(self, app: ASGIApp, tracer: Tracer, names: RouteNames) -> None:
        self._app = app
        self._tracer = tracer
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"] in _UNTRACED:
            await self._app(scope, receive, send)
            return
        with self._tracer.request(scope, self._names) as span:

            async def send_on(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.answered(message["status"])
                await send(message)

            await self._app(scope, receive, send_on)
