"""What the service answers is what its document says."""

import random
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from rewards import digest
from rewards.registry import Registry, discover
from service import telemetry, wire
from service.app import create_app
from service.errors import Problem
from service.pool import Pool
from service.settings import MEBIBYTE, Settings

SCORE = "/v1/rewards/math_equal@v1/score"
SAMPLE = {"completion": r"\boxed{72}", "reference": {"answer": "72"}}
AROUND = ("/seed_session", "/close_session", "/aggregate_metrics")
"""What NeMo Gym asks around its verifications, where nothing is scored."""
Document = dict[str, Any]


@pytest.fixture(scope="module")
def document(live: httpx.Client) -> Document:
    """The OpenAPI document of the running service."""
    found: Document = live.get("/openapi.json").json()
    return found


def strict(model: Any, reply: httpx.Response) -> Any:  # noqa: ANN401 - any model's instance
    """Return a reply read as its model; what is unknown or missing is an error."""
    assert 200 == reply.status_code, reply.text
    found = TypeAdapter(model).validate_json(reply.content, extra="forbid")
    assert found.model_dump(mode="json", exclude_unset=True) == reply.json()
    return found


def test_real_answers_fit_their_models(live: httpx.Client) -> None:
    """Field by field, with nothing beside."""
    asks = [{"reward": "math_equal@v1"}, {"reward": "xml_count@v1"}]
    samples = [SAMPLE, {"completion": "x", "id": "b"}, {"completion": "x" * 1_000_001, "reference": {"answer": "1"}}]
    strict(wire.ScoreResponse, live.post(SCORE, json={"samples": samples}))
    strict(wire.BatchResponse, live.post("/v1/score", json={"rewards": asks, "samples": samples}))
    strict(wire.ScoreResponse, live.post(SCORE, json={"samples": samples, "statistics": True}))
    strict(wire.BatchResponse, live.post("/v1/score", json={"rewards": asks, "samples": [], "statistics": True}))
    strict(wire.Catalogue, live.get("/v1/rewards"))
    strict(wire.CatalogueEntry, live.get("/v1/rewards/math_equal@v1"))
    strict(wire.Health, live.get("/healthz"))
    strict(wire.Health, live.get("/readyz"))


@pytest.mark.parametrize(
    ("method", "path", "template", "content", "status"),
    [
        ("POST", SCORE, SCORE, b"{", 400),
        ("POST", SCORE, SCORE, b"{}", 422),
        ("POST", SCORE, SCORE, b'{"samples": [' + b'{"completion": "a"},' * 10_000 + b'{"completion": "a"}]}', 413),
        ("POST", "/v1/score", "/v1/score", b"{", 400),
        ("POST", "/v1/score", "/v1/score", b"{}", 422),
        ("GET", "/v1/rewards/nothing@v1", "/v1/rewards/{reward_id}", b"", 404),
    ],
)
def test_every_error_is_declared(
    live: httpx.Client, document: Document, method: str, path: str, template: str, content: bytes, status: int
) -> None:
    """As problem+json, with the schema of a problem."""
    reply = live.request(method, path, content=content, headers={"Content-Type": "application/json"})
    assert status == reply.status_code
    declared = document["paths"][template][method.lower()]["responses"][str(status)]["content"]
    assert {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}} == declared
    Problem.model_validate_json(reply.content, extra="forbid")


def test_every_route_declares_what_the_edge_answers(document: Document) -> None:
    """A missing key anywhere below /v1, a full queue wherever something is scored."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            declared = set(operation["responses"])
            assert not path.startswith("/v1") or "401" in declared, path
            scores = method == "post" and not path.endswith(AROUND)
            assert not scores or {"400", "401", "413", "422"} <= declared, path
            assert not scores or {"503", "504"} & declared, path  # a sandbox's clients know 504 alone


def test_every_reference_of_the_document_is_in_it(document: Document) -> None:
    """No schema is named that is not there."""
    names = set(document["components"]["schemas"])
    assert {"Problem", "Place", "ScoreResponse"} <= names
    assert references(document) <= {f"#/components/schemas/{name}" for name in names}


def references(node: object) -> set[str]:
    """Return every `$ref` below a node."""
    if isinstance(node, list):
        return set().union(*map(references, node))
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
    return own.union(*map(references, node.values()))


class Shuffled(Registry):
    """The same rewards in another order."""

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry.values())
        ids = list(self._rewards)
        random.Random(5).shuffle(ids)  # noqa: S311 - any other order will do
        self._rewards = {reward_id: self._rewards[reward_id] for reward_id in ids}


def build(registry: Registry) -> Document:
    """Return the document of an app with these rewards."""
    pool = Pool("rewards", workers=1, memory_bytes=512 * MEBIBYTE)
    return create_app(Settings(), registry, digest.digests(registry), pool, telemetry.quiet()).openapi()


def test_schemas_do_not_depend_on_the_order_of_registration() -> None:
    """Nor on which other versions there are."""
    every = discover()
    one = every["math_equal@v1"]
    registry = Registry([*[reward for reward in every.values() if not reward.needs and reward is not one][::4], one])
    whole, shuffled = build(registry), build(Shuffled(registry))
    assert whole["components"] == shuffled["components"]
    assert whole["paths"] == shuffled["paths"]
    alone = build(Registry([registry["math_equal@v1"]]))
    for name, schema in alone["components"]["schemas"].items():
        assert schema == whole["components"]["schemas"][name]
    assert alone["paths"][SCORE] == whole["paths"][SCORE]
