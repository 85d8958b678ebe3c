"""Logs are lines of JSON with lengths and counts; no text gets into them, and none is worth a request."""

import asyncio
import io
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

import httpx
import pytest

from service import telemetry
from service.settings import Settings
from service.statistics import Counts
from service.telemetry import DroppingHandler, Telemetry
from tests.service.running import TEST_REWARDS, running_service

pytestmark = pytest.mark.anyio

CANARY = "CANARY-7e1f"


@contextmanager
def logging_to(stream: TextIO, level: str = "info") -> Iterator[Telemetry]:
    """Configure this process's logs, and restore them."""
    root = logging.getLogger()
    before = (root.handlers, root.level)
    try:
        yield telemetry.configure(level, stream)
    finally:
        root.handlers, root.level = before
        logging.captureWarnings(capture=False)
        for name in telemetry._OURS:
            logging.getLogger(name).setLevel(logging.NOTSET)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """Return what was logged."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_its_fields() -> None:
    """Everything that happens to a request, with a time and a level."""
    stream = io.StringIO()
    with logging_to(stream) as log:
        log.request_answered(
            request_id="r",
            team="maths",
            method="GET",
            path="/" * 500,
            status=200,
            problem=None,
            bytes_in=3,
            seconds=0.0123,
        )
        counts = Counts(samples=3, failures={"crash": 2})
        log.batch_scored(request_id="r", team="maths", reward="a@v1", counts=counts, seconds=1.0)
        log.event("service_started", workers=2)
    first, second, third = lines(stream)
    assert ("request_answered", 200, 12.3, "info") == (first["event"], first["status"], first["ms"], first["level"])
    assert 200 == len(str(first["path"]))
    assert (3, {"crash": 2}) == (second["n"], second["failed"])
    assert ("service_started", 2) == (third["event"], third["workers"])
    assert all("timestamp" in line for line in (first, second, third))


def test_the_level_decides_what_is_written() -> None:
    """`error` keeps the defects only."""
    stream = io.StringIO()
    with logging_to(stream, "error") as log:
        log.event("service_started")
        log.request_crashed(request_id="r", error="ValueError", where="a.py:1")
    assert ["request_crashed"] == [line["event"] for line in lines(stream)]


def test_an_exception_of_a_library_keeps_its_type_only() -> None:
    """The traceback and the text stay out of the line."""
    stream = io.StringIO()
    with logging_to(stream):
        try:
            raise ValueError(CANARY)  # noqa: TRY301 - it needs a traceback
        except ValueError:
            logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
        logging.getLogger("uvicorn").error("no exception", exc_info=(None, None, None))
    first, second = lines(stream)
    assert ("Exception in ASGI application", "ValueError") == (first["event"], first["error"])
    assert "error" not in second
    assert CANARY not in stream.getvalue()


def test_a_line_of_a_library_says_who_wrote_it() -> None:
    """And where, but not what: at `debug` many write out what they send, and some quote in an error."""
    stream = io.StringIO()
    with logging_to(stream, "debug"):
        other = logging.getLogger("some.library")
        other.debug("sending %s", CANARY)
        other.info(CANARY)
        other.error("cannot read %s", CANARY)
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(CANARY, stacklevel=1)
        logging.getLogger("uvicorn.error").info("Started")
        telemetry.defect("worker_not_started", ValueError(CANARY))
    first, second, *rest = lines(stream)
    assert ("library_line", "some.library", "error") == (first["event"], first["library"], first["level"])
    assert str(first["where"]).startswith("test_telemetry.py:")
    assert ("library_line", "py.warnings") == (second["event"], second["library"])
    assert ["Started", "worker_not_started: ValueError at nowhere"] == [line["event"] for line in rest]
    assert CANARY not in stream.getvalue()


async def test_what_nobody_awaited_keeps_its_type_only() -> None:
    """The event loop's own handler would print the exception."""
    stream = io.StringIO()

    async def fail() -> None:
        raise ValueError(CANARY)

    with logging_to(stream):
        loop = asyncio.get_running_loop()
        before = loop.get_exception_handler()
        loop.set_exception_handler(telemetry.loop_defect)
        task = asyncio.create_task(fail())
        await asyncio.wait([task])
        del task
        loop.call_exception_handler({"message": "something odd"})
        loop.set_exception_handler(before)
    assert "event_loop: ValueError at test_telemetry.py:" in stream.getvalue()
    assert "event_loop: something odd" in stream.getvalue()
    assert CANARY not in stream.getvalue()


def test_an_exception_that_was_never_raised_has_no_place() -> None:
    """There is always something to log."""
    assert "nowhere" == telemetry.place_of(ValueError())


def test_a_full_disk_loses_lines_and_counts_them() -> None:
    """Nothing is raised, and the count says how many."""
    full = Path("/dev/full").open("w", buffering=1, encoding="utf-8")  # noqa: SIM115 - closing it raises
    with logging_to(full) as log:
        handler = logging.getLogger().handlers[0]
        assert isinstance(handler, DroppingHandler)
        for _ in range(5):
            log.event("service_started")
        assert 5 == handler.dropped
    with suppress(OSError):
        full.close()


def test_a_quiet_telemetry_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """Tools that only need the app's shape write no line."""
    telemetry.quiet().event("service_started")
    assert ("", "") == capfd.readouterr()


@pytest.mark.usefixtures("warm_forkserver")
def test_no_text_of_a_request_is_ever_logged(capfd: pytest.CaptureFixture[str]) -> None:
    """Neither completions nor prompts, references, ids or params; scored, refused or crashed; at any level."""
    stream = io.StringIO()
    sample = {"completion": CANARY, "prompt": CANARY, "group": CANARY, "id": CANARY}
    answer = {"reference": {"answer": CANARY}}
    bodies: list[tuple[str, object]] = [
        ("/v1/rewards/matches@v1/score", {"samples": [{**sample, **answer}]}),
        ("/v1/rewards/moody@v1/score", {"samples": [sample, {"completion": "raise"}, {"completion": "print"}]}),
        ("/v1/rewards/moody@v1/score", {"samples": [{"completion": mood} for mood in ("exit", "segfault")]}),
        ("/v1/score", {"rewards": [{"reward": "matches@v1"}], "samples": [{**sample, **answer}]}),
        ("/v1/score", {"rewards": [{"reward": CANARY}], "samples": [sample]}),
        ("/v1/rewards/odd@v1/score", {"samples": [{**sample, "reference": {"number": str(2**70)}}]}),
        ("/v1/rewards/matches@v1/score", {"samples": [{**sample, CANARY: CANARY}], "params": {CANARY: CANARY}}),
        ("/v1/rewards/matches@v1/score", {"samples": CANARY}),
    ]
    with logging_to(stream, "debug") as log, running_service(TEST_REWARDS, Settings(workers=1), log) as url:
        for path, body in bodies:
            assert httpx.post(f"{url}{path}", json=body, timeout=20).status_code in {200, 422}
        httpx.post(f"{url}/v1/score", content=CANARY, headers={"Content-Type": "application/json"})
    logged = [line["event"] for line in lines(stream)]
    assert len(bodies) + 1 <= logged.count("request_answered")
    assert 5 <= logged.count("batch_scored")
    for text in (stream.getvalue(), *capfd.readouterr()):
        assert CANARY not in text
        assert "SECRET" not in text
