"""A file in which every completion of a run can be looked up, with the reason for its rewards."""

import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trainer_client._types import Outcome, Sample, Score
from trainer_client._verdicts import Verdicts


class CompletionsLog:
    """Appends one JSON line for each completion, and has written a batch out before the training goes on.

    A line holds `step`, `prompt`, `completion`, `left_out` and `rewards`: for each reward its `value`,
    `reason`, `explanation` and `details`, or the `kind` and the `message` of its failure.

    Args:
        path: The file. Where a job has several processes, all but the first add their rank to the name.
    """

    def __init__(self, path: Path) -> None:
        rank = int(os.environ.get("RANK", "0"))
        self._path = path.with_suffix(f".rank{rank}{path.suffix}") if rank else path
        self._lock = threading.Lock()

    def write(self, step: int | None, samples: Sequence[Sample], names: Sequence[str], verdicts: Verdicts) -> None:
        """Append a batch."""
        rows = zip(samples, verdicts.left_out, zip(*verdicts.outcomes, strict=True), strict=True)
        lines = [
            json.dumps(
                {
                    "step": step,
                    "prompt": sample.prompt,
                    "completion": sample.completion,
                    "reference": sample.reference,
                    "left_out": left_out,
                    "rewards": dict(zip(names, map(told, outcomes), strict=True)),
                },
                default=str,
            )
            + "\n"
            for sample, left_out, outcomes in rows
        ]
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write("".join(lines))


def told(outcome: Outcome) -> dict[str, Any]:
    """One outcome for people to read."""
    if isinstance(outcome, Score):
        return {
            "value": outcome.value,
            "reason": outcome.reason,
            "explanation": outcome.explanation,
            "details": dict(outcome.details),
        }
    return {"value": None, "kind": outcome.kind, "message": outcome.message}
