"""slime's remote reward: a number, or a dict with one."""

import httpx

from tests.service.compat.asking import post, put_rubric, unscored
from tests.service.test_routes import check_problem

MATCHES = "/compat/slime/matches@v1"


def test_a_sample_is_a_number(testbed: httpx.Client) -> None:
    """With a prompt of either kind, and with labels of any."""
    for prompt in ("q", [{"role": "user", "content": "q"}], None):
        assert 1.0 == post(testbed, MATCHES, {"prompt": prompt, "response": "2", "label": 2})
    assert 0.0 == post(testbed, MATCHES, {"response": "2", "label": {"answer": "3", "metadata": None}})


def test_a_dict_has_the_same_keys_every_time(testbed: httpx.Client) -> None:
    """Of which `--reward-key score` picks one."""
    path = f"/compat/slime/{put_rubric(testbed)}?format=dict"
    scored = post(testbed, path, {"response": "ab", "label": "ab"})
    failed = post(testbed, path, {"response": "ab", "label": None})
    assert ["score", "reward", "parts/score", "parts/right", "parts/mood", "unscored"] == list(scored) == list(failed)
    assert (1.2, 1.2, 0) == (round(scored["score"], 9), round(scored["reward"], 9), scored["unscored"])
    assert (-0.3, 1) == (failed["score"], failed["unscored"])


def test_what_is_not_judged_is_counted(testbed: httpx.Client) -> None:
    """In the metrics, by what it became, and in a header; never null in the answer."""
    before = unscored(testbed)
    reply = testbed.post(MATCHES, json={"response": "2", "label": ["a", "b"]})
    assert (0.0, "1") == (reply.json(), reply.headers["x-touchstone-unscored"])
    check_problem(testbed.post("/compat/slime/moody@v1", json={"response": "raise"}), 503)
    counted = {labels: number - before.get(labels, 0.0) for labels, number in unscored(testbed).items()}
    assert {
        'became="lowest",kind="bad_reference",wire="slime"': 1.0,
        'became="error",kind="crash",wire="slime"': 1.0,
    } == {labels: number for labels, number in counted.items() if number}


def test_broken_unicode_is_scored(testbed: httpx.Client) -> None:
    """As the replacement character."""
    body = b'{"response": "\\ud800", "label": "\\udfff", "prompt": NaN}'
    reply = testbed.post(MATCHES, content=body, headers={"Content-Type": "application/json"})
    assert (200, 1.0) == (reply.status_code, reply.json())
