"""OpenRLHF's remote reward: numbers only, whatever comes."""

import httpx

from tests.service.compat.asking import post, put_rubric
from tests.service.test_routes import check_problem

MATCHES, MOODY = "/compat/openrlhf/matches@v1", "/compat/openrlhf/moody@v1"


def test_a_batch_of_templated_queries(testbed: httpx.Client) -> None:
    """Old versions send real batches; an unreadable label costs its own sample alone."""
    body = {
        "query": [f"<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n{text}<|im_end|>" for text in "abcd"],
        "prompts": ["q", "q", "q", None],
        "labels": ["a", "x", [1, 2], None],
        "whatever": {"else": 1},
    }
    for path in (MATCHES, f"{MATCHES}/get_reward"):
        reply = testbed.post(path, json=body)
        assert {
            "rewards": [1.0, 0.0, 0.0, 0.0],
            "scores": [1.0, 0.0, 0.0, 0.0],
            "extra_logs": {"unscored": [0, 0, 1, 1]},
        } == reply.json()
        assert ("matches@v1", "2") == (reply.headers["x-reward"], reply.headers["x-touchstone-unscored"])


def test_a_second_url_gets_empty_lists(testbed: httpx.Client) -> None:
    """And wants an answer."""
    empty: dict[str, list[str]] = {"query": [], "prompts": [], "labels": []}
    assert {"rewards": [], "scores": [], "extra_logs": {"unscored": []}} == post(testbed, MATCHES, empty)


def test_scores_are_on_a_scale_of_0_to_1(testbed: httpx.Client) -> None:
    """Whatever the target's range is, here -1 to 1."""
    body = {"query": ["pfine", "pnan"], "prompts": ["p", "p"]}
    found = post(testbed, MOODY, body)
    assert ([1.0, -1.0], [1.0, 0.0]) == (found["rewards"], found["scores"])


def test_a_rubric_logs_its_parts(testbed: httpx.Client) -> None:
    """The same keys with a judgement and without; a part without one has its reward's lowest value."""
    body = {"query": ["pabc", "pnan"], "prompts": ["p", "p"], "labels": ["abc", "abc"]}
    found = post(testbed, f"/compat/openrlhf/{put_rubric(testbed)}", body)
    assert {
        "parts/score": [3.0, 3.0],
        "parts/right": [1.0, 0.0],
        "parts/mood": [1.0, -1.0],
        "unscored": [0, 1],
    } == found["extra_logs"]
    assert 0.1 * 3 + 0.7 + 0.3 == found["rewards"][0]
    assert -0.3 == found["rewards"][1]


def test_a_query_that_nobody_can_cut_is_unscored(testbed: httpx.Client) -> None:
    """Unless the template is named."""
    body = {"query": ["User: q\nAssistant:a"], "prompts": ["no such prompt"], "labels": ["a"]}
    assert [1] == post(testbed, MATCHES, body)["extra_logs"]["unscored"]
    assert [1.0] == post(testbed, f"{MATCHES}?template=plain", body)["rewards"]


def test_a_crash_is_for_the_client_to_try_again(testbed: httpx.Client) -> None:
    """A 503 that says when."""
    reply = testbed.post(MOODY, json={"query": ["praise", "pfine"], "prompts": ["p", "p"]})
    assert "crash" in check_problem(reply, 503)["detail"]
    assert int(reply.headers["retry-after"]) > 0


def test_what_is_no_request_is_a_problem(testbed: httpx.Client) -> None:
    """Lists of different lengths, no such target, another schema, no JSON, too many."""
    check_problem(testbed.post(MATCHES, json={"query": ["a"], "prompts": []}), 422)
    check_problem(testbed.post(MATCHES, json={"query": "a"}), 422)
    check_problem(testbed.post(MATCHES, content=b"{", headers={"Content-Type": "application/json"}), 400)
    check_problem(testbed.post("/compat/openrlhf/matches@v9", json={"query": []}), 404)
    check_problem(testbed.post(MATCHES, json={"query": ["a"] * 501}), 413)
