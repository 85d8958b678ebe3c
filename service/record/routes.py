"""The routes of the record: what a team's runs were scored, page by page, and what becomes of it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import APIRouter, Body, Depends, Path, Query, Request
from starlette.responses import Response

from rewards.types import FailureKind
from service import errors
from service.call_headers import MAX_STEP
from service.database.asking import asked
from service.record import bodies, trends
from service.record.bodies import Row, RunBody
from service.record.paging import CursorError, FilterError, Filters
from service.record.reading import NoSuchRequestError, NoSuchRunError
from service.record.reading import Texts as TextsShown
from service.record.run_paths import RunRoute
from service.record.runs import Runs
from service.record.score_page import Wanted
from service.record.turns import Turns

T = TypeVar("T")

_JSON = "application/json"
_RUN_EXAMPLE = "grpo-7b-maths"
_MOST = 1_000
_NAME_CHARS = 200
_LACKING = {"description": "The team has no such run, or the run no such request."}
_AWAY = {"description": "The database that has the record is away; `Retry-After` says when to try again."}

RunName = Annotated[
    str,
    Path(
        description="The run, as `X-Run-ID` names it; what a URL cannot hold is percent-encoded, a slash as `%2F`.",
        examples=[_RUN_EXAMPLE],
    ),
]
NewRunName = Annotated[
    str,
    Path(
        description="The run, as `X-Run-ID` will name it.",
        max_length=_NAME_CHARS,
        pattern=r"^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$",
        examples=[_RUN_EXAMPLE],
    ),
]
Cursor = Annotated[str | None, Query(description="`next` of the page before; without it, the first page.")]
Limit = Annotated[int, Query(ge=1, le=_MOST, description="Most entries of a page.")]
RewardId = Annotated[str | None, Query(description="One reward alone.", examples=["math_equal@v2"])]
Number = Annotated[float | None, Query(allow_inf_nan=False)]
Texts = Annotated[bool, Query(description="Whether to answer the texts that were kept.")]


class RunRoutes:
    """What the routes of the record share.

    Args:
        runs: The runs.
    """

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._turns = Turns()

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(tags=["runs"], route_class=RunRoute, dependencies=[Depends(_only_known)])
        for path, endpoint, model in (
            ("/v1/runs", self.list_runs, bodies.RunPage),
            ("/v1/runs/{run}", self.show_run, bodies.RunShown),
            ("/v1/runs/{run}/scores", self.list_scores, bodies.ScorePage),
            ("/v1/runs/{run}/statistics", self.show_statistics, bodies.RunStatistics),
            ("/v1/runs/{run}/requests/{request_id}", self.show_requests, bodies.RecordedRequests),
        ):
            lacking = (404,) if "{run}" in path else ()
            router.add_api_route(
                path,
                endpoint,
                operation_id=endpoint.__name__,
                response_model=model,
                responses=_responses(401, 403, *lacking, 422),
            )
        router.add_api_route(
            "/v1/runs/{run}",
            self.put_run,
            methods=["PUT"],
            operation_id="put_run",
            response_model=bodies.RunShown,
            responses={201: {"model": bodies.RunShown}, **_responses(400, 401, 403, 404, 413, 422)},
        )
        router.add_api_route(
            "/v1/runs/{run}",
            self.delete_run,
            methods=["DELETE"],
            operation_id="delete_run",
            status_code=204,
            response_class=Response,
            responses=_responses(401, 403, 404, 422),
        )
        return router

    async def list_runs(self, request: Request, cursor: Cursor = None, limit: Limit = 50) -> Response:
        """The team's runs, the one that was made last first."""
        return await self._answer(request, lambda: self._runs.page(_team(request), cursor, limit))

    async def show_run(self, request: Request, run: RunName) -> Response:
        """One run, with what each of its rewards comes to."""
        return await self._answer(request, lambda: self._runs.shown(_team(request), run))

    async def put_run(
        self,
        request: Request,
        run: NewRunName,
        body: Annotated[RunBody, Body(examples=[{"texts": "all"}])],
    ) -> Response:
        """Say which texts of a run are kept from now on; before its first request, if you like."""

        def put() -> tuple[bool, Row]:
            team = _team(request)
            made = self._runs.set_texts(team, run, body.texts)
            return made, self._runs.shown(team, run)

        made, row = await self._read(request, put)
        return Response(orjson.dumps(row), 201 if made else 200, media_type=_JSON)

    async def delete_run(self, request: Request, run: RunName) -> Response:
        """Delete a run: its scores, its texts, and what they came to. Nothing brings it back."""
        await self._read(request, lambda: self._runs.delete(_team(request), run))
        return Response(status_code=204)

    async def list_scores(  # noqa: PLR0913, PLR0917 - one for each filter
        self,
        request: Request,
        run: RunName,
        reward: RewardId = None,
        status: Annotated[bodies.Status | None, Query(description="Samples with a value, or without.")] = None,
        kind: Annotated[FailureKind | None, Query(description="Samples that failed in this way.")] = None,
        value: Number = None,
        min_value: Number = None,
        max_value: Number = None,
        step: Annotated[int | None, Query(ge=0, le=MAX_STEP, description="Of requests of this step.")] = None,
        texts: Texts = False,  # noqa: FBT002 - a query parameter
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> Response:
        """Scores of a run, a page at a time.

        They come in the order of the record; with bounds of a value, or `status=scored`, and no `step`, from the
        lowest value up.
        """
        try:
            filters = Filters(reward, status, kind, value, min_value, max_value, step)
        except FilterError as error:
            raise errors.invalid([errors.place(("query",), str(error))]) from None
        wanted = Wanted(cursor, limit, TextsShown(texts))
        return await self._answer(request, lambda: self._runs.scores(_team(request), run, filters, wanted))

    async def show_statistics(
        self,
        request: Request,
        run: RunName,
        reward: RewardId = None,
        by: Annotated[trends.By, Query(description="What to go along.")] = "time",
        buckets: Annotated[int, Query(ge=2, le=_MOST, description="Most stretches to part it into.")] = 100,
    ) -> Response:
        """What a run's rewards come to, over time or over its steps."""
        return await self._answer(request, lambda: self._runs.statistics(_team(request), run, reward, by, buckets))

    async def show_requests(
        self,
        request: Request,
        run: RunName,
        request_id: Annotated[str, Path(description="As in `X-Request-ID`.")],
        texts: Texts = False,  # noqa: FBT002 - a query parameter
    ) -> Response:
        """What a request was answered, and with what; the newest ones, where several have its id.

        There are at most ten, and fewer where they are large. Of texts there are 8 MiB.
        """
        return await self._answer(
            request, lambda: self._runs.requests(_team(request), run, request_id, TextsShown(texts))
        )

    async def _answer(self, request: Request, read: Callable[[], Row]) -> Response:
        """Return what a thread read, and wrote as JSON, which takes long enough to keep everybody waiting."""
        return Response(await self._read(request, lambda: orjson.dumps(read())), media_type=_JSON)

    async def _read(self, request: Request, work: Callable[[], T]) -> T:
        """Return what a thread found, when it is the team's turn."""
        return await self._turns.take(_team(request), lambda: _read(work))


async def _only_known(request: Request) -> None:
    """Refuse what a route does not know in a query: a filter that is misspelt would let everything through.

    Raises:
        ProblemError: there is such a thing.
    """
    known = [field.alias for field in request.scope["route"].dependant.query_params]
    told = f"There is no such parameter. There are {', '.join(known)}." if known else "This takes no parameters."
    unknown = [errors.place(("query", name), told) for name in request.query_params if name not in known]
    if unknown:
        raise errors.invalid(unknown)


def _team(request: Request) -> str:
    """Return the only team whose runs there are, as far as a request can tell."""
    team: str = request.state.call.team
    return team


async def _read(work: Callable[[], T]) -> T:
    """Return what a thread found.

    Raises:
        ProblemError: there is no such thing, a cursor is none, or the database is away.
    """
    try:
        return await asked(work, what="the record", event="record_unreadable")
    except NoSuchRunError:
        detail = "There is no run of this name. GET /v1/runs lists the runs of your team."
    except NoSuchRequestError:
        detail = "The run has no request with this id."
    except CursorError as error:
        raise errors.invalid([errors.place(("query", "cursor"), str(error))]) from None
    raise errors.ProblemError("not-found", 404, detail)


def _responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problems that these routes may answer."""
    found = errors.responses(*statuses) | {503: {**errors.responses(503)[503], **_AWAY}}
    return found | {status: {**found[status], **_LACKING} for status in found if status == HTTPStatus.NOT_FOUND}
