"""Where a request's time goes, for whoever collects traces. Spans hold ids, counts and lengths, and never a text."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from importlib.util import find_spec
from typing import Literal, Protocol

from starlette.types import Scope

from service.route_names import RouteNames

Attribute = str | int | Sequence[str]
"""An id, a count or a length; or several ids."""

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""What names a collector; the exporter reads them itself."""


class Stage(StrEnum):
    """What a request spends its time on."""

    SCORE = "score"
    WAIT = "wait for a worker"
    RECORD = "record"


class NoTracesError(Exception):
    """Traces are asked for, and what makes them is not installed."""


class RequestSpan(Protocol):
    """A request under way."""

    def answered(self, status: int) -> None:
        """Note the status of its answer."""
        ...


class Tracer(Protocol):
    """Takes down what happens when."""

    @property
    def is_on(self) -> bool:
        """Whether anybody looks."""
        ...

    def request(self, scope: Scope, names: RouteNames) -> AbstractContextManager[RequestSpan]:
        """Take down a request, as a part of what its caller traces."""
        ...

    def span(self, stage: Stage, **attributes: Attribute) -> AbstractContextManager[None]:
        """Take down a stage of the current request."""
        ...

    def passed(self, stage: Stage, started_at: float, ended_at: float, **attributes: Attribute) -> None:
        """Take down a stage of the current request that is over, by `time.perf_counter`."""
        ...

    def stop(self) -> None:
        """Send what is left; this may take seconds."""
        ...


class _NoSpan:
    def answered(self, status: int) -> None:
        """Do nothing."""


class NoTracer:
    """Takes nothing down."""

    is_on = False

    def request(self, scope: Scope, names: RouteNames) -> AbstractContextManager[RequestSpan]:  # noqa: ARG002
        """Do nothing."""
        return nullcontext(_NoSpan())

    def span(self, stage: Stage, **attributes: Attribute) -> AbstractContextManager[None]:  # noqa: ARG002
        """Do nothing."""
        return nullcontext()

    def passed(self, stage: Stage, started_at: float, ended_at: float, **attributes: Attribute) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


def configured(wanted: Literal["auto", "on", "off"], environment: Mapping[str, str], version: str) -> Tracer:
    """Return the tracer that is wanted; `auto` wants one where a collector is named and the extra is installed.

    Raises:
        NoTracesError: one is wanted, and the extra is not installed.
    """
    if wanted == "off" or (wanted == "auto" and not any(environment.get(name) for name in _ENDPOINTS)):
        return NoTracer()
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None:
        if wanted == "auto":
            return NoTracer()
        raise NoTracesError("TOUCHSTONE_OTEL is on, which needs the extra: pip install 'touchstone-rl[otel]'")
    from service.otel import OtelTracer, exporting  # noqa: PLC0415 - nothing of it is imported where nobody looks

    return OtelTracer(exporting(version))
