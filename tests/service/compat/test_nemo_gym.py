"""NeMo Gym's resources server: every row comes back, with a number."""

import math
from functools import reduce
from operator import add
from typing import Any

import httpx
import pytest

from tests.service.compat.asking import post, put_rubric
from tests.service.test_routes import check_problem

MATCHES = "/compat/nemo_gym/matches@v1"


def row(text: str, **fields: object) -> dict[str, Any]:
    """Return a row with an answer, after a reasoning and an earlier message."""
    output = [
        {"role": "assistant", "type": "message", "content": [{"type": "output_text", "text": "first"}]},
        {"type": "reasoning", "summary": []},
        {"role": "assistant", "type": "message", "content": [{"type": "output_text", "text": text}]},
        {"type": "function_call_output", "output": "x"},
    ]
    return {
        **fields,
        "responses_create_params": {"input": [{"role": "user", "content": "q"}]},
        "response": {"id": "r", "created_at": 0, "model": "m", "object": "response", "output": output, "tools": []},
    }


@pytest.mark.parametrize("name", ["answer", "expected_answer", "ground_truth", "label", "solution"])
def test_the_row_comes_back_with_its_reward(testbed: httpx.Client, name: str) -> None:
    """What it is compared with may be called by any usual name."""
    sent = row("a", **{name: "a", "uuid": "u", "depth": {"x": [None]}})
    assert {**sent, "reward": 1.0, "mask_sample": False} == post(testbed, f"{MATCHES}/verify", sent)


def test_a_row_without_a_judgement_says_so(testbed: httpx.Client) -> None:
    """It has a number, which axolotl needs, and the marks by which Gym files it apart; a crash has them too."""
    found = post(testbed, f"{MATCHES}/verify", row("a"))
    assert (0.0, True, "unscorable") == (found["reward"], found["mask_sample"], found["_ng_failure_class"])
    assert "touchstone:missing_reference" == found["failure_kind"]
    found = post(testbed, "/compat/nemo_gym/moody@v1/verify", row("raise"))
    assert (-1.0, True, "transient") == (found["reward"], found["mask_sample"], found["_ng_failure_class"])


def test_marks_of_an_earlier_answer_are_gone(testbed: httpx.Client) -> None:
    """Stored rows are verified again."""
    stored = post(testbed, f"{MATCHES}/verify", row("a"))
    found = post(testbed, f"{MATCHES}/verify", {**stored, "answer": "a"})
    assert {**row("a", answer="a"), "reward": 1.0, "mask_sample": False} == found


def test_components_add_up_to_the_reward(testbed: httpx.Client) -> None:
    """To the last bit, added one by one or, as Python 3.12 does, with what rounding loses; the names are constant."""
    path = f"/compat/nemo_gym/{put_rubric(testbed)}/verify"
    for text in ("a", "abc", "abcdefg", "nan", "high"):
        for answer in (text, "other"):
            found = post(testbed, path, row(text, answer=answer))
            parts = found["reward_components"]
            assert ["parts/score", "parts/right", "parts/mood", "unscored"] == list(parts)
            assert [found["reward"]] * 2 == [reduce(add, parts.values()), math.fsum(parts.values())]


def test_a_row_that_cannot_be_sent_back_is_a_problem(testbed: httpx.Client) -> None:
    """JSON has no limit on depth, its writers have."""
    deep: list[object] = []
    for _ in range(400):
        deep = [deep]
    check_problem(testbed.post(f"{MATCHES}/verify", json=row("a", answer="a", deep=deep)), 422)


def test_a_row_without_an_answer_is_an_empty_completion(testbed: httpx.Client) -> None:
    """Which is judged."""
    empty = row("", answer="a")
    empty["response"]["output"] = []
    assert 0.0 == post(testbed, f"{MATCHES}/verify", empty)["reward"]
