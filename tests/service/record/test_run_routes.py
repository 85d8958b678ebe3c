"""The record over HTTP, on both databases."""

import base64
import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine, func, select
from starlette.types import ASGIApp, Receive, Scope, Send

from service import errors
from service.call import Call, Caller
from service.database.engine import open_database
from service.database.tables import metadata
from service.record.bodies import RecordedRequests, RunPage, RunShown, RunStatistics, ScorePage
from service.record.routes import RunRoutes
from service.record.runs import NoRuns, RecordedRuns, Runs
from tests.service.databases import KINDS, postgresql_database
from tests.service.record.recorded import BEGAN, Asked, Recorded, failed, scored

HARD, QUOTED = "a/b c?d%25é", "a%2Fb%20c%3Fd%2525%C3%A9"
MATHS, THINK, RARE = "math_equal@v2", "think_format@v2", "steps@v1"


class Teams:
    """Says who asks, as the edge does: whoever the header `team` names."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == "http":
            team = dict(scope["headers"]).get(b"team", b"local").decode()
            scope.setdefault("state", {})["call"] = Call("q", Caller(team))
        await self._app(scope, receive, send)


def client_of(runs: Runs) -> TestClient:
    """Return a client of the routes."""
    app = FastAPI()
    app.state.max_batch = 10
    errors.install(app)
    app.include_router(RunRoutes(runs).router())
    app.add_middleware(Teams)
    return TestClient(app)


def fill(engine: Engine, folder: Path) -> TestClient:
    """Return a client of a record with a few runs."""
    record = Recorded(engine, folder)
    half = [scored(1.0), scored(0.0, "other"), failed("deadline"), scored(0.5)]
    for number in range(6):
        asked = Asked(
            {MATHS: half, THINK: [scored(1.0)] * 4},
            request_id=f"q{number}",
            step=number // 2,
            at=BEGAN + 60 * number,
            params={"strict": True},
            prompt="What is 1 + 1?",
            texts={1: {"completion": "3", "reference": {"answer": "2"}}, 2: {"completion": "?"}},
        )
        record.add("local", "grpo", asked)
    late = Asked({RARE: [scored(2.0), failed("crash")]}, request_id="q5", at=BEGAN + 600, flat=(1, 1))
    record.add("local", "grpo", late)
    record.add("local", HARD, Asked({MATHS: [scored(0.25)]}))
    record.add("other", "grpo", Asked({MATHS: [scored(0.75)]}, request_id="theirs"))
    record.add("other", "secret", Asked({MATHS: [scored(0.75)]}))
    return client_of(RecordedRuns(engine, folder))


@pytest.fixture(scope="module", params=KINDS)
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a record that no test changes."""
    folder = tmp_path_factory.mktemp("record")
    with contextlib.ExitStack() as stack:
        url = f"sqlite:///{folder / 'touchstone.db'}"
        if request.param == "postgresql":
            url = stack.enter_context(postgresql_database(request.getfixturevalue("postgresql_url")))
        engine = open_database(url)
        stack.callback(engine.dispose)
        yield stack.enter_context(fill(engine, folder / "texts"))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database of one's own."""
    found = open_database(database_url)
    yield found
    found.dispose()


@pytest.fixture
def own(engine: Engine, tmp_path: Path) -> Iterator[TestClient]:
    """A client of a record of one's own."""
    with fill(engine, tmp_path / "texts") as found:
        yield found


def scores(client: TestClient, query: str = "", run: str = "grpo") -> list[dict[str, Any]]:
    """Return all scores that a query finds, page by page."""
    found: list[dict[str, Any]] = []
    cursor = ""
    for _ in range(100):
        reply = client.get(f"/v1/runs/{run}/scores?{query}{cursor}")
        assert 200 == reply.status_code, reply.text
        page = ScorePage.model_validate(reply.json())
        found += reply.json()["scores"]
        if page.next is None:
            return found
        cursor = f"&cursor={page.next}"
    raise AssertionError("it never ends")


def trend(client: TestClient, **query: object) -> dict[str, Any]:
    """Return a run's statistics."""
    found: dict[str, Any] = client.get("/v1/runs/grpo/statistics", params=query).raise_for_status().json()  # type: ignore[arg-type]
    RunStatistics.model_validate(found)
    return found


def each(answer: dict[str, Any], name: str, reward: int = 0) -> Sequence[Any]:
    """Return a figure of each bucket."""
    return [bucket[name] for bucket in answer["rewards"][reward]["buckets"]]


def names(client: TestClient, team: str = "local", **query: object) -> list[str]:
    """Return the runs of a team, as a page lists them."""
    page = client.get("/v1/runs", params=query, headers={"team": team}).json()  # type: ignore[arg-type]
    RunPage.model_validate(page)
    return [run["run"] for run in page["runs"]]


def test_runs_are_listed_with_what_they_hold(client: TestClient) -> None:
    """The newest first, page by page, one team's alone."""
    run = client.get("/v1/runs").json()["runs"][1]
    assert (7, 26, [MATHS, THINK, RARE], None) == (run["requests"], run["samples"], run["rewards"], run["texts"])
    assert ("2023-11-14T22:13:20+00:00", "2023-11-14T22:23:20+00:00") == (run["first_at"], run["last_at"])
    first = client.get("/v1/runs?limit=1").json()
    assert [[HARD, "grpo"], [HARD]] == [names(client), names(client, limit=1)]
    assert ["grpo"] == names(client, limit=1, cursor=first["next"])
    assert [["secret", "grpo"], []] == [names(client, "other"), names(client, "nobody")]


def test_one_run_has_totals(client: TestClient) -> None:
    """By reward; a name may hold anything."""
    shown = client.get("/v1/runs/grpo").json()
    RunShown.model_validate(shown)
    groups = {"groups": 6, "flat_groups": 0, "flat_share": 0.0}
    assert {"reward": MATHS, "scored": 18, "failed": 6, "mean": 0.5, **groups} == shown["totals"][0]
    assert 1.0 == shown["totals"][2]["flat_share"]
    hard = client.get(f"/v1/runs/{QUOTED}").json()
    assert (HARD, 1) == (hard["run"], hard["samples"])
    assert [0.25] == [row["value"] for row in scores(client, run=QUOTED)]
    assert 404 == client.get(f"/v1/runs/{QUOTED.replace('%2F', '/')}").status_code


def test_a_row_says_all_there_is(client: TestClient) -> None:
    """Which reward, in which version, with which params, said what of which sample, and why."""
    row = scores(client, "value=0&step=1&texts=true")[0]
    nothing = {"group": None, "completion_tokens": None, "completion_ids": None}
    assert {
        "reward": MATHS,
        "params": {"strict": True},
        "behaviour": None,
        "build": "sha256:b",
        "request_id": "q2",
        "step": 1,
        "time": "2023-11-14T22:15:20+00:00",
        "position": 1,
        **scored(0.0, "other"),
        "kind": None,
        "message": None,
        "fingerprint": row["fingerprint"],
        "text": {"prompt": "What is 1 + 1?", "completion": "3", "reference": {"answer": "2"}, **nothing},
    } == row
    assert 64 == len(row["fingerprint"])
    assert scores(client, "value=0&step=1")[0]["text"] is None


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("", [1.0, 0.0, None, 0.5, 1.0, 1.0, 1.0, 1.0] * 6 + [2.0, None]),
        (f"reward={MATHS}", [1.0, 0.0, None, 0.5] * 6),
        (f"reward={RARE}", [2.0, None]),
        ("reward=absent@v1", []),
        ("status=failed", [None] * 7),
        ("kind=crash", [None]),
        ("kind=too_long", []),
        ("status=scored", [0.0] * 6 + [0.5] * 6 + [1.0] * 30 + [2.0]),
        (f"status=scored&reward={MATHS}", [0.0] * 6 + [0.5] * 6 + [1.0] * 6),
        ("value=0.5", [0.5] * 6),
        ("value=0.5&step=2", [0.5] * 2),
        ("min_value=0.5&max_value=0.9", [0.5] * 6),
        ("min_value=0.9&max_value=0.5", []),
        (f"min_value=0.6&reward={MATHS}", [1.0] * 6),
        ("value=1&max_value=0.5", []),
        (f"step=2&reward={MATHS}", [1.0, 0.0, None, 0.5] * 2),
        ("step=2&status=failed", [None] * 2),
        ("step=2&kind=crash", []),
        ("step=7", []),
    ],
)
@pytest.mark.parametrize("limit", [3, 1000])
def test_filters_find_what_they_say(client: TestClient, query: str, values: list[float | None], limit: int) -> None:
    """Whatever the size of the pages, each score once."""
    found = scores(client, f"{query}&limit={limit}")
    assert values == [row["value"] for row in found]
    assert len(values) == len({(row["request_id"], row["reward"], row["position"]) for row in found})


def test_failures_come_in_the_order_of_the_record(client: TestClient) -> None:
    """And say their kinds."""
    assert ["deadline"] * 6 + ["crash"] == [row["kind"] for row in scores(client, "status=failed&limit=2")]


def test_statistics_go_over_time_and_steps(client: TestClient) -> None:
    """Buckets without a sample are left out, and requests without a step are in none by steps."""
    by_time = trend(client, reward=MATHS)
    assert (60, [4] * 6, [1] * 6) == (by_time["width"], each(by_time, "n"), each(by_time, "failed"))
    assert "2023-11-14T22:13:00+00:00" == each(by_time, "start")[0]
    coarse = trend(client, buckets=3)
    assert (360, [MATHS, THINK, RARE]) == (coarse["width"], [reward["reward"] for reward in coarse["rewards"]])
    assert (24, True) == (sum(each(coarse, "n")), len(each(coarse, "n")) <= 3)
    by_step = trend(client, by="step")
    assert [[0, 1, 2], [1, 2, 3], [0.5] * 3] == [each(by_step, name) for name in ("start", "end", "mean")]
    assert [] == each(by_step, "n", 2)
    assert [1.0] == each(trend(client, reward=RARE), "flat_share")


def test_a_request_is_shown_whole(client: TestClient) -> None:
    """With every reward and sample; of several with one id, the last comes first."""
    found = client.get("/v1/runs/grpo/requests/q5?texts=true").json()["requests"]
    RecordedRequests.model_validate({"requests": found})
    assert [[RARE], [MATHS, THINK]] == [[said["reward"] for said in one["results"]] for one in found]
    assert [None, "3", "?", None] == [one["text"] and one["text"]["completion"] for one in found[1]["samples"]]
    assert (3, 1, 0.5) == tuple(found[1]["results"][0][name] for name in ("scored", "failed", "mean"))
    assert 404 == client.get("/v1/runs/grpo/requests/absent").status_code


@pytest.mark.parametrize("query", ["", "status=scored&"])
def test_a_page_ends_where_there_is_no_room_for_more_texts(engine: Engine, tmp_path: Path, query: str) -> None:
    """All of them are found page by page, and of a request it says how many are left out."""
    record = Recorded(engine, tmp_path)
    long = {each: {"completion": str(each) * (3 << 20)} for each in range(2)}
    asked = [Asked({MATHS: [scored(1.0)] * 3, THINK: [scored(1.0)] * 3}, texts=long) for _ in range(3)]
    record.add("local", "grpo", *asked)
    with client_of(RecordedRuns(engine, tmp_path)) as client:
        found = scores(client, f"{query}texts=true")
        pages = client.get(f"/v1/runs/grpo/scores?{query}texts=true").json()
        assert (18, 12, 18) == (
            len(found),
            sum(row["text"] is not None for row in found),
            len(scores(client, query)),
        )
        assert 0 < len(pages["scores"]) < 4
        shown = client.get("/v1/runs/grpo/requests/r?texts=true").json()["requests"]
        RecordedRequests.model_validate({"requests": shown})
        assert [1, 2, 2] == [each["texts_left_out"] for each in shown]
        assert [0, 0, 0] == [
            each["texts_left_out"] for each in client.get("/v1/runs/grpo/requests/r").json()["requests"]
        ]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/runs/secret"),
        ("GET", "/v1/runs/secret/scores"),
        ("GET", "/v1/runs/secret/statistics"),
        ("GET", "/v1/runs/secret/requests/r"),
        ("DELETE", "/v1/runs/secret"),
    ],
)
def test_another_teams_run_is_not_there(client: TestClient, method: str, path: str) -> None:
    """In the very words of a run that nobody has."""
    theirs, nobodys = client.request(method, path), client.request(method, path.replace("secret", "absent"))
    assert 404 == theirs.status_code
    assert nobodys.json() == theirs.json()
    assert 404 == client.request(method, path.replace("secret", "%00")).status_code
    assert 200 == client.get("/v1/runs/secret", headers={"team": "other"}).status_code


def test_texts_are_set(own: TestClient) -> None:
    """Before a run's first request, if one likes, and for a team that has never been seen, its own."""
    for run, texts, status in (("new%2Frun", "all", 201), ("new%2Frun", None, 200), ("grpo", "none", 200)):
        reply = own.put(f"/v1/runs/{run}", json={"texts": texts})
        assert (status, texts) == (reply.status_code, reply.json()["texts"])
    assert 404 == own.put("/v1/runs/x", json={"texts": "all"}, headers={"team": "nobody"}).status_code
    assert 422 == own.put("/v1/runs/x", json={"texts": "some"}).status_code
    assert 422 == own.put("/v1/runs/%C3%A9", json={"texts": "all"}).status_code


def test_a_deleted_run_leaves_nothing(own: TestClient, engine: Engine, tmp_path: Path) -> None:
    """Another team's of the same name is left alone."""
    assert 1 == len(list((tmp_path / "texts").iterdir()))
    assert 204 == own.delete("/v1/runs/grpo").status_code
    assert 404 == own.get("/v1/runs/grpo").status_code
    assert [] == list((tmp_path / "texts").iterdir())
    assert 200 == own.get("/v1/runs/grpo", headers={"team": "other"}).status_code
    tables = ("runs", "series", "requests", "results", "scores", "tallies")
    with engine.connect() as connection:
        left = [connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar() for name in tables]
    assert [3] * 6 == left


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("cursor=abc", "This is no cursor"),
        ("cursor=W10", "This is no cursor"),
        ("value=1&status=failed", "value asks for samples with a value"),
        ("kind=crash&status=scored", "kind asks for samples that failed"),
        ("kind=tired", "query.kind"),
        ("limit=0", "query.limit"),
        ("value=nan", "query.value"),
        ("step=-1", "query.step"),
        ("step=2147483648", "query.step"),
        ("statu=failed", "There is no such parameter. There are reward, status"),
    ],
)
def test_what_is_wrong_is_said(client: TestClient, query: str, words: str) -> None:
    """As a problem, with what to do."""
    reply = client.get(f"/v1/runs/grpo/scores?{query}")
    assert (422, True) == (reply.status_code, words in reply.json()["detail"]), reply.text


def test_a_cursor_belongs_to_its_question(client: TestClient) -> None:
    """To other filters, or another run, it means nothing."""
    onward = client.get("/v1/runs/grpo/scores?limit=1").json()["next"]
    assert 422 == client.get(f"/v1/runs/grpo/scores?limit=1&step=1&cursor={onward}").status_code
    theirs = client.get(f"/v1/runs/grpo/scores?limit=1&cursor={onward}", headers={"team": "other"})
    assert (422, True) == (theirs.status_code, "begin again" in theirs.json()["detail"])


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_a_database_that_is_away_is_no_defect(tmp_path: Path, method: str) -> None:
    """Who asks is told to come back."""
    away = create_engine(f"sqlite:///{tmp_path / 'absent' / 'touchstone.db'}")
    with client_of(RecordedRuns(away, tmp_path)) as client:
        body = {"json": {"texts": None}} if method == "put" else {}
        reply = client.request(method, "/v1/runs/grpo", **body)
    assert (503, "2") == (reply.status_code, reply.headers.get("Retry-After")), reply.text
    assert "the record cannot be reached" in reply.json()["detail"]


@pytest.mark.parametrize("query", ["", "status=scored&"])
@pytest.mark.parametrize("key", [[1e300, 0, 0.5], [0, 1e300, 0], [0, -1, 0], [0, 0, 2**31], [2**63, 0, 0]])
def test_a_forged_cursor_is_none(client: TestClient, query: str, key: list[float]) -> None:
    """Whatever numbers are in it."""
    onward = client.get(f"/v1/runs/grpo/scores?{query}limit=1").json()["next"]
    question = orjson.loads(base64.urlsafe_b64decode(onward + "=="))[0]
    reply = client.get(f"/v1/runs/grpo/scores?{query}cursor={forged(question, *key)}")
    assert (422, True) == (reply.status_code, "This is no cursor" in reply.json()["detail"])
    for part in (1e300, 0.5, -1, 2**63):
        assert 422 == client.get(f"/v1/runs?cursor={forged('runs', part)}").status_code


def forged(*parts: str | float) -> str:
    """Return a cursor that nobody gave out."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def test_without_a_record_there_are_no_runs() -> None:
    """And every run is one that is not there."""
    with client_of(NoRuns()) as client:
        assert {"runs": [], "next": None} == client.get("/v1/runs").json()
        for path in ("", "/scores", "/statistics", "/requests/r"):
            assert 404 == client.get(f"/v1/runs/x{path}").status_code
        assert 404 == client.put("/v1/runs/x", json={"texts": None}).status_code
        assert 404 == client.delete("/v1/runs/x").status_code
