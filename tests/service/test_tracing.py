"""Traces: what a request spends its time on, with ids and counts, and nothing at all where nobody looks."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from service import tracing
from service.operating import Operating
from service.otel import OtelTracer
from service.settings import Settings
from service.tracing import NoTracer, Stage
from tests.service.running import TEST_REWARDS, running_service

CANARY = "CANARY-51b3"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CALLER = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": f"a={CANARY}", "baggage": f"b={CANARY}"}


@pytest.fixture(scope="module")
def kept() -> InMemorySpanExporter:
    """What is traced."""
    return InMemorySpanExporter()


@pytest.fixture(scope="module")
def client(kept: InMemorySpanExporter, warm_forkserver: None) -> Iterator[httpx.Client]:  # noqa: ARG001 - it runs
    """A client of a service that is traced."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    operating = Operating(OtelTracer(provider))
    with (
        running_service(TEST_REWARDS, Settings(workers=1), operating=operating) as url,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        yield client


@contextmanager
def traced(kept: InMemorySpanExporter) -> Iterator[list[ReadableSpan]]:
    """Collect the spans of what happens inside."""
    kept.clear()
    spans: list[ReadableSpan] = []
    yield spans
    time.sleep(0.1)  # a request's span ends behind its answer
    spans += kept.get_finished_spans()


def named(spans: Sequence[ReadableSpan], name: str) -> ReadableSpan:
    """Return the one span of a name."""
    (found,) = [span for span in spans if span.name == name]
    return found


def ids(span: ReadableSpan) -> tuple[str, str]:
    """Return a span's trace, and its own id."""
    context = span.get_span_context()
    assert context is not None
    return f"{context.trace_id:032x}", f"{context.span_id:016x}"


def parent(span: ReadableSpan) -> str:
    """Return the id of the span that a span is a part of."""
    return "" if span.parent is None else f"{span.parent.span_id:016x}"


def test_a_request_s_stages_are_parts_of_its_caller_s_trace(client: httpx.Client, kept: InMemorySpanExporter) -> None:
    """Scoring, waiting for a worker within it, and recording, one after the other."""
    body = {"samples": [{"completion": "a"}, {"completion": "b"}]}
    with traced(kept) as spans:
        client.post("/v1/rewards/length@v1/score", json=body, headers={**CALLER, "X-Request-ID": "r-1"})
    whole = named(spans, "POST /v1/rewards/{reward_id}/score")
    score, wait, record = (named(spans, stage) for stage in Stage)
    assert {TRACE} == {ids(span)[0] for span in spans}
    assert (PARENT, ids(whole)[1], ids(score)[1], ids(whole)[1]) == tuple(map(parent, (whole, score, wait, record)))
    times = [whole.start_time, score.start_time, wait.start_time, wait.end_time, score.end_time, record.start_time]
    assert [time for time in times if time is not None] == sorted(time or 0 for time in times)
    assert {
        "http.request.method": "POST",
        "http.route": "/v1/rewards/{reward_id}/score",
        "http.response.status_code": 200,
        "touchstone.request_id": "r-1",
        "touchstone.team": "local",
    } == dict(whole.attributes or {})
    assert {"touchstone.rewards": ("length@v1",), "touchstone.samples": 2} == dict(score.attributes or {})
    assert {"touchstone.items": 2} == dict(wait.attributes or {})


def test_no_text_gets_into_a_trace(client: httpx.Client, kept: InMemorySpanExporter) -> None:
    """Neither of a body nor of a path or of what the caller says of its own trace; crashes among them."""
    sample = {"completion": CANARY, "prompt": CANARY, "id": CANARY}
    with traced(kept) as spans:
        client.post("/v1/rewards/length@v1/score", json={"samples": [sample]}, headers=CALLER)
        client.post("/v1/rewards/moody@v1/score", json={"samples": [sample, {"completion": "exit"}]}, headers=CALLER)
        client.post(f"/v1/rewards/{CANARY}/score?{CANARY}", json={"samples": []}, headers=CALLER)
        client.get(f"/{CANARY}", headers={"User-Agent": CANARY, **CALLER})
        client.post(f"/compat/slime/{CANARY}", content=CANARY)
        client.put(f"/v1/rubrics/{CANARY.lower()}@v1", json={"description": CANARY, "parts": []})
    assert 6 <= len(spans)
    assert CANARY.lower() not in "".join(span.to_json() for span in spans).lower()


def test_a_failure_leaves_its_type(kept: InMemorySpanExporter) -> None:
    """Its text may quote a completion."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    with traced(kept) as spans, pytest.raises(ValueError, match=CANARY), OtelTracer(provider).span(Stage.SCORE):
        raise ValueError(CANARY)
    assert {"error.type": "ValueError"} == dict(named(spans, "score").attributes or {})
    assert CANARY not in spans[0].to_json()


def test_probes_and_scrapes_are_not_traced(client: httpx.Client, kept: InMemorySpanExporter) -> None:
    """They would be most of a trace."""
    with traced(kept) as spans:
        for path in ("/healthz", "/readyz", "/health", "/metrics"):
            client.get(path)
    assert [] == spans


def test_a_service_nobody_looks_at_imports_nothing_of_it() -> None:
    """Not even where the extra is installed. FastAPI brings OpenTelemetry's names by itself, which do nothing."""
    program = (
        "import sys, service.__main__ as main\n"
        "assert not main.tracing.configured('auto', {}, '1').is_on\n"
        "assert not main.tracing.configured('off', {'OTEL_EXPORTER_OTLP_ENDPOINT': 'http://127.0.0.1:1'}, '1').is_on\n"
        "sys.exit(any(name in sys.modules for name in ('service.otel', 'opentelemetry.sdk', 'opentelemetry.exporter')))"
    )
    assert 0 == subprocess.run([sys.executable, "-c", program], check=False).returncode


@pytest.mark.parametrize("name", ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"])
def test_a_collector_that_is_named_is_enough(name: str) -> None:
    """As with any other program that knows these variables."""
    found = tracing.configured("auto", {name: "http://127.0.0.1:1"}, "1")
    assert found.is_on
    found.stop()


def test_without_any_tracer_nothing_happens() -> None:
    """What is called for every request costs next to nothing."""
    tracer = NoTracer()
    with tracer.span(Stage.SCORE, samples=1):
        tracer.passed(Stage.WAIT, 0.0, 1.0)
    tracer.stop()
    assert not tracer.is_on
