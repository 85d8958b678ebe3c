"""What routes are called where their paths would let a caller speak: in metrics, logs and traces."""

from collections.abc import Iterable

from starlette.types import Scope

from service.compat.policy import Wire

OTHER = "other"
"""Whatever is none of our routes."""
_PLAIN = (
    "/v1/score",
    "/v1/rewards",
    "/v1/judge",
    "/healthz",
    "/health",
    "/readyz",
    "/metrics",
    "/docs",
    "/openapi.json",
)
_SHOW, _SCORE = "/v1/rewards/{reward_id}", "/v1/rewards/{reward_id}/score"
_WIRES = frozenset(Wire)


class RouteNames:
    """The names of the routes, which are a closed set: no caller can make one up.

    Args:
        reward_ids: The served versions, each of which has routes of its own.
    """

    def __init__(self, reward_ids: Iterable[str]) -> None:
        self._by_path = {path: path for path in _PLAIN}
        for reward_id in reward_ids:
            self._by_path[f"/v1/rewards/{reward_id}"] = _SHOW
            self._by_path[f"/v1/rewards/{reward_id}/score"] = _SCORE

    def of(self, scope: Scope) -> str:
        """Return the name of a request's route, with `{}` around what a caller fills in.

        What was refused before it came to its route is `other`, unless its path says whose it is.
        """
        path = scope["path"]
        return self._by_path.get(path) or _wire_of(path) or _declared(scope) or OTHER

    def shown(self, scope: Scope) -> str:
        """Return a request's path where it is one of ours word for word, else the name of its route."""
        path: str = scope["path"]
        return path if path in self._by_path else self.of(scope)


def _wire_of(path: str) -> str | None:
    """Return the wire that a path belongs to, whatever its target is called."""
    _, first, wire, *_ = [*path.split("/", 3), "", ""]
    return f"/compat/{wire}" if first == "compat" and wire in _WIRES else None


def _declared(scope: Scope) -> str | None:
    """Return the path that the route which took the request was declared with."""
    return getattr(scope.get("route"), "path_format", None)
