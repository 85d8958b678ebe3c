"""What the API page offers to send is answered with scores."""

from typing import Any

import httpx
import pytest

from rewards.registry import discover
from service.examples import BATCH_EXAMPLES, example, request_examples
from tests.service.running import TEST_REWARDS

REGISTRY = discover()


@pytest.mark.parametrize("reward_id", list(REGISTRY))
def test_the_examples_of_the_page_are_scored(live: httpx.Client, reward_id: str) -> None:
    """The right answer's example earns no less than the wrong one's, over HTTP, where there is no judge."""
    path = f"/v1/rewards/{reward_id}/score"
    media = live.get("/openapi.json").json()["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    offered: dict[str, Any] = media["examples"]
    assert offered == request_examples(REGISTRY[reward_id])
    for one in offered.values():
        outcomes = live.post(path, json=one["value"]).raise_for_status().json()["outcomes"]
        if REGISTRY[reward_id].is_judged:
            assert all(map(is_undecided_without_a_judge, outcomes))
            continue
        assert {outcome["status"] for outcome in outcomes} == {"scored"}
        values = [outcome["value"] for outcome in outcomes]
        assert values[0] == max(values)


def is_undecided_without_a_judge(outcome: dict[str, Any]) -> bool:
    """Return whether an outcome waits for a judge, or is what rules decided without one."""
    return outcome.get("kind") == "judge_unavailable" or outcome["value"] in {0.0, 1.0}


def test_the_example_for_several_rewards_is_scored(live: httpx.Client) -> None:
    """An honest completion, whose answer and form are both paid in full."""
    body = BATCH_EXAMPLES["an answer and its form"]["value"]
    results = live.post("/v1/score", json=body).raise_for_status().json()["results"]
    assert [result["outcomes"][0]["value"] for result in results] == [1.0, 1.0]


def test_a_reward_without_an_example_is_served_all_the_same() -> None:
    """Rewards of other packages need none."""
    length = discover(TEST_REWARDS)["length@v1"]
    assert example(length) is None
    assert request_examples(length) == {}
