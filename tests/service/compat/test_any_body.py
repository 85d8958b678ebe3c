"""No body, however odd, makes an error of the service's own on any wire."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.service.compat.asking import put_rubric

FIELDS = (
    *("query", "prompts", "labels", "prompt", "response", "label", "items", "solution_str", "ground_truth", "output"),
    *("responses_create_params", "input", "role", "content", "text", "answer", "reward", "code", "language", "stdin"),
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=9)
ANYTHING = st.recursive(
    LEAVES | st.sampled_from(["assistant", "nan", "<|im_start|>assistant\n2"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)
TEXT = st.text(st.characters(), max_size=9)
SHAPED: dict[str, st.SearchStrategy[Any]] = {
    "openrlhf/{}": st.builds(
        lambda rows: {name: [row[at] for row in rows] for at, name in enumerate(("query", "prompts", "labels"))},
        st.lists(st.tuples(TEXT, st.none() | TEXT, ANYTHING), max_size=3),
    ),
    "slime/{}?format=dict": st.fixed_dictionaries({"response": TEXT}, optional={"prompt": ANYTHING, "label": ANYTHING}),
    "verl/{}": st.fixed_dictionaries({"solution_str": TEXT, "ground_truth": ANYTHING, "extra_info": ANYTHING}),
    "nemo_gym/{}/verify": st.fixed_dictionaries(
        {
            "response": st.fixed_dictionaries({"output": st.lists(ANYTHING, max_size=3)}),
            "responses_create_params": st.dictionaries(st.just("input"), ANYTHING),
            "answer": ANYTHING,
        }
    ),
    "sandbox_fusion/{}/run_code": st.fixed_dictionaries({"code": TEXT, "stdin": st.none() | TEXT, "files": ANYTHING}),
}


@pytest.mark.parametrize("path", SHAPED)
def test_no_body_is_an_error_of_the_service(testbed: httpx.Client, path: str) -> None:
    """What fits gets finite numbers, what does not is a problem of the caller's."""
    targets = ["matches@v1", "moody@v1", "rank@v1", put_rubric(testbed)]

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(body=ANYTHING | SHAPED[path], target=st.sampled_from(targets))
    def call(body: object, target: str) -> None:
        content = json.dumps(body).encode()
        reply = testbed.post(
            f"/compat/{path.format(target)}", content=content, headers={"Content-Type": "application/json"}
        )
        assert reply.status_code in {200, 413, 422}, reply.text
        json.loads(reply.content, parse_constant=pytest.fail)

    call()


@pytest.mark.parametrize("path", SHAPED)
@pytest.mark.parametrize("content", [b"", b"{", b"[" * 5000, b"\xff\xfe", b'{"a": ' * 5000])
def test_what_is_no_json_is_a_problem(testbed: httpx.Client, path: str, content: bytes) -> None:
    """Of the caller's."""
    headers = {"Content-Type": "application/json"}
    reply = testbed.post(f"/compat/{path.format('matches@v1')}", content=content, headers=headers)
    assert reply.status_code in {400, 422}
