"""One realistic GRPO batch over HTTP, beside TRL's own accuracy reward in the trainer's process.

The batch is `../shared/data/grpo_batch`: 100 problems, 8 sampled completions each. Both sides score the same
completions in the same run, one after the other, on the same machine. The service runs with its default settings in
processes of its own; its client and TRL run in this one. `cold` is the first pass, workers warm. The service keeps no
memory of verdicts, so `again` differs by what its libraries remember only.

    python benchmarks/grpo_batch.py [--data FOLDER]
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table
from trl.rewards import accuracy_reward

from service.cli._local_service import local_service
from trainer_client import RewardClient, Sample

WARM_UP = range(1_000, 1_064)
"""Answers to score beforehand, so that every worker has its libraries loaded; none of them is in the batch."""


@dataclass(frozen=True, slots=True)
class Row:
    """One completion with its reference and its published label."""

    completion: str
    answer: str
    label: bool


@dataclass(frozen=True, slots=True)
class Side:
    """What one scorer did with the batch."""

    name: str
    seconds: float
    values: list[float | None]

    def right(self, rows: list[Row]) -> int:
        """Return how many verdicts are the published label; no verdict is not right."""
        return sum(
            value is not None and (value == 1.0) == row.label for value, row in zip(self.values, rows, strict=True)
        )


def main() -> int:
    """Print the table; return 1 where the data is not there."""
    parser = argparse.ArgumentParser(description="One GRPO batch: this service beside trl.rewards.accuracy_reward.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the data folder")
    file = parser.parse_args().data / "grpo_batch" / "math_100x8.jsonl"
    if not file.exists():
        sys.stderr.write(f"{file} is not here; --data names the folder that has it\n")
        return 1
    rows = read(file)
    sides = [*service(rows), trl(rows)]
    report(rows, sides)
    return 0


def read(file: Path) -> list[Row]:
    """Return the batch."""
    rows = []
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            problem = json.loads(line)
            rows += [
                Row(completion, problem["answer"], bool(label))
                for completion, label in zip(problem["completions"], problem["labels"], strict=True)
            ]
    return rows


def service(rows: list[Row]) -> list[Side]:
    """Score the batch twice with each of the service's two Math-Verify versions."""
    sides = []
    with local_service() as url, RewardClient(url) as client:
        for reward, field in (("trl_accuracy@v1", "solution"), ("math_equal@v1", "answer")):
            samples = [
                Sample(row.completion, {field: dollars(row) if field == "solution" else row.answer}) for row in rows
            ]
            client.score(reward, [Sample(f"\\boxed{{{n}}}", {field: f"${n}$"}) for n in WARM_UP])
            for turn in ("cold", "again"):
                score = partial(values, client, reward, samples)
                sides.append(timed(f"touchstone {reward}, {turn}", score))
    return sides


def values(client: RewardClient, reward: str, samples: list[Sample]) -> list[float | None]:
    """Return the service's values for the samples."""
    return [outcome.value for outcome in client.score(reward, samples)]


def dollars(row: Row) -> str:
    """Return the reference as TRL wants it: LaTeX between dollar signs."""
    return f"${row.answer}$"


def trl(rows: list[Row]) -> Side:
    """Score the batch as a trainer does with TRL's own function."""
    completions = [[{"role": "assistant", "content": row.completion}] for row in rows]
    solutions = [dollars(row) for row in rows]
    accuracy_reward(completions[:1], solutions[:1])
    return timed("trl.rewards.accuracy_reward", lambda: accuracy_reward(completions, solutions))


def timed(name: str, score: Callable[[], list[float | None]]) -> Side:
    """Run one scorer and time it."""
    started = time.perf_counter()
    values = score()
    return Side(name, time.perf_counter() - started, values)


def report(rows: list[Row], sides: list[Side]) -> None:
    """Print both sides, and the ratio of each to TRL."""
    console = Console()
    cores = len(os.sched_getaffinity(0))
    console.print(
        f"{len(rows)} completions; {cores} cores; the service with {os.cpu_count()} workers, TRL in one process "
        "with its 10 s and 5 s timeouts on."
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("scorer", "seconds", "completions/s", "times TRL", "labels right"):
        table.add_column(column, justify="left" if column == "scorer" else "right", no_wrap=True)
    peer = sides[-1].seconds
    for side in sides:
        right = side.right(rows)
        table.add_row(
            side.name,
            f"{side.seconds:.2f}",
            f"{len(rows) / side.seconds:,.0f}",
            f"{peer / side.seconds:.2f}",
            f"{right} ({right / len(rows):.2%})",
        )
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
