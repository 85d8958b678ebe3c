"""No team reaches another's things: every route of the OpenAPI document is tried with another team's key."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import httpx
import pytest

from rewards.digest import digests
from rewards.registry import discover
from service.backing import Backing
from service.call import Role
from service.database.engine import open_database
from service.settings import Settings
from service.teams.key_store import KeyStore
from service.teams.keyring import Keyring
from service.telemetry import quiet
from tests.service.running import TEST_REWARDS, running_service

CANARY = "chrysalis-51423"
"""Stands in everything that is team A's, and in nothing else."""
RUBRIC = "hidden_of_a@v1"
RUN, REQUEST = "run-of-a", "request-of-a"
OWNED = {"rubric_id": RUBRIC, "target": RUBRIC, "reward_id": RUBRIC, "run": RUN, "request_id": REQUEST}
"""What team A has, by the name of the path's step that stands for it."""
BODIES: dict[str, Any] = {
    "score_rubric": {"samples": [{"completion": "x"}]},
    "put_rubric": {"parts": [{"reward": "length@v1"}]},
    "score": {"rewards": [{"reward": RUBRIC}], "samples": []},
    "put_run": {"texts": "all"},
    "aggregate_metrics_nemo_gym": {"verify_responses": []},
}
"""By operation, where the document has no example."""
MAY_SUCCEED = {"put_rubric", "put_run"}
"""Operations on a name of A's that B may have for something of its own."""


class Service(NamedTuple):
    """A service of two teams."""

    url: str
    keys: Mapping[str, str]

    def client(self, who: str) -> httpx.Client:
        """Return a client with one of the keys."""
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.keys[who]}"}, timeout=30)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, warm_forkserver: None) -> Iterator[Service]:  # noqa: ARG001
    """A service in which team A has put what it has."""
    folder = tmp_path_factory.mktemp("teams")
    engine = open_database(f"sqlite:///{folder / 'touchstone.db'}")
    store = KeyStore(engine)
    keys = {f"{team} {role}": store.create(team, role)[1].text for team in ("team-a", "team-b") for role in Role}
    keyring = Keyring(store.roll)
    keyring.refresh()
    settings = Settings(workers=2, data=folder, record_texts="all")
    backing = Backing.on(engine, keyring, settings, digests(discover(TEST_REWARDS)), quiet())
    with running_service(TEST_REWARDS, settings, backing=backing) as url:
        found = Service(url, keys)
        with found.client("team-a admin") as owner:
            fill(owner)
        yield found


def fill(owner: httpx.Client) -> None:
    """Put a rubric, and have something recorded."""
    rubric = {"description": CANARY, "parts": [{"reward": "length@v1", "name": CANARY}]}
    assert 201 == owner.put(f"/v1/rubrics/{RUBRIC}", json=rubric).status_code
    batch = {"rewards": [{"reward": "length@v1"}], "samples": [{"completion": CANARY, "prompt": CANARY}]}
    headers = {"X-Run-ID": RUN, "X-Request-ID": REQUEST}
    assert owner.post("/v1/score", json=batch, headers=headers).is_success


class Attempt(NamedTuple):
    """One request of the document, with a name of team A's where it takes one."""

    operation: str
    method: str
    path: str
    body: Any
    names_owned: bool

    def send(self, client: httpx.Client) -> httpx.Response:
        """Return the answer."""
        return client.request(self.method, self.path, json=self.body)


def attempts(service: Service) -> list[Attempt]:
    """Return a request for each operation of the document."""
    document = httpx.get(f"{service.url}/openapi.json").json()
    found = [
        _attempt(method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return sorted(found, key=lambda each: (each.operation in MAY_SUCCEED, each.method == "DELETE"))


def _attempt(method: str, path: str, operation: Mapping[str, Any]) -> Attempt:
    steps = [each["name"] for each in operation.get("parameters", []) if each["in"] == "path"]
    unknown = set(steps) - set(OWNED)
    assert not unknown, f"{path}: put something of team A's under {unknown} into OWNED"
    whole = path
    for step in steps:
        whole = whole.replace(f"{{{step}}}", OWNED[step])
    return Attempt(operation["operationId"], method.upper(), whole, _body(operation), bool(steps))


def _body(operation: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    if "requestBody" not in operation:
        return None
    if (own := BODIES.get(operation["operationId"])) is not None:
        return own
    examples = operation["requestBody"]["content"]["application/json"].get("examples", {})
    return next((each["value"] for each in examples.values()), {"samples": []})


def test_what_is_not_there_and_what_is_another_s_look_alike(service: Service) -> None:
    """Word for word, but for the name that was asked for."""
    with service.client("team-b admin") as client:
        for path in ("/v1/rubrics/{}", "/compat/nemo_gym/{}/reverify_mode"):
            hidden, absent = (client.get(path.format(name)) for name in (RUBRIC, "hidden_of_x@v1"))
            assert hidden.text.replace(RUBRIC, "N") == absent.text.replace("hidden_of_x@v1", "N")


@pytest.mark.parametrize("role", list(Role))
def test_no_route_gives_away_what_is_another_team_s(service: Service, role: Role) -> None:
    """Where a path names something of team A's, team B is answered as if it were not there, or may not ask at all."""
    with service.client(f"team-b {role}") as client:
        for attempt in attempts(service):
            reply = attempt.send(client)
            assert CANARY not in reply.text + str(reply.headers), attempt
            assert reply.status_code < 500, attempt
            if attempt.names_owned and attempt.operation not in MAY_SUCCEED:
                assert reply.status_code in {403, 404}, (attempt, reply.text)


def test_the_owner_is_answered(service: Service) -> None:
    """So that the walk is known to ask for what is there: each route that finds A's rubric for A."""
    with service.client("team-a admin") as client:
        found = {each.operation for each in attempts(service) if each.names_owned and each.send(client).is_success}
    assert {"show_rubric", "score_rubric", "verify_nemo_gym", "run_code"} <= found
    assert {"show_run", "list_scores", "show_statistics", "show_requests", "delete_run"} <= found


def test_a_name_may_mean_two_things(service: Service) -> None:
    """What B puts under a name of A's is B's, and A's stays what it was."""
    with service.client("team-a admin") as a, service.client("team-b admin") as b:
        before = a.get(f"/v1/rubrics/{RUBRIC}").json()
        assert b.put(f"/v1/rubrics/{RUBRIC}", json=BODIES["put_rubric"]).status_code in {200, 201}
        assert before == a.get(f"/v1/rubrics/{RUBRIC}").json() != b.get(f"/v1/rubrics/{RUBRIC}").json()


def test_roles_hold_over_http(service: Service) -> None:
    """A reader cannot score, a scorer cannot put, and neither sees the metrics."""
    batch = {"rewards": [{"reward": "length@v1"}], "samples": [{"completion": "x"}]}
    with service.client("team-a read") as reader, service.client("team-a score") as scorer:
        refused = reader.post("/v1/score", json=batch)
        assert 403 == refused.status_code
        assert "urn:touchstone:problem:forbidden" == refused.json()["type"]
        assert 200 == scorer.post("/v1/score", json=batch).status_code
        assert 403 == scorer.put("/v1/rubrics/own@v1", content=json.dumps(BODIES["put_rubric"])).status_code
        assert [403, 403] == [client.get("/metrics").status_code for client in (reader, scorer)]
        assert [200, 200] == [client.get("/v1/rewards").status_code for client in (reader, scorer)]
