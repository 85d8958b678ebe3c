"""verl's compute_score: the same keys for every sample."""

import httpx

from tests.service.compat.asking import post, put_rubric

MATCHES = "/compat/verl/matches@v1"


def test_a_call_and_a_list_of_calls(testbed: httpx.Client) -> None:
    """Are answered as they were asked."""
    item = {"data_source": "d", "solution_str": "2", "ground_truth": "2", "extra_info": {"index": 1}}
    assert {"score": 1.0, "unscored": 0} == post(testbed, MATCHES, item)
    wrong = {**item, "ground_truth": 3}
    unreadable = {**item, "ground_truth": [1, 2], "extra_info": None}
    expected = [{"score": 1.0, "unscored": 0}, {"score": 0.0, "unscored": 0}, {"score": 0.0, "unscored": 1}]
    assert {"items": expected} == post(testbed, MATCHES, {"items": [item, wrong, unreadable]})
    assert {"items": []} == post(testbed, MATCHES, {"items": []})


def test_a_rubric_has_its_parts_among_the_keys(testbed: httpx.Client) -> None:
    """Whether they were judged or not."""
    items = [{"solution_str": text, "ground_truth": "a"} for text in ("a", "b", "nan")]
    found = post(testbed, f"/compat/verl/{put_rubric(testbed)}", {"items": items})["items"]
    assert {("score", "parts/score", "parts/right", "parts/mood", "unscored")} == {tuple(each) for each in found}
    assert [0, 0, 1] == [each["unscored"] for each in found]
