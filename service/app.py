"""The composition root: everything the service is made of comes together in `create_app`, and nowhere else."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from sqlalchemy import Engine

from rewards.digest import Digests
from rewards.registry import Registry
from service import catalogue, errors, openapi, routes, telemetry
from service.compat import routes as compat_routes
from service.compat.desk import Desk
from service.compat.gateway_timeouts import GatewayTimeouts
from service.compat.root_targets import RootTargets, checked
from service.edge import Edge
from service.judging import status as judge_status
from service.judging.bench import Bench
from service.judging.nobody import Judges, NoJudges
from service.memo import Memo
from service.metrics import Metrics
from service.pool import Pool
from service.record.recorder import DatabaseRecorder
from service.record.routes import RunRoutes
from service.record.runs import NoRuns, RecordedRuns, Runs
from service.rubrics.book import RubricBook
from service.rubrics.routes import RubricRoutes
from service.scoring import Scorer
from service.serving import NoRecorder, OpenDoor, ServedScorer
from service.settings import Settings
from service.targets import Targets
from service.telemetry import Telemetry

_DESCRIPTION = """
Scores language-model completions while they are being trained: versioned reward functions and verifiers, called in
batches by a trainer or by hand.

Every sample gets one outcome. `scored` is a judgement with a value; `failed` means that no judgement was possible, and
its value is null, which is not zero.
"""


def create_app(
    settings: Settings,
    registry: Registry,
    digests: Mapping[str, Digests],
    pool: Pool,
    log: Telemetry,
    judges: Judges | None = None,
    database: Engine | None = None,
) -> FastAPI:
    """Return the app. The pool starts and stops with it.

    Args:
        settings: Limits and the key.
        registry: The rewards to serve.
        digests: Their digests, by id.
        pool: Where they run; not started yet.
        log: Where events go.
        judges: Whom judged rewards ask; not started yet. Without any, they are `judge_unavailable`.
        database: Where the record is kept, with its tables. Without one nothing is written down.
    """
    judges = judges or NoJudges()
    recorder = _recorder(settings, digests, log, database)

    app: FastAPI = FastAPIOffline(
        docs_url="/docs",
        redoc_url=None,
        title="Touchstone",
        version=service_version(),
        description=_DESCRIPTION,
        lifespan=lambda _: _running(pool, judges, recorder, settings.drain_s, database),
        redirect_slashes=False,
    )
    app.state.max_batch = settings.max_batch
    errors.install(app)
    metrics = Metrics(registry, pool, judges)
    memo = Memo(settings.memo_entries, settings.memo_bytes)
    scorer = Scorer(registry, pool, Bench(judges.for_team), settings.max_text_chars, memo)
    served = ServedScorer(scorer, metrics, log, OpenDoor(), recorder, settings.max_queued)
    score_routes = routes.ScoreRoutes(settings, registry, digests, served)
    book = RubricBook(registry, settings.rubrics)
    targets = Targets(registry, book, served)
    routers = [
        catalogue.health_router(pool, service_version()),
        metrics.router(),
        catalogue.catalogue_router(registry, digests),
        score_routes.router(),
        RubricRoutes(settings, book, targets, digests).router(),
        judge_status.router(judges),
        RunRoutes(_runs(settings, database)).router(),
        compat_routes.router(Desk(settings, targets, digests, metrics, log)),
    ]
    for router in routers:
        app.include_router(router)
    app.add_middleware(
        Edge,
        telemetry=log,
        metrics=metrics,
        max_body_bytes=settings.max_body_bytes,
        api_key=settings.api_key,
        shortcuts=score_routes.shortcuts(),
    )
    app.add_middleware(GatewayTimeouts)
    app.add_middleware(RootTargets, ports=checked(settings.nemo_gym_ports, targets))
    openapi.install(app)
    return app


def _recorder(
    settings: Settings, digests: Mapping[str, Digests], log: Telemetry, database: Engine | None
) -> DatabaseRecorder | NoRecorder:
    """Return who writes down what is scored."""
    if database is None or not settings.record:
        return NoRecorder()
    return DatabaseRecorder(database, settings, digests, log)


def _runs(settings: Settings, database: Engine | None) -> Runs:
    """Return the runs that were recorded, whether or not anything is recorded now."""
    return NoRuns() if database is None else RecordedRuns(database, settings.texts)


@asynccontextmanager
async def _running(
    pool: Pool, judges: Judges, recorder: DatabaseRecorder | NoRecorder, drain_s: float, database: Engine | None
) -> AsyncIterator[None]:
    """Start what the app works with, and stop it afterwards: what was scored is written down before."""
    asyncio.get_running_loop().set_exception_handler(telemetry.loop_defect)
    async with AsyncExitStack() as running:
        if database is not None:
            running.callback(database.dispose)
        recorder.start()
        running.push_async_callback(recorder.stop, drain_s)
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
