"""What NeMo Gym asks a resources server around its verifications: sessions, of which there are none, and figures."""

import asyncio
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Request
from pydantic import BaseModel, FailFast, Field
from starlette.responses import Response
from typing_extensions import TypedDict

from service import errors
from service.compat.desk import Desk
from service.compat.gym_figures import MAX_FIELDS, crowded, figures
from service.compat.target_id import TargetId

_PROBLEMS = errors.responses(401, 403, 404, 413, 422)
_LARGE = errors.responses(400, 401, 403, 404, 413, 422)


class GymSession(TypedDict, total=False):
    """A session that nobody keeps."""

    resources_session_id: str


class GymRows(BaseModel):
    """Rows that were verified, without what was asked and answered."""

    verify_responses: Annotated[list[dict[str, object]], FailFast()] = Field(
        description="With `_ng_task_index`, `reward` and whatever else came back. Rows with `mask_sample` are counted, "
        "and are no part of any other figure."
    )


class GymFigures(BaseModel):
    """Figures over rows, `mean/reward` among them."""

    group_level_metrics: list[dict[str, float | None]] = Field(description="One entry for each task.")
    agent_metrics: dict[str, float | None] = Field(description="Over all rows.")
    key_metrics: dict[str, float | None] = Field(description="Those of `agent_metrics` that are means.")


def add_routes(router: APIRouter, desk: Desk) -> None:
    """Add the routes around a verification to the router of a target."""

    @router.post("/seed_session", operation_id="seed_session_nemo_gym", responses=_PROBLEMS)
    async def seed_session(request: Request, target: TargetId) -> GymSession:
        """Answer NeMo Gym's `POST /seed_session`, whatever it holds: every row is verified by itself."""
        await desk.find(request.state.call, target)
        return _named(await request.body())

    @router.post("/close_session", operation_id="close_session_nemo_gym", responses=_PROBLEMS)
    async def close_session(request: Request, target: TargetId) -> GymSession:
        """Answer NeMo Gym's `POST /close_session`: there is nothing to close."""
        await desk.find(request.state.call, target)
        return _named(await request.body())

    @router.get("/reverify_mode", operation_id="reverify_mode_nemo_gym", responses=errors.responses(401, 403, 404, 422))
    async def reverify_mode(request: Request, target: TargetId) -> Literal["stateless"]:
        """Answer NeMo Gym's question whether stored rows may be verified again: they may."""
        await desk.find(request.state.call, target)
        return "stateless"

    @router.post(
        "/aggregate_metrics",
        operation_id="aggregate_metrics_nemo_gym",
        response_model=GymFigures,
        responses=_LARGE,
    )
    async def aggregate_metrics(request: Request, target: TargetId, body: GymRows) -> Response:
        """Answer NeMo Gym's `POST /aggregate_metrics`, with which a collection of rollouts ends.

        Every number that stands in the rows themselves or in `response.usage` has its mean, highest, lowest, median
        and standard deviation, over the rows of each task and over all. Rows without a judgement, `mask_sample`, are
        only counted, as `num_masked`.
        """
        await desk.find(request.state.call, target)
        rows = body.verify_responses
        if (index := crowded(rows)) is not None:
            place = errors.place(("body", "verify_responses", index), f"A row may have {MAX_FIELDS} fields.")
            raise errors.invalid([place])
        shown = await asyncio.to_thread(lambda: orjson.dumps(figures(rows)))  # there may be a hundred thousand
        return Response(shown, media_type="application/json")


def _named(body: bytes) -> GymSession:
    """Return the session that a body names, which some of Gym's servers want to hear again."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    name = found.get("resources_session_id") if isinstance(found, dict) else None
    return {"resources_session_id": name} if isinstance(name, str) else {}
