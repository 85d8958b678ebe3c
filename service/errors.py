"""Every error response: RFC 9457 problem+json, from one table.

ProblemError                 any of the below, raised with its slug and status
├── unknown-reward           404, 422   no such reward version is served
├── missing-key              401        the key is missing, unknown, expired or revoked
├── forbidden                403        the key's role may not do this
├── body-too-large           413        the body or the batch is over its limit
├── slow-body                408        the body did not arrive in time
├── headers-too-large        431        the request's line and headers are over their limit
├── taken                    409        the name has been given to something else
├── idempotency-key-reused   422        the idempotency key belongs to another request
├── quota                    429        the team's quota is used up; `Retry-After` says until when
├── unscorable               422        a sample has no judgement, on a wire that cannot say so
└── invalid-request          422        the body does not fit the schema
invalid-json                 400        the body is not JSON, or not valid Unicode
unavailable                  503        the queue is full, no worker is ready, or another replica is scoring the same
                                        request still; `Retry-After` says when
                             504        the same, for a client that tries again after nothing else
internal                     500        a defect of the service
"""

from collections.abc import Mapping, Sequence
from typing import cast

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from service.call import Call
from service.pool import PoolUnavailableError

MEDIA_TYPE = "application/problem+json"
MAX_LISTED = 20
_MAX_STEP_CHARS = 100
"""Of each step of a path: a key of the caller's may be megabytes."""
_PROBLEM_SCHEMA = {"$ref": "#/components/schemas/Problem"}
_TITLES = {
    "unknown-reward": "No such reward version",
    "missing-key": "The API key is missing or wrong",
    "forbidden": "The API key may not do this",
    "body-too-large": "The request is too large",
    "slow-body": "The request's body did not arrive in time",
    "headers-too-large": "The request's headers are too large",
    "taken": "The name is taken",
    "idempotency-key-reused": "The idempotency key belongs to another request",
    "quota": "The team's quota is used up",
    "unscorable": "A sample has no judgement",
    "invalid-request": "The request does not fit the schema",
    "invalid-json": "The body is not valid JSON",
    "unavailable": "The service cannot take this work now",
    "not-found": "There is nothing at this path",
    "method-not-allowed": "This path does not take this method",
    "internal": "The service has a defect",
}
_SLUGS = {404: "not-found", 405: "method-not-allowed", 413: "body-too-large"}


class Place(BaseModel):
    """One thing that is wrong, and where."""

    path: str = Field(description="Where in the request.", examples=["body.samples.0.reference.answer"])
    message: str


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str = Field(examples=["urn:touchstone:problem:invalid-request"])
    title: str
    status: int
    detail: str
    errors: list[Place] = Field(default_factory=list)


class ProblemError(Exception):
    """Answer the request with this problem."""

    def __init__(
        self,
        slug: str,
        status: int,
        detail: str,
        *,
        errors: Sequence[Place] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.slug = slug
        self.status = status
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """Return the problem as a response."""
        return problem(self.slug, self.status, self.detail, errors=self.errors, headers=self.headers)


class _ProblemResponse(Response):
    """A problem, which is noted in the call that it answers."""

    media_type = MEDIA_TYPE

    def __init__(self, slug: str, status: int, body: Problem, headers: Mapping[str, str]) -> None:
        super().__init__(orjson.dumps(body.model_dump()), status, {**headers, "Content-Type": MEDIA_TYPE})
        self._slug = slug

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = scope.get("state", {}).get("call")
        if isinstance(call, Call):
            call.notes.problem = self._slug
        await super().__call__(scope, receive, send)


def problem(
    slug: str,
    status: int,
    detail: str,
    *,
    errors: Sequence[Place] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem+json response."""
    body = Problem(
        type=f"urn:touchstone:problem:{slug}",
        title=_TITLES[slug],
        status=status,
        detail=detail,
        errors=list(errors),
    )
    return _ProblemResponse(slug, status, body, headers or {})


def responses(*statuses: int) -> dict[int | str, dict[str, object]]:
    """Return the OpenAPI declaration of the problems a route may answer. What may be full may be used up as well."""
    texts = {
        400: "The body is not valid JSON.",
        401: "The API key is missing or wrong.",
        403: "The API key may not do this.",
        404: "No such reward version.",
        409: "The name has been given to something else, and that stays.",
        413: "The body or the batch is over its limit.",
        422: "The request does not fit the schema.",
        429: "The team's quota is used up; `Retry-After` says when to try again.",
        503: "The service cannot take this work now; `Retry-After` says when to try again.",
        504: "As 503, for a client that tries again after nothing else.",
    }
    return {
        status: {"description": texts[status], "content": {MEDIA_TYPE: {"schema": _PROBLEM_SCHEMA}}}
        for status in sorted({*statuses, 429} if 503 in statuses else statuses)  # noqa: PLR2004 - HTTP's own
    }


def install(app: FastAPI) -> None:
    """Make every error of the app a problem+json response."""
    app.add_exception_handler(ProblemError, _problem_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(PoolUnavailableError, lambda _, error: unavailable(cast("PoolUnavailableError", error)))
    app.add_exception_handler(HTTPException, _http_exception)


def _problem_error(_: Request, error: Exception) -> Response:
    return cast("ProblemError", error).response()


def _validation_error(request: Request, error: Exception) -> Response:
    error = cast("RequestValidationError", error)
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return problem("invalid-json", 400, "The body is not JSON in valid UTF-8. Lone surrogates are not Unicode.")
    content_type = request.headers.get("content-type", "")
    if request.method == "POST" and "json" not in content_type:
        return problem("invalid-request", 422, "Send the header Content-Type: application/json.")
    return invalid([place(one["loc"], one["msg"]) for one in found]).response()


def invalid(places: Sequence[Place]) -> ProblemError:
    """Return the error for a body that is wrong in these places."""
    shown = list(places[:MAX_LISTED])
    more = f" ({len(places)} errors, the first {MAX_LISTED} listed)" if len(places) > MAX_LISTED else ""
    return ProblemError("invalid-request", 422, f"{shown[0].path}: {shown[0].message}{more}", errors=shown)


def place(location: Sequence[object], message: str) -> Place:
    """Return where in the request something is wrong. The offending text is not quoted: it may be a completion."""
    return Place(path=".".join(str(step)[:_MAX_STEP_CHARS] for step in location), message=message)


def unavailable(error: PoolUnavailableError) -> Response:
    """Return the problem for work that the pool cannot take now."""
    return problem("unavailable", 503, str(error), headers={"Retry-After": str(error.retry_after_s)})


def _http_exception(_: Request, error: Exception) -> Response:
    error = cast("HTTPException", error)
    slug = _SLUGS.get(error.status_code, "invalid-request")
    return problem(slug, error.status_code, str(error.detail), headers=error.headers)
