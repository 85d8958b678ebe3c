"""Every route has said who may ask for it."""

import re

import pytest
from fastapi.routing import APIRoute

from rewards import digest
from rewards.registry import discover
from service import telemetry
from service.app import create_app
from service.pool import Pool
from service.settings import MEBIBYTE, Settings
from service.teams import access
from tests.service.running import TEST_REWARDS

REGISTRY = discover(TEST_REWARDS)
POOL = Pool(TEST_REWARDS, workers=1, memory_bytes=512 * MEBIBYTE)
APP = create_app(Settings(), REGISTRY, digest.digests(REGISTRY), POOL, telemetry.quiet())
ROUTES = sorted(
    {(method, route.path) for route in APP.routes if isinstance(route, APIRoute) for method in route.methods}
    | {(method.upper(), path) for path, methods in APP.openapi()["paths"].items() for method in methods}
)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_has_its_roles(method: str, path: str) -> None:
    """Or is open, which only health and the documentation are."""
    path = re.sub(r"\{[^}]+\}", "any@v1", path)
    if access.is_open(path):
        assert path in {"/healthz", "/health", "/readyz", "/docs", "/docs/oauth2-redirect"}
    else:
        assert access.listed(method, path) is not None, "say in service/teams/access.py who may ask for it"


def test_what_is_not_listed_is_for_administrators() -> None:
    """Whatever it may turn out to be: the gate lets nobody else near it."""
    for method, path in (
        ("GET", "/"),
        ("GET", "/v1/keys"),
        ("PATCH", "/v1/rewards"),
        ("GET", "/v1/rewards/a/b"),
        ("GET", "/v1/rewards\n"),
        ("GET", "/v1/runsaway"),
        ("POST", "/v1/score/"),
        ("HEAD", "/v1/rewards"),
    ):
        assert access.listed(method, path) is None, path


@pytest.mark.parametrize("path", ["/healthz2", "/docsearch", "/openapi.json2", "/v1/docs", "/static-offline-docs2"])
def test_what_is_open_is_named_whole(path: str) -> None:
    """A path that only begins like it is none of it."""
    assert not access.is_open(path)
    assert access.is_open("/static-offline-docs/swagger-ui.css")
