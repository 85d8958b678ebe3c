"""Figures under the names that NeMo Gym gives them."""

from typing import Any

import pytest

from service.compat.gym_figures import figures


def overall(*rows: dict[str, object]) -> dict[str, float]:
    """Return the figures over all rows."""
    found: Any = figures(rows)["agent_metrics"]
    return dict(found)


def test_each_number_is_described() -> None:
    """A truth value is a number, a text is none; the use of tokens stands in the response."""
    usage = {"usage": {"output_tokens": 8, "details": {}}}
    found = overall(
        {"reward": 1.0, "neat": True, "text": "x", "response": usage},
        {"reward": 0, "neat": False, "_ng_rollout_index": 1},
        {"reward": 0.5, "response": {}, "mask_sample": False},
    )
    described = {name: found[f"{name}/reward"] for name in ("mean", "max", "min", "median", "std")}
    assert {"mean": 0.5, "max": 1.0, "min": 0.0, "median": 0.5, "std": 0.5} == described
    assert (0.5, 8.0, 0.0) == (found["mean/neat"], found["mean/output_tokens"], found["std/output_tokens"])
    assert {"reward", "neat", "output_tokens"} == {name.partition("/")[2] for name in found if "/" in name}


def test_nothing_is_nothing() -> None:
    """No rows have no mean."""
    assert {
        "group_level_metrics": [],
        "agent_metrics": {"num_rollouts": 0, "num_masked": 0},
        "key_metrics": {},
    } == figures([])


@pytest.mark.parametrize("index", [None, "a", [1], {}])
def test_a_row_without_an_index_is_of_the_first_task(index: object) -> None:
    """As with Gym."""
    found: Any = figures([{"_ng_task_index": index}, {}, {"_ng_task_index": 3}])["group_level_metrics"]
    assert [(0, 2), (3, 1)] == [(group["_ng_task_index"], group["num_rollouts"]) for group in found]


def test_huge_numbers_are_no_error() -> None:
    """Their sum is infinite, which JSON says as null."""
    found = overall({"reward": 1e308}, {"reward": 1e308}, {"reward": -1e308})
    assert 1e308 == found["max/reward"]
    assert float("inf") == overall({"reward": 1e308}, {"reward": 1e308})["mean/reward"]
