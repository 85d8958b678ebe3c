"""What NeMo Gym asks around its verifications."""

import httpx
import pytest

from tests.service.compat.asking import post
from tests.service.compat.test_nemo_gym import MATCHES, row
from tests.service.test_routes import check_problem


@pytest.mark.parametrize("name", ["seed_session", "close_session"])
def test_a_session_is_nothing(testbed: httpx.Client, name: str) -> None:
    """It may hold anything, and its name comes back."""
    for content in (b"", b'{"a": 1}', b"{", b'[{"resources_session_id": "s"}]', b'{"resources_session_id": 1}'):
        reply = testbed.post(f"{MATCHES}/{name}", content=content)
        assert (200, {}) == (reply.status_code, reply.json())
    named = {"resources_session_id": "s", "episode_id": {}}
    assert {"resources_session_id": "s"} == post(testbed, f"{MATCHES}/{name}", named)
    check_problem(testbed.post(f"/compat/nemo_gym/nothing@v1/{name}", json={}), 404)


def test_rows_may_be_verified_again(testbed: httpx.Client) -> None:
    """Which Gym asks before it does."""
    assert "stateless" == testbed.get(f"{MATCHES}/reverify_mode").json()


def test_verified_rows_have_figures(testbed: httpx.Client) -> None:
    """By task and over all; one without a judgement is only counted."""
    rows = [post(testbed, f"{MATCHES}/verify", row(text, answer="a")) for text in ("a", "b", "a")]
    rows.append(post(testbed, f"{MATCHES}/verify", row("a")))
    for index, each in enumerate(rows):
        each |= {"_ng_task_index": index // 2, "_ng_rollout_index": index % 2}
    found = post(testbed, f"{MATCHES}/aggregate_metrics", {"verify_responses": rows})
    assert {"mean/reward": 2 / 3} == found["key_metrics"]
    assert (4, 1) == (found["agent_metrics"]["num_rollouts"], found["agent_metrics"]["num_masked"])
    first, second = found["group_level_metrics"]
    assert (0, 0.5, 2, 0) == tuple(
        first[name] for name in ("_ng_task_index", "mean/reward", "num_rollouts", "num_masked")
    )
    assert (1, 1.0, 2, 1) == tuple(
        second[name] for name in ("_ng_task_index", "mean/reward", "num_rollouts", "num_masked")
    )


@pytest.mark.parametrize("body", [{}, [], {"verify_responses": [1]}])
def test_what_are_no_rows_is_the_clients_fault(testbed: httpx.Client, body: object) -> None:
    """It would be wrong the next time, too."""
    check_problem(testbed.post(f"{MATCHES}/aggregate_metrics", json=body), 422)


@pytest.mark.parametrize(
    "row",
    [
        {f"field {number}": 1 for number in range(201)},
        {"response": {"usage": {f"field {number}": 1 for number in range(201)}}},
        1,
    ],
    ids=["fields", "usage", "no row"],
)
def test_a_row_that_is_none_is_named_once(testbed: httpx.Client, row: object) -> None:
    """Each number would have five figures, and each error its description."""
    body = {"verify_responses": [{"reward": 1.0}, *[row] * 500]}
    reply = testbed.post(f"{MATCHES}/aggregate_metrics", json=body)
    assert ["body.verify_responses.1"] == [error["path"] for error in check_problem(reply, 422)["errors"]]
