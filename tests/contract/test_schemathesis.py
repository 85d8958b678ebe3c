"""Requests made from the OpenAPI document, good and bad, get answers that the document declares."""

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import positive_data_acceptance

CASES = 12
TARGET = "math_equal@v2"
"""What the wires of trainers are asked for: which there are is no part of their schemas."""
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
OPERATIONS = [
    "list_rewards",
    "show_reward",
    "score",
    "healthz",
    "readyz",
    "metrics",
    "score_math_equal_v1",
    "score_gsm8k_answer_v1",
    "score_xml_count_v1",
    "score_think_format_v1",
    "score_openrlhf",
    "get_reward",
    "score_slime",
    "score_verl",
    "verify_nemo_gym",
    "seed_session_nemo_gym",
    "close_session_nemo_gym",
    "reverify_mode_nemo_gym",
    "aggregate_metrics_nemo_gym",
    "run_code",
]
SCHEMA_SAYS_LESS = {"score", "score_openrlhf", "get_reward"}
"""Their schemas cannot say all that is wrong: which rewards there are and what they compare with, and that lists have
one length."""


@pytest.fixture(scope="module")
def document(live_url: str) -> schemathesis.BaseSchema:
    """The document of the running service."""
    found: schemathesis.BaseSchema = schemathesis.openapi.from_url(f"{live_url}/openapi.json")
    return found


def test_every_operation_is_in_the_document(document: schemathesis.BaseSchema, live: httpx.Client) -> None:
    """The catalogue, the routes for scoring, and health."""
    served = {operation.ok().definition.raw["operationId"] for operation in document.get_all_operations()}
    ids = [entry["id"] for entry in live.get("/v1/rewards").json()["rewards"]]
    assert set(OPERATIONS) <= served
    assert {f"score_{reward_id.replace('@', '_')}" for reward_id in ids} <= served


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_answers_are_as_declared(
    document: schemathesis.BaseSchema, live_url: str, operation_id: str, mode: GenerationMode
) -> None:
    """Never a 5xx, no status, media type or body that is not declared."""
    operation = document.find_operation_by_id(operation_id)
    if mode is GenerationMode.NEGATIVE and not operation.body:
        pytest.skip("there is nothing to send wrong")
    excluded = [positive_data_acceptance] if operation_id in SCHEMA_SAYS_LESS else []

    @seed(20261121)
    @settings(
        max_examples=CASES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def call(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        if "target" in case.path_parameters:
            case.path_parameters["target"] = TARGET
        case.call_and_validate(base_url=live_url, excluded_checks=excluded)

    call()
