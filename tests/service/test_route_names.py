"""Routes are called by names that no caller can make up."""

from types import SimpleNamespace

import pytest
from starlette.types import Scope

from service.route_names import RouteNames

NAMES = RouteNames(["a@v1"])


def scope(path: str, declared: str | None = None) -> Scope:
    """Return a request, which a route took that was declared so."""
    return {"path": path} if declared is None else {"path": path, "route": SimpleNamespace(path_format=declared)}


@pytest.mark.parametrize(
    ("request_", "name", "shown"),
    [
        (scope("/v1/score"), "/v1/score", "/v1/score"),
        (scope("/v1/rewards/a@v1"), "/v1/rewards/{reward_id}", "/v1/rewards/a@v1"),
        (scope("/v1/rewards/a@v1/score"), "/v1/rewards/{reward_id}/score", "/v1/rewards/a@v1/score"),
        (scope("/v1/rewards/SECRET/score"), "other", "other"),
        (scope("/compat/slime/SECRET"), "/compat/slime", "/compat/slime"),
        (scope("/compat/SECRET/a@v1"), "other", "other"),
        (scope("/v1/runs/SECRET/scores", "/v1/runs/{run}/scores"), "/v1/runs/{run}/scores", "/v1/runs/{run}/scores"),
        (scope("/SECRET"), "other", "other"),
    ],
)
def test_a_route_has_one_name(request_: Scope, name: str, shown: str) -> None:
    """Its path is shown only where it is ours word for word."""
    assert (name, shown) == (NAMES.of(request_), NAMES.shown(request_))
