"""What an operator can say about failures, and what is so without a word."""

import pytest
from pydantic import ValidationError

from rewards.types import FailureKind
from service.compat.policy import Became, CompatSettings, Wire, became


def test_by_default_a_client_that_tries_again_is_told_to() -> None:
    """NeMo Gym's do not; what can never be judged gets the lowest value everywhere."""
    policies = CompatSettings().policies()
    assert set(Wire) == set(policies)
    again = {wire: policy.of(FailureKind.CRASH) for wire, policy in policies.items()}
    assert {**dict.fromkeys(Wire, "error"), Wire.NEMO_GYM: "lowest"} == again
    assert {"lowest"} == {policy.of(FailureKind.BAD_REFERENCE) for policy in policies.values()}


def test_the_service_is_done_before_the_client_gives_up() -> None:
    """Each client waits for so many seconds, and cannot be told to wait longer."""
    waits = {Wire.OPENRLHF: 180, Wire.SLIME: 120, Wire.VERL: 30, Wire.NEMO_GYM: 30, Wire.SANDBOX_FUSION: 30}
    for wire, policy in CompatSettings().policies().items():
        assert policy.deadline_s < waits[wire]


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A word or a finite number."""
    for name, value in {"SLIME_RETRYABLE": "lowest", "SLIME_UNSCORABLE": "-0.5", "SLIME_DEADLINE_S": "7"}.items():
        monkeypatch.setenv(f"TOUCHSTONE_COMPAT_{name}", value)
    policy = CompatSettings().policies()[Wire.SLIME]
    assert ("lowest", -0.5, 7.0) == (policy.retryable, policy.unscorable, policy.deadline_s)
    assert (Became.LOWEST, Became.NUMBER) == (became(policy.retryable), became(policy.unscorable))


@pytest.mark.parametrize("value", ["nan", "inf", "null", "zero", ""])
def test_another_word_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """A client would die of it in the middle of a run."""
    monkeypatch.setenv("TOUCHSTONE_COMPAT_VERL_UNSCORABLE", value)
    with pytest.raises(ValidationError):
        CompatSettings()
