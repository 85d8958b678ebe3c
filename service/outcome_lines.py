"""Outcomes as they are written into files of JSON lines."""

from typing import Any

from trainer_client import Failure, Outcome


def outcome_line(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as JSON can say it, without its details."""
    if isinstance(outcome, Failure):
        told = {"status": "failed", "value": None, "kind": outcome.kind, "message": outcome.message}
        return told | {"retryable": outcome.retryable}
    return {
        "status": "scored",
        "value": outcome.value,
        "reason": outcome.reason,
        "explanation": outcome.explanation,
    }


def whole_outcome_line(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as JSON can say it, with its details."""
    line = outcome_line(outcome)
    return line if isinstance(outcome, Failure) else line | {"details": dict(outcome.details)}
