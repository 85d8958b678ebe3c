"""SandboxFusion's shape: a verdict where a run of code would be, and 504 for whatever is not the code's fault."""

import httpx
import pytest
from pydantic import SecretStr

from service.compat.policy import CompatSettings
from service.settings import Settings
from tests.service.compat.asking import post
from tests.service.running import TEST_REWARDS, running_service
from tests.service.test_routes import check_problem

MATCHES = "/compat/sandbox_fusion/matches@v1/run_code"


def test_the_highest_value_is_a_success(testbed: httpx.Client) -> None:
    """The code is shown in a fence, or as it is; the case's input is what it is compared with."""
    fenced = post(testbed, MATCHES, {"code": "x = 1\n\n", "stdin": "```python\nx = 1\n```", "run_timeout": 10})
    assert ("Success", 0, "1\n") == (
        fenced["status"],
        fenced["run_result"]["return_code"],
        fenced["run_result"]["stdout"],
    )
    bare = post(testbed, f"{MATCHES}?as=bare", {"code": "x = 1\n\n", "stdin": "x = 1\n"})
    assert fenced == bare


def test_any_other_value_is_a_failed_run(testbed: httpx.Client) -> None:
    """Which verl takes for a wrong answer."""
    found = post(testbed, MATCHES, {"code": "x = 1", "stdin": "x = 2"})
    assert ("Failed", 1, "0\n") == (found["status"], found["run_result"]["return_code"], found["run_result"]["stdout"])
    assert "Failed" == post(testbed, MATCHES, {"code": "x = 1", "stdin": None})["status"]


def test_a_crash_is_a_504(testbed: httpx.Client) -> None:
    """The one status after which verl's client tries again; the request's id is kept."""
    reply = testbed.post("/compat/sandbox_fusion/moody@v1/run_code?as=bare", json={"code": "raise"})
    check_problem(reply, 504)
    assert reply.headers["x-request-id"]
    assert int(reply.headers["retry-after"]) > 0


def test_an_overload_is_a_504(locked: httpx.Client) -> None:
    """Elsewhere it is 503, and where the operator wants it so, a number."""
    items = [{"solution_str": "a" * number} for number in range(11)]
    key = ("verl", "open sesame")
    check_problem(locked.post("/compat/verl/doubled@v1", json={"items": items}, auth=key), 503)
    settings = Settings(
        workers=1, api_key=SecretStr("k"), compat=CompatSettings(verl_retryable=0.25, verl_unscorable="error")
    )
    with (
        running_service(TEST_REWARDS, settings, max_queued=0) as url,
        httpx.Client(base_url=url, auth=("verl", "k")) as client,
    ):
        check_problem(client.post("/compat/sandbox_fusion/length@v1/run_code", json={"code": "x"}), 504)
        check_problem(client.post("/compat/slime/length@v1", json={"response": "x"}), 503)
        assert {"score": 0.25, "unscored": 1} == client.post(
            "/compat/verl/length@v1", json={"solution_str": "x"}
        ).json()
        reply = client.post("/compat/verl/matches@v1", json={"solution_str": "x", "ground_truth": [1, 2]})
        assert "urn:touchstone:problem:unscorable" == check_problem(reply, 422)["type"]


@pytest.mark.parametrize("body", [{}, {"code": 1}, []])
def test_a_wrong_request_is_the_clients_fault(testbed: httpx.Client, body: object) -> None:
    """It would be wrong the next time, too."""
    check_problem(testbed.post(MATCHES, json=body), 422)
