"""The routes of rubrics: what is served, putting a new one, and scoring with one."""

from collections.abc import Mapping
from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, FailFast, Field
from starlette.responses import Response

from rewards.digest import Digests
from rewards.frames import Json
from service import batch_intake, errors, wire
from service.fast_json import FastJsonRoute
from service.rubrics.book import Put, RubricBook
from service.rubrics.rubric import ID_PATTERN, Rubric, RubricBody, RubricError
from service.settings import Settings
from service.targets import Target, Targets, Verdicts

_JSON = "application/json"
RubricId = Annotated[str, Path(pattern=ID_PATTERN, description="The rubric's name and version.", examples=["maths@v1"])]


class RubricEntry(RubricBody):
    """One rubric, as it was put."""

    id: str
    range: tuple[float, float] = Field(description="The lowest and the highest value that there can be.")
    digest: str = Field(description="Digest of what it says.")


class RubricList(BaseModel):
    """Every rubric that is served."""

    rubrics: list[RubricEntry]


class RubricPart(BaseModel):
    """What one part of a rubric said of a batch."""

    name: str
    reward: str
    behaviour: str | None
    build: str
    values: list[float | None] = Field(description="One for each sample; null where there was no judgement.")


class RubricResponse(BaseModel):
    """A rubric over a batch."""

    rubric: str
    digest: str
    elapsed_ms: float
    parts: list[RubricPart]
    outcomes: list[Annotated[wire.ScoredOutcome | wire.FailedOutcome, Field(discriminator="status")]]


class RubricRequest(wire.Body):
    """A batch for a rubric."""

    samples: Annotated[list[wire.BatchSample], FailFast()] = Field(
        description="The completions to score; may be empty. `reference` carries the union of the rewards' fields."
    )
    deadline_ms: wire.Deadline = None


class RubricRoutes:
    """What the routes of rubrics share.

    Args:
        settings: How long a request may take.
        book: The rubrics.
        targets: What scores with them.
        digests: The rewards' digests, by id.
    """

    def __init__(self, settings: Settings, book: RubricBook, targets: Targets, digests: Mapping[str, Digests]) -> None:
        self._settings = settings
        self._book = book
        self._targets = targets
        self._digests = digests

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(tags=["rubrics"], route_class=FastJsonRoute)
        router.add_api_route(
            "/v1/rubrics", self.list_rubrics, operation_id="list_rubrics", responses=errors.responses(401, 503)
        )
        router.add_api_route(
            "/v1/rubrics/{rubric_id}",
            self.show_rubric,
            operation_id="show_rubric",
            responses=errors.responses(401, 404, 422, 503),
        )
        router.add_api_route(
            "/v1/rubrics/{rubric_id}",
            self.put_rubric,
            methods=["PUT"],
            operation_id="put_rubric",
            status_code=201,
            responses={200: {"model": RubricEntry}, **errors.responses(400, 401, 403, 409, 413, 422, 503)},
        )
        router.add_api_route(
            "/v1/rubrics/{rubric_id}/score",
            self.score_rubric,
            methods=["POST"],
            operation_id="score_rubric",
            response_model=RubricResponse,
            responses=errors.responses(400, 401, 403, 404, 413, 422, 503),
        )
        return router

    async def list_rubrics(self, request: Request) -> RubricList:
        """Every rubric that the caller's team can use: its own, and the operator's."""
        rubrics = await self._book.of_team(request.state.call.team)
        return RubricList(rubrics=[_entry(rubric) for rubric in rubrics])

    async def show_rubric(self, request: Request, rubric_id: RubricId) -> RubricEntry:
        """One rubric, as it was put."""
        return _entry(await self._known(request.state.call.team, rubric_id))

    async def put_rubric(
        self, request: Request, rubric_id: RubricId, body: RubricBody, response: Response
    ) -> RubricEntry:
        """Put a rubric under a name and a version, for the caller's team alone.

        It is never changed: 200 for the same one again, 409 for another.
        """
        team = request.state.call.team
        try:
            became = await self._book.put(team, rubric_id, body)
        except RubricError as error:
            raise errors.invalid([errors.place(("body", "parts"), str(error))]) from None
        if became is Put.TAKEN:
            detail = f"{rubric_id} is there already and says something else. Put this one under the next version."
            raise errors.ProblemError("taken", 409, detail)
        response.status_code = 200 if became is Put.SAME else 201
        return _entry(await self._known(team, rubric_id))

    async def score_rubric(self, request: Request, rubric_id: RubricId, body: RubricRequest) -> Response:
        """Score a batch with each part of a rubric, and the whole of it as one number."""
        call = request.state.call
        target = self._targets.of_rubric(await self._known(call.team, rubric_id))
        samples = batch_intake.of_rewards(target.rewards, self._targets.registry)
        submissions, ids = await samples.read(request.state.samples)
        wall_s = self._settings.wall_s(body.deadline_ms)
        verdicts = await self._targets.score(call, target, submissions, wall_s)
        head = _head(target, verdicts, self._digests)
        outcomes = wire.render(ids, verdicts.whole)
        return Response(b'%b,"outcomes":[%b]}' % (orjson.dumps(head)[:-1], outcomes), media_type=_JSON)

    async def _known(self, team: str, rubric_id: str) -> Rubric:
        rubric = await self._targets.rubric(team, rubric_id)
        if rubric is None:
            detail = f"There is no rubric {rubric_id!r}. GET /v1/rubrics lists them; PUT one under this path."
            raise errors.ProblemError("unknown-reward", 404, detail)
        return rubric


def _entry(rubric: Rubric) -> RubricEntry:
    return RubricEntry(
        id=rubric.id,
        range=rubric.range,
        digest=rubric.digest,
        description=rubric.body.description,
        parts=rubric.body.parts,
    )


def _head(target: Target, verdicts: Verdicts, digests: Mapping[str, Digests]) -> Json:
    """Return what a response says before its outcomes."""
    return {
        "rubric": target.id,
        "digest": target.rubric.digest if target.rubric else None,
        "elapsed_ms": round(verdicts.seconds * 1000, 3),
        "parts": [
            {
                "name": name,
                "reward": ask.reward.id,
                "behaviour": digests[ask.reward.id].behaviour,
                "build": digests[ask.reward.id].build,
                "values": [outcome.value for outcome in verdicts.parts[name]],
            }
            for name, ask in zip(target.names, target.asks, strict=True)
        ],
    }
