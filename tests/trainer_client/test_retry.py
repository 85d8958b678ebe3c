"""When the service is asked again."""

import email.utils
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer_client import Backoff
from trainer_client._retry import retry_after_s


@given(st.integers(1, 5000), st.floats(0.001, 5), st.floats(0.001, 60))
def test_wait_is_bounded(attempt: int, first_s: float, longest_s: float) -> None:
    """A wait is positive and never longer than the longest."""
    wait_s = Backoff(first_s, longest_s).wait_s(attempt)
    assert 0 < wait_s <= longest_s


@given(st.integers(1, 20), st.floats(0, 100))
def test_wait_honours_the_service(attempt: int, asked_s: float) -> None:
    """The service is left alone for at least as long as it asked."""
    assert Backoff().wait_s(attempt, asked_s) >= asked_s


DATE = "Mon, 01 Jan 9999999999999999999999 00:00:00 GMT"


@pytest.mark.parametrize(
    ("header", "expected"),
    [(None, None), ("3", 3.0), (" 0 ", 0.0), ("soon", None), ("", None), ("-1", None), ("²", None), (DATE, None)],
)
def test_retry_after(header: str | None, expected: float | None) -> None:
    """Seconds are read, and nonsense is not."""
    assert retry_after_s(header) == expected


def test_retry_after_date() -> None:
    """A date is the time until then, and a past one is no time."""
    soon = retry_after_s(email.utils.formatdate(time.time() + 30, usegmt=True))
    assert soon is not None
    assert 28 <= soon <= 30
    assert retry_after_s("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0


@given(left_s=st.floats(0, 100), attempt=st.integers(1, 100), asked_s=st.none() | st.floats(0, 200))
def test_a_wait_leaves_time_to_ask_again(left_s: float, attempt: int, asked_s: float | None) -> None:
    """It ends before the time does, and is not shorter than what was asked for."""
    wait_s = Backoff().wait_within_s(left_s, attempt, asked_s)
    assert wait_s is None or (asked_s or 0.0) <= wait_s < left_s
    assert wait_s is not None or left_s < 5.0 or left_s <= 2 * (asked_s or 0.0)
