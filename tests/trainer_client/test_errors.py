"""The errors: their words, and their way through a pickle."""

import pickle

import pytest

from trainer_client import (
    BadReply,
    MissingColumn,
    Rejected,
    RewardServiceError,
    TooManyFailures,
    Unreachable,
    VersionMismatch,
)

ERRORS = [
    pytest.param(Unreachable("http://host", 2, 3.0, "503 not ready"), ["http://host", "2 attempts", "503"], id="gone"),
    pytest.param(
        Rejected(422, "Invalid", "Look below", [("samples.0.completion", "is required")]),
        ["422", "Invalid: Look below", "samples.0.completion: is required"],
        id="refused",
    ),
    pytest.param(BadReply("No JSON."), ["No JSON."], id="bad"),
    pytest.param(
        VersionMismatch("a@v1", "build", "sha256:x", "sha256:y"), ["a@v1", "sha256:x", "sha256:y"], id="other"
    ),
    pytest.param(
        MissingColumn("a@v1", "answer", ["answer", "solution"], ["prompt", "text"]),
        ["a@v1", "answer or solution", "prompt, text", "columns={'answer'"],
        id="column",
    ),
    pytest.param(
        TooManyFailures(3, 8, 0.05, {"crash": 1, "deadline": 2}), ["3 of the last 8", "deadline 2"], id="many"
    ),
]


@pytest.mark.parametrize(("error", "parts"), ERRORS)
def test_message(error: RewardServiceError, parts: list[str]) -> None:
    """The message says what happened and what to do."""
    assert [part for part in parts if part not in str(error)] == []


@pytest.mark.parametrize(("error", "parts"), ERRORS)
def test_pickle(error: RewardServiceError, parts: list[str]) -> None:
    """An error crosses from one process to another whole."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  our own
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
    assert parts
