"""The client's rubrics, and what stands on them, against the service itself."""

from collections.abc import Iterator

import httpx
import pytest

from service.settings import Settings
from tests.service.running import running_service
from trainer_client import RewardClient, Sample, verl
from trainer_client._scorer import _KEPT

PARTS = [{"reward": "matches@v1", "name": "right"}, {"reward": "length@v1", "name": "long", "weight": 0.0}]


@pytest.fixture(scope="module")
def live() -> Iterator[str]:
    """The service with the tests' rewards and one rubric."""
    with running_service("tests.pool_rewards", Settings(_env_file=None)) as url:
        httpx.put(f"{url}/v1/rubrics/both@v1", json={"parts": PARTS}).raise_for_status()
        yield url


def test_a_rubric(live: str) -> None:
    """What the service answers is what the client expects."""
    with RewardClient(live) as client:
        (listed,) = client.rubrics()
        assert {"right": PARTS[0]["reward"], "long": PARTS[1]["reward"]} == listed.rewards
        reference = {name: "4" for part in listed.rewards.values() for name in fields(client, part)}
        found = client.score_rubric("both@v1", [Sample("4", reference), Sample("5", reference)], digest=listed.digest)
    assert ["right", "long"] == [part.name for part in found.parts]
    assert [2, 2] == [len(part.values) for part in found.parts]
    assert [outcome.value for outcome in found.outcomes] == list(found.parts[0].values)


def fields(client: RewardClient, reward: str) -> list[str]:
    """The fields of a reward's reference."""
    return next(list(info.reference.get("properties", {})) for info in client.rewards() if info.id == reward)


def test_verl(live: str) -> None:
    """A rubric's parts reach the trainer's log."""
    settings = {"reward": "both@v1", "url": live}
    (found,) = verl.compute_score_batch(["d"], ["4"], ["4"], [{}], **settings)
    assert {"score", "unscored", "parts/right", "parts/long"} == found.keys()
    assert (found["parts/right"], 0) == (found["score"], found["unscored"])
    verl.scorer(settings).close()
    _KEPT.clear()
