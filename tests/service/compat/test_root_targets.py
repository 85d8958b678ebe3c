"""One target at the root of a port of its own, in the program as it is started."""

import socket
from pathlib import Path

import httpx
import pytest

from tests.service.compat.test_nemo_gym import row
from tests.service.test_process import refused, running


def free_port() -> int:
    """Return a port that nobody has just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_port_is_a_target(tmp_path: Path) -> None:
    """Its root verifies; what has a path of its own is there on both ports."""
    port = free_port()
    with running(tmp_path, TOUCHSTONE_NEMO_GYM_PORTS=f'{{"{port}": "math_equal@v2"}}') as service:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            sent = row("\\boxed{2}", expected_answer="2")
            reply = client.post("/verify", json=sent)
            assert {**sent, "reward": 1.0, "mask_sample": False} == reply.json()
            assert "math_equal@v2" == reply.headers["x-reward"]
            assert {} == client.post("/seed_session", json=sent).json()
            assert {} == client.post("/close_session", json={}).json()
            told = client.post("/aggregate_metrics", json={"verify_responses": [reply.json()]}).json()
            assert {"mean/reward": 1.0} == told["key_metrics"]
            assert "stateless" == client.get("/reverify_mode").json()
            assert "ok" == client.get("/").json()["status"]
            assert client.get("/v1/rewards").is_success
        assert 404 == httpx.post(f"{service.url}/verify", json={}, headers={"Host": f"127.0.0.1:{port}"}).status_code
        assert 0 == service.end()


@pytest.mark.parametrize(
    "value", ["{", '{"0": "math_equal@v2"}', '{"x": "math_equal@v2"}', '{"8400": "math_equal@v2"}']
)
def test_a_wrong_setting_is_named(value: str) -> None:
    """A port that is none, or that the service has already."""
    code, words = refused(TOUCHSTONE_PORT="8400", TOUCHSTONE_NEMO_GYM_PORTS=value)
    assert 2 == code
    assert "nemo_gym_ports" in words.lower()
    assert "Traceback" not in words


def test_a_taken_port_is_said() -> None:
    """Exit code 1 and the address, as for the service's own port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, words = refused(TOUCHSTONE_NEMO_GYM_PORTS=f'{{"{port}": "math_equal@v2"}}')
    assert 1 == code
    assert f"cannot listen on 127.0.0.1:{port}" in words


def test_a_port_of_nothing_is_refused() -> None:
    """A name that nothing has would be a silent zero for each sample, so the service does not start."""
    code, words = refused(TOUCHSTONE_NEMO_GYM_PORTS=f'{{"{free_port()}": "math_equl@v2"}}')
    assert 1 == code
    assert "TOUCHSTONE_NEMO_GYM_PORTS" in words
    assert "Did you mean math_equal@v2" in words
    assert "Traceback" not in words
