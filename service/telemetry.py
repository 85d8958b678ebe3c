"""Structured logs: one JSON object a line on standard error, with lengths and counts and never a text.

A log that cannot be written is dropped and counted, so a full disk costs lines and no request.
"""

import asyncio
import io
import logging
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import orjson
import structlog
from typing_extensions import override

from service.statistics import Counts

_LOG = logging.getLogger("touchstone.defects")
_OURS = ("touchstone", "touchstone.defects", "uvicorn", "uvicorn.error")
"""Loggers whose lines hold no text of a request. Any other may write out what it sends, binds or could not read."""


class DroppingHandler(logging.StreamHandler[TextIO]):
    """Writes lines to a stream and counts those it could not write."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self.dropped = 0

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        self.dropped += 1


def place_of(error: BaseException) -> str:
    """Return where an exception was raised, as `file:line`. Its message is left out: it may quote a completion."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"


def defect(event: str, error: BaseException) -> None:
    """Log a defect below the routes: the exception's type and place, not its message."""
    _LOG.error("%s: %s at %s", event, type(error).__name__, place_of(error))


def loop_defect(_: asyncio.AbstractEventLoop, context: Mapping[str, object]) -> None:
    """Log what nobody awaited, as an event loop's exception handler; its own would print the exception's text."""
    error = context.get("exception")
    if isinstance(error, BaseException):
        defect("event_loop", error)
    else:
        _LOG.error("event_loop: %s", context["message"])


class Telemetry:
    """What the service says about itself."""

    def __init__(self, logger: structlog.typing.FilteringBoundLogger) -> None:
        self._log = logger

    def request_answered(  # noqa: PLR0913 - one for each field
        self,
        *,
        request_id: str,
        team: str | None,
        method: str,
        path: str,
        status: int,
        problem: str | None,
        bytes_in: int,
        seconds: float,
    ) -> None:
        """Log one answered request."""
        self._log.info(
            "request_answered",
            request_id=request_id,
            team=team,
            method=method,
            path=path[:200],
            status=status,
            problem=problem,
            bytes_in=bytes_in,
            ms=round(seconds * 1000, 1),
        )

    def batch_scored(self, *, request_id: str, team: str, reward: str, counts: Counts, seconds: float) -> None:
        """Log one reward over one batch."""
        self._log.info(
            "batch_scored",
            request_id=request_id,
            team=team,
            reward=reward,
            n=counts.samples,
            failed=counts.failures,
            ms=round(seconds * 1000, 1),
        )

    def request_crashed(self, *, request_id: str, error: str, where: str) -> None:
        """Log a defect of the service: the exception's type and place, not its message."""
        self._log.error("request_crashed", request_id=request_id, error=error, where=where)

    def event(self, name: str, **fields: str | float | None) -> None:
        """Log something that happened to the service itself."""
        self._log.info(name, **fields)

    def warning(self, name: str, **fields: str | float | None) -> None:
        """Log something that a person should look at."""
        self._log.warning(name, **fields)


def configure(level: str, stream: TextIO) -> Telemetry:
    """Route this process's logs, uvicorn's among them, to the stream as JSON lines, and return the telemetry."""
    handler = DroppingHandler(stream)
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                _drop_quotes,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _drop_traceback,
                structlog.processors.JSONRenderer(serializer=lambda event, **_: orjson.dumps(event).decode()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    threshold = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(max(threshold, logging.WARNING))
    for name in _OURS:
        logging.getLogger(name).setLevel(threshold)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    logging.captureWarnings(capture=True)
    logger = structlog.wrap_logger(
        logging.getLogger("touchstone"),
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
    )
    return Telemetry(logger)


def standard_error() -> TextIO:
    """Return standard error without a buffer.

    A line that a full disk refused must not wait in `sys.stderr`: `multiprocessing` flushes that before it starts a
    worker, and would start none.
    """
    return io.TextIOWrapper(io.FileIO(sys.stderr.fileno(), "w", closefd=False), write_through=True)


def _drop_quotes(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Leave of a library's line who wrote it and where, and nothing of what it says."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord) and record.name not in _OURS:
        event.update({"event": "library_line", "library": record.name, "where": f"{record.filename}:{record.lineno}"})
    return event


def _drop_traceback(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Leave the type of an exception in the line and nothing of its text, which may quote a completion."""
    error = event.pop("exc_info", None)
    if isinstance(error, tuple) and error[0] is not None:
        event["error"] = error[0].__name__
    return event


def quiet() -> Telemetry:
    """Return a telemetry that writes nothing, for tests and for tools that only need the app's shape."""
    logger = logging.getLogger("touchstone.quiet")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return Telemetry(
        structlog.wrap_logger(logger, wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    )
