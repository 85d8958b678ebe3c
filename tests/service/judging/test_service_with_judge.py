"""The service with a judge, over HTTP: what fails is typed, what is right stays right, and nothing is paid twice."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from service import telemetry
from service.__main__ import main
from service.judge import EndpointJudges
from service.settings import Settings
from tests.service.judging.asking import Dice, settings
from tests.service.judging.scripted_server import CHAT, ScriptedServer, judge_process, scripted_thread
from tests.service.judging.scripts import HONEST, SCRIPTS, honest
from tests.service.judging.shown_texts import Request, texts_of
from tests.service.judging.wire import Reply
from tests.service.running import TEST_REWARDS, running_service

pytestmark = pytest.mark.usefixtures("warm_forkserver")
JUDGED = "judged@v1"


@contextmanager
def service(folder: Path, url: str, **options: Any) -> Iterator[httpx.Client]:  # noqa: ANN401 - settings
    """Run the service with a judge at an address; yield a client."""
    judges = EndpointJudges(settings(folder, url, **options), telemetry.quiet(), Dice(0.5))
    judges.prepare()
    with (
        running_service(TEST_REWARDS, Settings(workers=2), judges=judges) as base_url,
        httpx.Client(base_url=base_url, timeout=60) as client,
    ):
        yield client


def score(client: httpx.Client, completions: Sequence[str], **fields: object) -> list[dict[str, Any]]:
    """Return the outcomes of the judged reward."""
    body = {"samples": [{"completion": completion} for completion in completions], **fields}
    reply = client.post(f"/v1/rewards/{JUDGED}/score", json=body).raise_for_status()
    outcomes: list[dict[str, Any]] = reply.json()["outcomes"]
    return outcomes


def kinds(outcomes: Sequence[dict[str, Any]]) -> Counter[str]:
    """Return how many outcomes there are of each kind."""
    return Counter(outcome["kind"] if outcome["status"] == "failed" else "scored" for outcome in outcomes)


def asked(server: ScriptedServer) -> list[str]:
    """Return the texts that a server was asked about, without its probe."""
    return [texts[0] for texts in map(texts_of, server.asked) if texts]


def by_text(request: Request) -> Reply:
    """Behave as the text says that is to be judged."""
    (text, *_) = [*texts_of(request), "probe"]
    if text.startswith("unsound"):
        return honest({"sound": False})(request)
    return SCRIPTS.get(text.split(" ")[0], HONEST)(request)


def test_outcomes_of_every_kind_come_in_order(tmp_path: Path) -> None:
    """The judge's name stands in each, and no text in any."""
    texts = [
        "sound 1",
        "unsound 1",
        "garbage 1",
        "broken 1",
        "raise",
        "refusing 1",
        "wrong_schema 1",
        "sound 2",
        "unsound 1",
    ]
    with scripted_thread(by_text) as server, service(tmp_path, server.url, revision="7") as client:
        outcomes = score(client, texts)
    wanted = [
        1.0,
        0.0,
        "judge_unparsable",
        "judge_unavailable",
        "crash",
        "judge_unparsable",
        "judge_unparsable",
        1.0,
        0.0,
    ]
    assert wanted == [outcome["value"] if outcome["status"] == "scored" else outcome["kind"] for outcome in outcomes]
    assert ["scripted@7"] * 4 == [each["details"]["judge"] for each in outcomes if each["status"] == "scored"]
    failed = [each for each in outcomes if each["status"] == "failed" and each["kind"] != "crash"]
    assert all(each["message"].endswith("Judge: scripted@7.") for each in failed)
    assert [False, True, False, False] == [each["retryable"] for each in failed]
    assert {None} == {each["value"] for each in failed}
    assert "SECRET" not in json.dumps(outcomes)


def test_a_judged_and_an_unjudged_reward_share_a_batch(tmp_path: Path) -> None:
    """The one's failures are not the other's."""
    rewards = [{"reward": JUDGED}, {"reward": "length@v1"}, {"reward": "moody@v1"}]
    body = {"rewards": rewards, "samples": [{"completion": text} for text in ("sound", "broken", "nan")]}
    with scripted_thread(by_text) as server, service(tmp_path, server.url) as client:
        judged, length, moody = (each["outcomes"] for each in client.post("/v1/score", json=body).json()["results"])
    assert ["scored", "failed", "scored"] == [each["status"] for each in judged]
    assert ["scored"] * 3 == [each["status"] for each in length]
    assert ["scored", "scored", "failed"] == [each["status"] for each in moody]


def test_a_deadline_ends_the_waiting_and_a_retry_finds_what_was_paid(tmp_path: Path) -> None:
    """What had left comes home and is kept; only what had not is asked."""
    texts = [f"text {number}" for number in range(12)]
    with scripted_thread(HONEST, latency_s=0.6) as server, service(tmp_path, server.url, concurrency=4) as client:
        score(client, ["warm"])
        first = score(client, texts, deadline_ms=300)
        assert {"deadline": 12} == kinds(first)
        assert all(each["retryable"] for each in first)
        while client.get("/v1/judge").json()["results"]["answered"] < 1 + 4:
            time.sleep(0.02)
        assert {"scored": 12} == kinds(score(client, texts))
        assert 13 == len(asked(server)) == len(set(asked(server)))
        assert 4 == client.get("/v1/judge").json()["cached"]


def test_a_judge_that_is_killed_in_the_middle_costs_nothing_twice(tmp_path: Path) -> None:
    """The others are right, the failed ones typed; a retry asks what had failed, and nothing else."""
    texts = [f"text {number}" for number in range(300)]
    rewards = {"rewards": [{"reward": JUDGED}, {"reward": "length@v1"}]}
    body = rewards | {"samples": [{"completion": text} for text in texts]}
    with (
        judge_process("honest", latency_ms=50) as (url, process),
        service(tmp_path, url, concurrency=16, breaker_s=0.2) as client,
    ):
        score(client, ["warm"])
        threading.Timer(0.7, process.kill).start()
        judged, length = (each["outcomes"] for each in client.post("/v1/score", json=body).json()["results"])
        process.wait()
        scored = [text for text, each in zip(texts, judged, strict=True) if each["status"] == "scored"]
        assert {"scored": len(scored), "judge_unavailable": 300 - len(scored)} == kinds(judged)
        assert 16 <= len(scored) < 300
        assert {(1.0, "sound")} == {(each["value"], each["reason"]) for each in judged if each["status"] == "scored"}
        assert all(each["retryable"] for each in judged if each["status"] == "failed")
        assert {"scored": 300} == kinds(length)
        time.sleep(0.25)
        with scripted_thread(HONEST, port=int(url.rpartition(":")[2].partition("/")[0])) as server:
            score(client, ["again"])
            assert {"scored": 300} == kinds(score(client, texts))
            assert sorted(asked(server)) == sorted([*(set(texts) - set(scored)), "again"])


def test_a_judge_that_hangs_is_left_alone(tmp_path: Path) -> None:
    """Eight wait in vain, and at most seven go while they fail, but not hundreds."""

    def script(request: Request) -> Reply:
        return SCRIPTS["slow" if texts_of(request) else "honest"](request)

    with scripted_thread(script) as server, service(tmp_path, server.url, timeout_s=0.5, concurrency=8) as client:
        began = time.monotonic()
        assert {"judge_unavailable": 500} == kinds(score(client, [str(number) for number in range(500)]))
        assert time.monotonic() - began < 20
        assert len(asked(server)) < 16
        assert not client.get("/v1/judge").json()["answering"]


def test_a_judge_that_comes_later_is_found(tmp_path: Path) -> None:
    """The service is ready without it, and scores what needs none; nobody has to tell it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with service(tmp_path, f"http://127.0.0.1:{port}/v1", breaker_s=0.1) as client:
        assert client.get("/readyz").is_success
        assert {"judge_unavailable": 50} == kinds(score(client, [f"text {number}" for number in range(50)]))
        plain = client.post("/v1/rewards/length@v1/score", json={"samples": [{"completion": "x"}]}).json()
        assert "scored" == plain["outcomes"][0]["status"]
        with scripted_thread(HONEST, port=port):
            time.sleep(0.15)
            score(client, ["probe"])
            assert {"scored": 50} == kinds(score(client, [f"text {number}" for number in range(50)]))
            assert "json_schema" == client.get("/v1/judge").json()["output"]


def test_a_caller_that_hangs_up_has_paid_for_what_left(tmp_path: Path) -> None:
    """What was on its way is kept, what was not is not asked, and the next caller is served."""
    texts = [f"text {number}" for number in range(40)]
    with scripted_thread(HONEST, latency_s=0.3) as server, service(tmp_path, server.url, concurrency=4) as client:
        score(client, ["warm"])
        with pytest.raises(httpx.ReadTimeout):
            client.post(
                f"/v1/rewards/{JUDGED}/score", json={"samples": [{"completion": text} for text in texts]}, timeout=0.2
            )
        time.sleep(0.8)
        assert 1 + 4 == len(asked(server))
        assert {"scored": 4} == kinds(score(client, asked(server)[1:]))
        assert 1 + 4 == len(asked(server))


def test_equal_samples_of_two_callers_are_asked_once(tmp_path: Path) -> None:
    """As are equal samples of one batch; and an outcome is not remembered past the judge's own cache."""
    with scripted_thread(HONEST, latency_s=0.3) as server, service(tmp_path, server.url, cache_entries=0) as client:
        score(client, ["warm"])
        found: list[Counter[str]] = []
        callers = [threading.Thread(target=lambda: found.append(kinds(score(client, ["x"] * 10)))) for _ in range(3)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        assert ([Counter(scored=10)] * 3, ["warm", "x"]) == (found, asked(server))
        score(client, ["x"])
        assert ["warm", "x", "x"] == asked(server)


def test_only_the_settings_say_whom_to_ask(tmp_path: Path) -> None:
    """A request that names a judge is refused, and nobody hears of it."""
    with scripted_thread(HONEST) as server, service(tmp_path, server.url) as client:
        for name in ("judge", "base_url", "model", "key"):
            body = {"samples": [{"completion": "x"}], "params": {name: "http://127.0.0.1:9/v1"}}
            assert 422 == client.post(f"/v1/rewards/{JUDGED}/score", json=body).status_code
        assert [] == asked(server)
        assert {CHAT} == {call.path for call in server.calls}


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"URL": "http://127.0.0.1:1/v1"}, "TOUCHSTONE_JUDGE_MODEL is missing"),
        ({"MODEL": "m"}, "TOUCHSTONE_JUDGE_URL is missing"),
        ({"URL": "127.0.0.1:1", "MODEL": "m"}, "must be an http:// or https:// address"),
        ({"URL": "http://127.0.0.1:1/v1", "MODEL": "m", "KEY": ""}, "TOUCHSTONE_JUDGE_KEY is empty"),
        ({"CONCURRENCY": "0"}, "greater than or equal to 1"),
    ],
)
def test_wrong_settings_end_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variables: dict[str, str], said: str
) -> None:
    """With exit code 2 and a sentence that names the variable."""
    for name, value in variables.items():
        monkeypatch.setenv(f"TOUCHSTONE_JUDGE_{name}", value)
    assert 2 == main()
    assert said in capsys.readouterr().err


def test_a_cache_that_cannot_be_used_ends_the_start(tmp_path: Path) -> None:
    """With exit code 1 and what to do."""
    (tmp_path / "file").touch()
    judge = {"URL": "http://127.0.0.1:1/v1", "MODEL": "m", "CACHE": str(tmp_path / "file" / "judge.sqlite3")}
    environment = {f"TOUCHSTONE_JUDGE_{name}": value for name, value in judge.items()} | {"TOUCHSTONE_PORT": "0"}
    environment["TOUCHSTONE_DATA"] = str(tmp_path)
    ended = subprocess.run(
        [sys.executable, "-m", "service"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert 1 == ended.returncode
    assert "set TOUCHSTONE_JUDGE_CACHE to a file that can be written" in ended.stderr
    assert "Traceback" not in ended.stderr
