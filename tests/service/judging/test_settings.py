"""What an operator says about the judge is whole, or refused in a sentence."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from service.judging.settings import JudgeSettings
from service.settings import Settings

URL = "http://127.0.0.1:8000/v1"


def test_without_settings_there_is_no_judge() -> None:
    """And no file."""
    assert JudgeSettings().url is None


def test_the_environment_sets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has the prefix and its own name; the key does not print."""
    for name, value in {"URL": URL, "MODEL": "m", "REVISION": "r", "KEY": "SECRET", "CONCURRENCY": "3"}.items():
        monkeypatch.setenv(f"TOUCHSTONE_JUDGE_{name}", value)
    judge = Settings().judge
    assert (URL, "m@r", 3) == (judge.url, judge.name, judge.concurrency)
    assert "SECRET" not in repr(judge)
    assert "m" == JudgeSettings(revision="").name


def test_the_cache_is_where_caches_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the user's own folder, or where XDG says."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert tmp_path / "touchstone" / "judge.sqlite3" == JudgeSettings().cache
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert Path.home() / ".cache" / "touchstone" / "judge.sqlite3" == JudgeSettings().cache


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"url": URL}, "TOUCHSTONE_JUDGE_MODEL is missing"),
        ({"model": "m"}, "TOUCHSTONE_JUDGE_URL is missing"),
        ({"key": "k"}, "TOUCHSTONE_JUDGE_URL is missing"),
        *(
            ({"url": url, "model": "m"}, "TOUCHSTONE_JUDGE_URL must be an http:// or https:// address such as")
            for url in (
                "127.0.0.1:8000",
                "ftp://x/v1",
                "http://",
                "http://x:99999/v1",
                "http://x:0/v1",
                "http://[::1/v1",
            )
        ),
        ({"url": "http://user:key@x/v1", "model": "m"}, "set TOUCHSTONE_JUDGE_KEY"),
        ({"url": URL, "model": "m", "key": ""}, "TOUCHSTONE_JUDGE_KEY is empty"),
        ({"url": URL, "model": "m", "key": "a b"}, "without spaces"),
        ({"url": URL, "model": "m", "key": "k\n"}, "without spaces"),
        ({"url": URL, "model": "m", "budget_usd": 1}, "set TOUCHSTONE_JUDGE_INPUT_USD_PER_MILLION"),
        *(
            ({"url": URL, "model": "m", name: value}, name)
            for name, value in (
                ("output", "xml"),
                ("temperature", 3),
                ("concurrency", 0),
                ("timeout_s", 0),
                ("timeout_s", float("inf")),
                ("retries", -1),
                ("requests_per_minute", 0),
                ("budget_tokens", -1),
                ("recheck_share", 1.1),
                ("canary_share", -0.1),
                ("breaker_failures", 0),
            )
        ),
    ],
)
def test_nonsense_is_refused(given: dict[str, Any], said: str) -> None:
    """The message says what to set, and repeats no key."""
    with pytest.raises(ValidationError, match=said) as error:
        JudgeSettings(**given)
    assert "a b" not in str(error.value.errors(include_input=False))
