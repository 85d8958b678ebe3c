"""The routes that say what is served and how it stands: the catalogue and health."""

import difflib
from collections.abc import Mapping
from typing import cast

from fastapi import APIRouter
from pydantic import BaseModel, JsonValue
from starlette.responses import Response

from rewards.declare import Reward
from rewards.digest import Digests
from rewards.registry import Registry
from service import errors, wire
from service.drain import Drain
from service.pool import Pool
from service.retirement import Retirements

_JSON = "application/json"


def catalogue_router(registry: Registry, digests: Mapping[str, Digests], retirements: Retirements) -> APIRouter:
    """Return the routes that say what is served."""
    router = APIRouter(tags=["catalogue"])
    entries = {reward.id: _entry(reward, registry, digests[reward.id], retirements) for reward in registry.values()}

    @router.get("/v1/rewards", operation_id="list_rewards", responses=errors.responses(401))
    async def list_rewards() -> wire.Catalogue:
        """Every reward version that is served."""
        return wire.Catalogue(rewards=list(entries.values()))

    @router.get("/v1/rewards/{reward_id}", operation_id="show_reward", responses=errors.responses(401, 404, 422))
    async def show_reward(reward_id: str) -> wire.CatalogueEntry:
        """One reward version: its documentation, range, schemas and digests."""
        if reward_id not in entries:
            raise errors.ProblemError("unknown-reward", 404, unknown(reward_id, registry))
        return entries[reward_id]

    return router


def health_router(pool: Pool, version: str, drain: Drain) -> APIRouter:
    """Return the routes that an orchestrator asks."""
    router = APIRouter(tags=["health"])

    def health() -> wire.Health:
        status = pool.status
        return wire.Health(
            status=("draining" if drain.has_begun else "ok") if status.ready else "not_ready",
            version=version,
            workers=status.workers,
            workers_ready=status.ready,
            queued=status.queued,
            restarts=status.restarts,
        )

    @router.get("/healthz", operation_id="healthz")
    async def healthz() -> wire.Health:
        """The process answers. It says nothing about the workers: restarting it would not help them."""
        return health()

    @router.get("/health", include_in_schema=False)
    async def health_alias() -> wire.Health:
        """As `/healthz`, where other servers of the field have it."""
        return health()

    @router.get("/readyz", operation_id="readyz", responses={503: {"model": wire.Health}})
    async def readyz() -> Response:
        """A worker is ready to score; 503 while none is, and once the service is about to end."""
        now = health()
        return Response(now.model_dump_json(), 200 if now.status == "ok" else 503, media_type=_JSON)

    return router


def unknown(reward_id: str, registry: Registry) -> str:
    """Return what to say about a reward id that nothing serves."""
    reward_id = reward_id[:100]
    near = difflib.get_close_matches(reward_id, list(registry), n=3, cutoff=0.7)
    hint = f"Did you mean {' or '.join(near)}?" if near else "GET /v1/rewards lists what is served."
    return f"There is no reward {reward_id!r}. {hint}"


def _entry(reward: Reward, registry: Registry, digests: Digests, retirements: Retirements) -> wire.CatalogueEntry:
    retired = retirements.get(reward.id)
    reference = wire.reference_model(reward, registry)
    return wire.CatalogueEntry(
        id=reward.id,
        behaviour=digests.behaviour,
        build=digests.build,
        released=digests.behaviour is not None,
        summary=reward.summary,
        doc=reward.doc,
        range=reward.range,
        budget_s=reward.budget_s,
        max_completion_chars=reward.max_completion_chars,
        group=reward.is_group,
        judged=reward.is_judged,
        needs=list(reward.needs),
        deprecated=retired is not None,
        deprecated_since=None if retired is None else retired.since,
        sunset=None if retired is None else retired.sunset,
        use_instead=registry.successor(reward.id) if retired is None else retired.successor,
        reference=None if reference is None else _schema(reference),
        params=_schema(reward.params),
    )


def _schema(model: type[BaseModel]) -> dict[str, JsonValue]:
    return cast("dict[str, JsonValue]", model.model_json_schema())
