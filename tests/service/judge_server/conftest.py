"""Two judges, made once and served once for all tests of the judge server."""

import json
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest

VERDICT = {"reason": "Each step follows from the one before.", "quote": "2 + 2 = 4", "first": 0, "verdict": "sound"}


@pytest.fixture(scope="session")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A judge that has learned a verdict, and the label A for whatever is to be weighed."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    pytest.importorskip("llguidance")
    from tests.service.judging.tiny_judge import make_tiny_judge  # noqa: PLC0415 - only where torch is

    return make_tiny_judge(tmp_path_factory.mktemp("models") / "taught", {"weigh": "A", "": json.dumps(VERDICT)})


@pytest.fixture(scope="session")
def babbler(taught: Path) -> Path:
    """A judge that has learned nothing."""
    from tests.service.judging.tiny_judge import make_random_judge  # noqa: PLC0415 - as above

    return make_random_judge(taught.with_name("babbler"))


@pytest.fixture(scope="session")
def taught_client(taught: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[openai.OpenAI]:
    """A client of the judge that has learned."""
    yield from _client(taught, tmp_path_factory)


@pytest.fixture(scope="session")
def babbler_client(babbler: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[openai.OpenAI]:
    """A client of the judge that has not."""
    yield from _client(babbler, tmp_path_factory)


def _client(model: Path, folders: pytest.TempPathFactory) -> Iterator[openai.OpenAI]:
    from tests.service.judge_server.running import judge_server  # noqa: PLC0415 - after the skips

    log = folders.mktemp("log") / "log"
    with judge_server(model, log) as (url, _), openai.OpenAI(base_url=url, api_key="none", max_retries=0) as client:
        yield client
