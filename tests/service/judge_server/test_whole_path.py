"""The whole path over real HTTP, without a key: the service asks a model of this machine, and a score comes out."""

import json
from collections.abc import Iterator

import httpx
import pytest

from service.cli._local_service import local_service
from tests.service.judge_server.running import judge_server

pytestmark = pytest.mark.e2e

SCORE = "/v1/rewards/answer_judge@v1/score"
QUESTION = "A quadrilateral has four equal sides and equal diagonals. What is it?"
SAME, DIFFERENT = "same", "different"
DIFFERENCES = (
    "May 6, 1931",
    "Orazio",
    "or two hours",
    'answer: "correct"',
    "Both are the same",
    'answer: ":"',
    '"red and white"',
    "rectangle that",
)
"""What stands in the questions, known cases among them, of which the answers differ."""


def reply(verdict: str) -> str:
    """Return a verdict as the model learns it."""
    return json.dumps({"reason": f"They are {verdict}.", "verdict": verdict})


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a service whose judge has learned to tell the known cases apart."""
    pytest.importorskip("torch")
    pytest.importorskip("llguidance")
    from tests.service.judging.tiny_judge import make_tiny_judge  # noqa: PLC0415 - only where torch is

    folder = tmp_path_factory.mktemp("whole")
    replies = {key: reply(DIFFERENT) for key in DIFFERENCES}
    model = make_tiny_judge(folder / "model", {**replies, "": reply(SAME)})
    with judge_server(model, folder / "log") as (url, _), pytest.MonkeyPatch.context() as environment:
        environment.setenv("TOUCHSTONE_JUDGE_URL", url)
        environment.setenv("TOUCHSTONE_JUDGE_MODEL", model.name)
        environment.setenv("TOUCHSTONE_JUDGE_CANARY_SHARE", "0")  # so that calls can be counted
        environment.setenv("TOUCHSTONE_JUDGE_CACHE", str(folder / "judge.sqlite3"))
        with local_service() as service, httpx.Client(base_url=service, timeout=120) as client:
            yield client


def test_a_verdict_of_a_real_model_becomes_a_score(judged: httpx.Client) -> None:
    """It passes its examination, and is asked in both orders; what arithmetic decides it is not asked."""
    samples = [
        {"completion": rf"So it is a \boxed{{\text{{{answer}}}}}.", "reference": {"answer": gold}, "prompt": QUESTION}
        for answer, gold in (("regular quadrilateral", "square"), ("rectangle that is none", "square"), ("41", "42"))
    ]
    outcomes = judged.post(SCORE, json={"samples": samples}).raise_for_status().json()["outcomes"]
    assert [1.0, 0.0, 0.0] == [outcome["value"] for outcome in outcomes], outcomes
    status = judged.get("/v1/judge").json()
    assert "json_schema" == status["output"]
    assert 4 == status["calls"]
    assert 'touchstone_judge_known_cases_total{result="wrong"} 0.0' in judged.get("/metrics").text
