"""Serves one target at the root of a port of its own, for clients that know a host and a port and no path."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from service.errors import ProblemError
from service.targets import Targets

_NAMES = frozenset({"/verify", "/seed_session", "/close_session", "/reverify_mode", "/aggregate_metrics"})


class UnknownTargetError(ValueError):
    """A port is to serve what is not there. Its clients would have nothing but zeros of it."""


class RootTargets:
    """ASGI middleware around the whole app.

    Args:
        app: What serves.
        ports: The target of each port. What counts is the port that a connection came in on, not what its client says.
    """

    def __init__(self, app: ASGIApp, ports: Mapping[int, str]) -> None:
        self._app = app
        self._ports = ports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http" and (server := scope.get("server")) and server[1] in self._ports:
            scope = {**scope, "path": _path(scope["path"], self._ports[server[1]])}
        await self._app(scope, receive, send)


def checked(ports: Mapping[int, str], targets: Targets) -> Mapping[int, str]:
    """Return the target of each port.

    Raises:
        UnknownTargetError: there is none of that name, nor will be before the first request.
    """
    for port, target in ports.items():
        try:
            targets.find_operators(target)
        except ProblemError as error:
            raise UnknownTargetError(
                f"TOUCHSTONE_NEMO_GYM_PORTS: port {port}: {error.detail} A rubric has to be in the folder "
                "TOUCHSTONE_RUBRICS when the service starts."
            ) from None
    return ports


def _path(path: str, target: str) -> str:
    """Return the path that a path at the root of a target's port stands for."""
    if path in _NAMES:
        return f"/compat/nemo_gym/{target}{path}"
    return "/healthz" if path == "/" else path  # Gym waits until something answers there
