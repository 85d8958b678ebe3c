"""What the trainers' own clients sent, byte for byte, through the real service."""

import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

WIRES = Path(__file__).parents[4] / "shared" / "data" / "wires"
EXPECTED: dict[str, tuple[str, Any]] = {
    "wire_openrlhf": (
        "/compat/openrlhf/math_equal@v2/get_reward",
        {"rewards": [1.0], "scores": [1.0], "extra_logs": {"unscored": [0]}},
    ),
    "wire_slime": ("/compat/slime/math_equal@v2", 1.0),
    "wire_nemogym_axolotl": ("/compat/nemo_gym/math_equal@v2/verify", {"reward": 1.0, "mask_sample": False}),
    "wire_verl_sandbox": ("/compat/sandbox_fusion/exact_match@v1/run_code", {"status": "Failed"}),
    "wire_sandboxfusion_client": ("/compat/sandbox_fusion/code_format@v2/run_code", {"status": "Failed"}),
}

pytestmark = pytest.mark.skipif(not WIRES.is_dir(), reason="the recorded wires are not here")


@pytest.mark.parametrize("name", EXPECTED)
def test_a_recorded_request_is_answered(live_url: str, name: str) -> None:
    """Only the path is another one; the answer is what the client reads a reward from."""
    path, expected = EXPECTED[name]
    recorded = (WIRES / f"{name}.txt").read_bytes()
    start, _, rest = recorded.partition(b"\r\n")
    method, _, version = start.split(b" ")
    answered = _exchange(live_url, b" ".join([method, path.encode(), version]) + b"\r\n" + rest)
    head, _, body = answered.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), answered
    found = json.loads(body)
    if isinstance(expected, dict):
        sent = json.loads(rest.partition(b"\r\n\r\n")[2])
        echoed = sent if "verify" in path else {}
        assert {**echoed, **expected} == {name: found[name] for name in {*echoed, *expected}}
    else:
        assert expected == found


def _exchange(url: str, request: bytes) -> bytes:
    """Send bytes, and return what comes back until the response is whole."""
    address = urlsplit(url)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=30) as connection:
        connection.sendall(request)
        answered = b""
        while b"\r\n\r\n" not in answered:
            answered += connection.recv(65536)
        length = int(answered.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(answered.partition(b"\r\n\r\n")[2]) < length:
            answered += connection.recv(65536)
    return answered
