"""Every error is a problem document, and says what to do."""

import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException

from service import errors

pytestmark = pytest.mark.anyio


def body(reply: Any) -> dict[str, Any]:  # noqa: ANN401 - of Starlette or of httpx
    """Return a reply's document."""
    found: dict[str, Any] = json.loads(reply.body if hasattr(reply, "body") else reply.content)
    return found


@pytest.mark.parametrize("slug", sorted(errors._TITLES))
def test_each_slug_makes_a_document(slug: str) -> None:
    """The type is a name of ours, the title its meaning."""
    reply = errors.problem(slug, 422, "Do this.", headers={"Retry-After": "2"})
    assert ("application/problem+json", "2") == (reply.headers["content-type"], reply.headers["retry-after"])
    expected = {"type": f"urn:touchstone:problem:{slug}", "title": errors._TITLES[slug], "status": 422}
    assert {**expected, "detail": "Do this.", "errors": []} == body(reply)


def test_places_are_joined_by_dots_and_listed_up_to_twenty() -> None:
    """The first one is the detail."""
    places = [errors.place(("body", "samples", index), "Wrong.") for index in range(21)]
    found = errors.invalid(places)
    assert "body.samples.0: Wrong. (21 errors, the first 20 listed)" == found.detail
    assert 20 == len(found.errors)
    assert "body.samples.0: Wrong." == errors.invalid(places[:1]).detail


async def test_an_http_error_of_the_framework_is_a_problem() -> None:
    """Also one that nobody thought of, and its headers are kept."""
    app = FastAPI()
    errors.install(app)

    @app.get("/teapot")
    async def teapot() -> None:
        raise HTTPException(418, "short and stout", {"X-Spout": "yes"})

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        reply = await client.get("/teapot")
    assert (418, "yes") == (reply.status_code, reply.headers["x-spout"])
    assert ("short and stout", 418) == (body(reply)["detail"], body(reply)["status"])


@pytest.mark.parametrize("status", [400, 401, 404, 413, 422, 503])
def test_each_status_has_a_declaration(status: int) -> None:
    """What a route may answer is in the document, as problem+json."""
    declared: Any = errors.responses(status)[status]
    assert {"application/problem+json"} == set(declared["content"])
    assert declared["description"].endswith(".")
