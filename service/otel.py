"""Traces by OpenTelemetry: the only module that imports it, and imported only where traces are wanted."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers
from starlette.types import Scope

from service.call import Call
from service.route_names import RouteNames
from service.tracing import Attribute, Stage

_NAME = "touchstone"
_SERVER_ERROR = 500
_NS = 1_000_000_000


def exporting(version: str) -> TracerProvider:
    """Return what sends spans to the collector that the `OTEL_*` variables name, from a thread of its own."""
    resource = Resource.create({"service.version": version}).merge(Resource.create({}))
    if str(resource.attributes.get("service.name", "")).startswith("unknown_service"):
        resource = resource.merge(Resource({"service.name": _NAME}))
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


class _RequestSpan:
    def __init__(self, span: Span) -> None:
        self._span = span

    def answered(self, status: int) -> None:
        """Note the status of its answer."""
        self._span.set_attribute("http.response.status_code", status)
        if status >= _SERVER_ERROR:
            self._span.set_status(Status(StatusCode.ERROR))


class OtelTracer:
    """Takes spans down for a collector.

    Args:
        provider: Where they go.
    """

    is_on = True

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer(_NAME)
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def request(self, scope: Scope, names: RouteNames) -> Iterator[_RequestSpan]:
        """Take down a request, as a part of what its caller traces.

        Of what the caller says of its trace the ids alone are taken: `tracestate` and baggage are its own texts.
        """
        parent = Headers(scope=scope).get("traceparent")
        context = None if parent is None else self._propagator.extract({"traceparent": parent})
        method = scope["method"]
        with self._tracer.start_as_current_span(
            method, context, SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield _RequestSpan(span)
            finally:
                route = names.of(scope)  # which is known by now
                span.update_name(f"{method} {route}")
                span.set_attributes({"http.request.method": method, "http.route": route})
                call = scope.get("state", {}).get("call")
                if isinstance(call, Call):
                    span.set_attributes({"touchstone.request_id": call.request_id, "touchstone.team": call.team})

    @contextmanager
    def span(self, stage: Stage, **attributes: Attribute) -> Iterator[None]:
        """Take down a stage of the current request; of an exception its type alone, since its text may quote."""
        with self._tracer.start_as_current_span(
            stage, attributes=_named(attributes), record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                raise

    def passed(self, stage: Stage, started_at: float, ended_at: float, **attributes: Attribute) -> None:
        """Take down a stage of the current request that is over, by `time.perf_counter`."""
        epoch_ns = time.time_ns() - int(time.perf_counter() * _NS)
        span = self._tracer.start_span(
            stage, attributes=_named(attributes), start_time=epoch_ns + int(started_at * _NS)
        )
        span.end(epoch_ns + int(ended_at * _NS))

    def stop(self) -> None:
        """Send what is left; this may take seconds."""
        self._provider.shutdown()


def _named(attributes: dict[str, Attribute]) -> dict[str, Attribute]:
    return {f"touchstone.{name}": value for name, value in attributes.items()}
