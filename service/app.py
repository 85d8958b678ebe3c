"""The composition root: everything the service is made of comes together in `create_app`, and nowhere else."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from fastapi_offline import FastAPIOffline

from rewards.digest import Digests
from rewards.registry import Registry
from service import catalogue, errors, openapi, routes, telemetry
from service.answer_headers import AnswerHeaders
from service.backing import Backing
from service.compat import routes as compat_routes
from service.compat.desk import Desk
from service.compat.gateway_timeouts import GatewayTimeouts
from service.compat.root_targets import RootTargets, checked
from service.edge import Edge
from service.judging import status as judge_status
from service.judging.bench import Bench
from service.judging.nobody import Judges, NoJudges
from service.memo import Memo
from service.metering import memory, process, record
from service.metrics import Metrics
from service.operating import Operating
from service.pool import Pool
from service.quotas.door import Door
from service.quotas.quota import TeamQuotas
from service.record.routes import RunRoutes
from service.retirement import Retirements
from service.rubrics.book import RubricBook
from service.rubrics.routes import RubricRoutes
from service.scoring import Scorer
from service.serving import ServedScorer
from service.settings import Settings
from service.targets import Targets
from service.teams.gate import Gate
from service.telemetry import Telemetry
from service.traced_requests import TracedRequests

_DESCRIPTION = """
Scores language-model completions while they are being trained: versioned reward functions and verifiers, called in
batches by a trainer or by hand.

Every sample gets one outcome. `scored` is a judgement with a value; `failed` means that no judgement was possible, and
its value is null, which is not zero.
"""

_NO_TELEMETRY = TelemetryConfig(tracing=False, metrics=False, logs=False, operation_spans=False, auto_configure=False)
"""Of FastAPI's own: it would hand paths, exceptions and their texts to whatever provider the environment sets up."""


def create_app(  # noqa: PLR0913, PLR0917 - all that the service is made of comes together here
    settings: Settings,
    registry: Registry,
    digests: Mapping[str, Digests],
    pool: Pool,
    log: Telemetry,
    judges: Judges | None = None,
    backing: Backing | None = None,
    operating: Operating | None = None,
) -> FastAPI:
    """Return the app. The pool starts and stops with it.

    Args:
        settings: Limits and the key.
        registry: The rewards to serve.
        digests: Their digests, by id.
        pool: Where they run; not started yet.
        log: Where events go.
        judges: Whom judged rewards ask; not started yet. Without any, they are `judge_unavailable`.
        backing: What is kept. Without it nothing is, and there are no keys but the operator's.
        operating: Who watches it, when it ends, and what goes out of use; by default nobody, and never.
    """
    judges = judges or NoJudges()
    backing = backing or Backing()
    operating = operating or Operating()
    tracer, drain = operating.tracer, operating.drain
    retirements = Retirements.packaged(registry) if operating.retirements is None else operating.retirements
    door = Door(TeamQuotas(settings, backing.keyring.limits), backing.allowances, pool.check)
    app = _bare_app(settings, lambda _: _running(pool, judges, backing, door, settings.drain_s))
    memo = Memo(settings.memo_entries, settings.memo_bytes)
    metrics = Metrics(registry, pool, judges)
    _add_sources(metrics, memo, pool, backing)
    scorer = Scorer(registry, pool, Bench(judges.for_team), settings.max_text_chars, memo)
    served = ServedScorer(scorer, metrics, log, door, backing.recorder, settings.max_queued, tracer)
    score_routes = routes.ScoreRoutes(settings, registry, digests, served, retirements)
    book = RubricBook(registry, settings.rubrics, backing.rubrics)
    targets = Targets(registry, book, served)
    for router in (
        catalogue.health_router(pool, service_version(), drain),
        metrics.router(),
        catalogue.catalogue_router(registry, digests, retirements),
        score_routes.router(),
        RubricRoutes(settings, book, targets, digests).router(),
        judge_status.router(judges),
        RunRoutes(backing.runs).router(),
        compat_routes.router(Desk(settings, targets, digests, metrics, log)),
    ):
        app.include_router(router)
    app.add_middleware(
        Edge,
        telemetry=log,
        metrics=metrics,
        door=door,
        gate=Gate(backing.keyring, settings.api_key, settings.host),
        shortcuts=score_routes.shortcuts(),
        headers=AnswerHeaders(retirements, drain),
        body_s=settings.body_s,
    )
    if tracer.is_on:
        app.add_middleware(TracedRequests, tracer=tracer, names=metrics.names)
    app.add_middleware(GatewayTimeouts)
    app.add_middleware(RootTargets, ports=checked(settings.nemo_gym_ports, targets))
    openapi.install(app)
    return app


def _bare_app(settings: Settings, lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]]) -> FastAPI:
    """Return an app without routes."""
    app: FastAPI = FastAPIOffline(
        docs_url="/docs",
        redoc_url=None,
        title="Touchstone",
        version=service_version(),
        description=_DESCRIPTION,
        lifespan=lifespan,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
    )
    app.state.max_batch = settings.max_batch
    errors.install(app)
    return app


def _add_sources(metrics: Metrics, memo: Memo, pool: Pool, backing: Backing) -> None:
    """Have a scrape of the metrics ask those who count for themselves."""
    metrics.add(partial(memory.collect, memo))
    metrics.add(partial(process.collect, service_version(), pool))
    if backing.recording is not None:
        metrics.add(partial(record.collect, backing.recording))


@asynccontextmanager
async def _running(pool: Pool, judges: Judges, backing: Backing, door: Door, drain_s: float) -> AsyncIterator[None]:
    """Start what the app works with, and stop it afterwards: what was scored is written down before."""
    asyncio.get_running_loop().set_exception_handler(telemetry.loop_defect)
    async with AsyncExitStack() as running:
        if backing.database is not None:
            running.callback(backing.database.dispose)
        backing.keyring.start()
        running.callback(backing.keyring.stop)
        door.start()
        running.callback(door.stop)
        backing.recorder.start()
        running.push_async_callback(backing.recorder.stop, drain_s)
        running.push_async_callback(judges.stop)
        await judges.start()
        running.push_async_callback(pool.stop)
        await pool.start()
        yield


def service_version() -> str:
    """Return the version of the installed distribution."""
    try:
        return version("touchstone-rl")
    except PackageNotFoundError:
        return "0+unknown"
