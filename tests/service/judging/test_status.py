"""`GET /v1/judge` and `GET /metrics` say who judges and how that goes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from service import telemetry
from service.backing import Backing
from service.call import Caller, Role
from service.database.engine import open_database
from service.judge import EndpointJudges
from service.judging.nobody import HOW_TO
from service.settings import Settings
from service.teams.key_store import Grant, Roll
from service.teams.keyring import Keyring
from service.teams.secret import digest_of
from service.teams.team import Limits
from tests.service.judging.asking import Dice, settings
from tests.service.judging.scripted_server import scripted_thread
from tests.service.judging.scripts import HONEST, Script
from tests.service.running import TEST_REWARDS, running_service

pytestmark = pytest.mark.usefixtures("warm_forkserver")


@contextmanager
def judged_service(folder: Path, script: Script, **options: object) -> Iterator[httpx.Client]:
    """Run the service with a scripted judge; yield a client of it."""
    with scripted_thread(script) as server:
        judges = EndpointJudges(settings(folder, server.url, **options), telemetry.quiet(), Dice(0.5))
        judges.prepare()
        with (
            running_service(TEST_REWARDS, Settings(workers=2), judges=judges) as url,
            httpx.Client(base_url=url, timeout=30) as client,
        ):
            yield client


def score(client: httpx.Client, *completions: str) -> list[dict[str, object]]:
    """Return the outcomes of a judged reward."""
    body = {"samples": [{"completion": completion} for completion in completions]}
    outcomes: list[dict[str, object]] = client.post("/v1/rewards/judged@v1/score", json=body).json()["outcomes"]
    return outcomes


def series(client: httpx.Client) -> dict[str, float]:
    """Return the judge's metrics."""
    lines = client.get("/metrics").text.splitlines()
    pairs = [line.rsplit(" ", 1) for line in lines if line.startswith("touchstone_judge_")]
    return {name.removeprefix("touchstone_judge_"): float(value) for name, value in pairs}


def test_without_a_judge_it_says_how_to_get_one(testbed: httpx.Client) -> None:
    """And there are no series of nobody's."""
    status = testbed.get("/v1/judge").json()
    assert (None, HOW_TO, None, False) == tuple(status[name] for name in ("name", "help", "output", "answering"))
    assert (0, 0.0, []) == (status["calls"], status["spent_today_usd"], status["quarantined"])
    assert {} == series(testbed)
    (outcome,) = score(testbed, "x")
    assert ("failed", "judge_unavailable", True, HOW_TO) == tuple(
        outcome[name] for name in ("status", "kind", "retryable", "message")
    )


def test_with_a_judge_it_counts(tmp_path: Path) -> None:
    """Calls, answers by where they came from, tokens and money."""
    prices = {"input_usd_per_million": 10.0, "output_usd_per_million": 0.0}
    with judged_service(tmp_path, HONEST, revision="7", **prices) as client:
        score(client, "x", "y", "x")
        score(client, "x")
        status, found = client.get("/v1/judge").json(), series(client)
    assert ("scripted@7", None, "json_schema", True) == tuple(
        status[name] for name in ("name", "help", "output", "answering")
    )
    assert (2, 1, 0) == (status["calls"], status["cached"], status["shared"])
    assert {"answered": 2, "unparsable": 0, "unavailable": 0} == status["results"]
    assert (200, 0.002, 0.002) == (status["prompt_tokens"], status["spent_usd"], status["spent_today_usd"])
    assert status["spent_today_tokens"] == status["prompt_tokens"] + status["completion_tokens"]
    assert {
        "answering": 1.0,
        "quarantined": 0.0,
        'calls_total{kind="question"}': 2.0,
        'questions_total{source="cache"}': 1.0,
        'questions_total{source="answered"}': 2.0,
        'tokens_total{kind="prompt"}': 200.0,
        "spent_usd_total": 0.002,
        'rechecks_total{result="same"}': 0.0,
        'known_cases_total{result="wrong"}': 0.0,
        "purged_total": 0.0,
        "unrecorded_total": 0.0,
    }.items() <= found.items()


STATE = {"name", "help", "output", "answering", "failure", "quarantined"}
"""What is told everybody."""


def test_a_team_is_told_what_it_has_spent_itself(tmp_path: Path, database_url: str) -> None:
    """And nothing of what another has, in any field; its own limit holds, others go on."""
    engine = open_database(database_url)
    keys = {team: f"ts_{team}-1_{number:064}" for number, team in enumerate(("a", "b", "poor"))}
    grants = [Grant(digest_of(key), Caller(team, Role.SCORE), None) for team, key in keys.items()]
    keyring = Keyring(lambda: Roll(grants, {"poor": Limits(judge_usd_per_day=0.0)}, has_keys=True))
    keyring.refresh()
    with scripted_thread(HONEST) as server:
        judge = settings(tmp_path, server.url, input_usd_per_million=1.0, output_usd_per_million=1.0)
        backing = Backing.on(engine, keyring, Settings(judge=judge, record=False), {}, telemetry.quiet())
        judges = EndpointJudges(judge, telemetry.quiet(), Dice(0.5), budget=backing.budget)
        judges.prepare()
        with (
            running_service(TEST_REWARDS, Settings(workers=2), judges=judges, backing=backing) as url,
            httpx.Client(base_url=url, timeout=30) as client,
        ):
            found = {}
            for team in ("poor", "a"):
                client.headers["Authorization"] = f"Bearer {keys[team]}"
                (found[team],) = score(client, "good")
            headers = {team: {"Authorization": f"Bearer {key}"} for team, key in keys.items()}
            told = {team: client.get("/v1/judge", headers=headers[team]).json() for team in keys}
    assert ("scored", "judge_unavailable") == (found["a"]["status"], found["poor"]["kind"])
    of_a, of_b, of_poor = (told[team]["results"] for team in keys)
    assert [(1, 0), (0, 0), (0, 1)] == [(each["answered"], each["unavailable"]) for each in (of_a, of_b, of_poor)]
    assert told["a"]["spent_today_tokens"] == told["a"]["prompt_tokens"] + told["a"]["completion_tokens"] > 0
    own = {name: value for name, value in told["b"].items() if name not in STATE}
    assert {"calls", "cached", "spent_usd", "spent_today_tokens"} <= set(own)
    assert not any(any(value.values()) if isinstance(value, dict) else value for value in own.values())
    assert (0, 0) == (told["poor"]["calls"], told["poor"]["spent_today_tokens"])


def test_the_route_wants_the_key(locked: httpx.Client) -> None:
    """What a team spends is its own affair."""
    assert 401 == locked.get("/v1/judge").status_code
    assert 200 == locked.get("/v1/judge", headers={"authorization": "Bearer open sesame"}).status_code
