"""Starts the service: reads the settings, builds the parts, runs uvicorn. The only module with side effects."""

import gc
import os
import signal
import socket
import sys
import time

import uvicorn
from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from rewards import digest
from rewards.registry import discover
from service import allocation, telemetry, tracing
from service.app import create_app, service_version
from service.backing import Backing
from service.compat.root_targets import UnknownTargetError
from service.connection import BoundedConnection
from service.database.engine import DatabaseError, open_database, reason
from service.drain import DrainingServer
from service.judging.budget import Budget
from service.judging.nobody import Judges, NoJudges
from service.judging.unpriced import Unpriced
from service.listener import listen, publish
from service.operating import Operating
from service.pool import Pool
from service.rubrics.rubric import RubricError
from service.settings import MEBIBYTE, Settings, complaints, strangers
from service.teams.errors import UnsafeBindError
from service.teams.gate import check_bind
from service.teams.key_store import KeyStore, Roll
from service.teams.keyring import Keyring
from service.telemetry import Telemetry
from service.tracing import NoTracesError, Tracer

_GC_OBJECTS = 50_000
"""New objects after which to look for cycles among them: a few megabytes."""
_KEEP_ALIVE_S = 75
"""Longer than a trainer's step, so that its next batch finds the connection open."""


def main(settings: Settings | None = None) -> int:
    """Serve until SIGTERM or SIGINT, let replies in flight finish, and return the exit code."""
    started = time.perf_counter()
    try:
        settings = settings or Settings()
    except ValidationError as error:
        sys.stderr.writelines(f"touchstone: {complaint}\n" for complaint in complaints(error))
        return 2
    except SettingsError as error:  # one that should be JSON is not
        sys.stderr.write(f"touchstone: {error}\n")
        return 2
    try:
        listeners = _listen(settings)
    except OSError as error:
        sys.stderr.write(f"touchstone: {error}\n")
        return 1
    log = telemetry.configure(settings.log_level, telemetry.standard_error())
    for name in strangers(os.environ):
        log.warning("unknown_setting", variable=name)
    try:
        tracer = tracing.configured(settings.otel, os.environ, service_version())
        server = _server(settings, log, tracer)
    except (OSError, RubricError, UnknownTargetError, DatabaseError, NoTracesError, UnsafeBindError) as error:
        sys.stderr.write(f"touchstone: {error}\n")
        return 2 if isinstance(error, UnsafeBindError) else 1
    # uvicorn has handlers of its own while it runs, and hands the signal to these once it has drained: exit code 0.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: setattr(server, "should_exit", True))
    host, port = listeners[0].getsockname()[:2]
    url = f"http://{host}:{port}"
    log.event("service_started", url=url, docs=f"{url}/docs", seconds=round(time.perf_counter() - started, 2))
    if settings.port_file is not None:
        try:
            publish(settings.port_file, port)
        except OSError as error:
            sys.stderr.write(f"touchstone: cannot write {settings.port_file}: {error.strerror}\n")
            return 1
    for extra, target in settings.nemo_gym_ports.items():
        log.event("nemo_gym_port_opened", url=f"http://{host}:{extra}", target=target)
    _run(server, listeners)
    tracer.stop()
    log.event("service_stopped")
    return 0


def _listen(settings: Settings) -> list[socket.socket]:
    """Return the listening sockets, the service's own first.

    Raises:
        OSError: an address is not there or not free; the message says which.
    """
    listeners = []
    for port in (settings.port, *settings.nemo_gym_ports):
        try:
            listeners.append(listen(settings.host, port))
        except OSError as error:
            raise OSError(f"cannot listen on {settings.host}:{port}: {error.strerror}") from error
    return listeners


def _judges(settings: Settings, log: Telemetry, budget: Budget | None) -> Judges:
    """Return whom judged rewards ask.

    Raises:
        StoreUnusableError: the judge's cache cannot be used.
    """
    if settings.judge.url is None:
        return NoJudges()
    from service.judge import EndpointJudges  # noqa: PLC0415 - its client takes most of a second to import

    judges = EndpointJudges(settings.judge, log, budget=budget)
    judges.prepare()
    return judges


def _keyring(settings: Settings, engine: Engine, log: Telemetry) -> Keyring:
    """Return the keys that there are, with teams' limits looked over at every reading.

    Raises:
        DatabaseError: they cannot be read.
        UnsafeBindError: there are none, and others than this machine could use the service.
    """
    store, unpriced = KeyStore(engine), Unpriced(settings.judge, log)

    def read() -> Roll:
        roll = store.roll()
        unpriced.look(roll.limits)
        return roll

    keyring = Keyring(read, grace_s=settings.keys_grace_s)
    try:
        keyring.refresh()
    except SQLAlchemyError as error:
        raise DatabaseError(f"The keys cannot be read: {reason(error)}.") from error
    check_bind(settings, keyring)
    return keyring


def _server(settings: Settings, log: Telemetry, tracer: Tracer) -> uvicorn.Server:
    """Return the server with everything it serves; the workers start with it.

    Raises:
        DatabaseError: the database cannot be used.
        UnsafeBindError: anyone on the network could use the service.
    """
    pool = Pool(
        "rewards",
        workers=settings.workers,
        memory_bytes=settings.worker_memory_mb * MEBIBYTE,
        recycle_after=settings.worker_recycle_after,
        max_queued=settings.max_queued,
        tracer=tracer,
    )
    pool.warm_up()
    engine = open_database(settings.database)
    keyring = _keyring(settings, engine, log)
    registry = discover("rewards")
    digests = digest.digests(registry)
    backing = Backing.on(engine, keyring, settings, digests, log)
    judges = _judges(settings, log, backing.budget)
    operating = Operating(tracer)
    app = create_app(settings, registry, digests, pool, log, judges, backing, operating)
    config = uvicorn.Config(
        app,
        http=BoundedConnection,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.drain_s,
        timeout_keep_alive=_KEEP_ALIVE_S,
    )
    return DrainingServer(config, operating.drain, settings.lame_duck_s)


def _run(server: uvicorn.Server, listeners: list[socket.socket]) -> None:
    """Serve until told to stop, with the garbage collector out of the way of what is loaded and of what a batch makes.

    A batch of 800 makes thousands of small objects, hardly one of them part of a cycle.
    """
    allocation.settle()
    gc.collect()
    gc.freeze()  # what is loaded by now stays, and need not be looked through again and again
    gc.set_threshold(_GC_OBJECTS, *gc.get_threshold()[1:])
    server.run(sockets=listeners)


if __name__ == "__main__":
    sys.exit(main())
