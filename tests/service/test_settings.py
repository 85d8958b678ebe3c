"""An operator's settings are read from the environment, and a dangerous one is refused."""

import os

import pytest
from pydantic import SecretStr, ValidationError

from service.settings import MEBIBYTE, Settings, complaints, strangers


def test_the_defaults_are_safe() -> None:
    """Loopback, no key, a worker a core."""
    settings = Settings()
    assert ("127.0.0.1", 8400, None) == (settings.host, settings.port, settings.api_key)
    assert (os.cpu_count() or 1) == settings.workers
    assert 64 * MEBIBYTE == settings.max_body_bytes


def test_the_environment_sets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has the prefix and its own name; a key does not print."""
    monkeypatch.setenv("TOUCHSTONE_HOST", "0.0.0.0")  # noqa: S104 - with a key
    monkeypatch.setenv("TOUCHSTONE_API_KEY", "sesame")
    monkeypatch.setenv("TOUCHSTONE_MAX_BODY_MB", "0.5")
    settings = Settings()
    assert MEBIBYTE // 2 == settings.max_body_bytes
    assert "sesame" not in repr(settings)


def test_an_empty_key_is_no_key() -> None:
    """A variable that expanded to nothing must not open the service."""
    with pytest.raises(ValidationError, match="TOUCHSTONE_API_KEY is empty"):
        Settings(api_key=SecretStr(""))


@pytest.mark.parametrize(
    ("name", "value"),
    [("port", -1), ("port", 65_536), ("workers", 0), ("max_batch", 0), ("deadline_s", 0), ("log_level", "loud")],
)
def test_nonsense_is_refused(name: str, value: object) -> None:
    """At the start, and not at the first request."""
    with pytest.raises(ValidationError, match=name):
        Settings.model_validate({name: value})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TOUCHSTONE_PORT", "sesame", "TOUCHSTONE_PORT: Input should be a valid integer"),
        ("TOUCHSTONE_JUDGE_RETRIES", "-1", "TOUCHSTONE_JUDGE_RETRIES: Input should be greater than or equal to 0"),
        ("TOUCHSTONE_JUDGE", '{"retries": -1}', "TOUCHSTONE_JUDGE_RETRIES: Input should be greater than or equal to 0"),
        ("TOUCHSTONE_JUDGE_MODEL", "sesame", "TOUCHSTONE_JUDGE_URL is missing: it names"),
        ("TOUCHSTONE_API_KEY", "", "TOUCHSTONE_API_KEY is empty: unset it"),
        ("TOUCHSTONE_COMPAT_SLIME_DEADLINE_S", "sesame", "TOUCHSTONE_COMPAT_SLIME_DEADLINE_S: Input should be"),
    ],
)
def test_a_complaint_names_the_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    """Whichever part of the settings it belongs to, and never what it holds."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as error:
        Settings()
    (found,) = complaints(error.value)
    assert (True, False) == (found.startswith(said), "sesame" in found), found


def test_a_slip_in_a_name_is_noticed() -> None:
    """It would leave the default where somebody has set something else."""
    known = ["TOUCHSTONE_PORT", "touchstone_port", "TOUCHSTONE_JUDGE", "TOUCHSTONE_JUDGE_URL", "PATH"]
    slips = ["TOUCHSTONE_COMPAT_SLIM_RETRYABLE", "TOUCHSTONE_PROT"]
    assert slips == strangers([*known, *slips, "TOUCHSTONE_COMPAT_SLIME_RETRYABLE"])
