"""Hard answers, no pair twice: this service beside Math-Verify in one process.

The rows are the core grading rows of `../shared/data/verdicts` that state an answer. Nothing is remembered on either
side. Both run with their timeouts on: the service with its CPU budgets, Math-Verify with its alarms. The service
scores one row a request for the times of single verdicts, and all rows at once for the throughput.

    python -m benchmarks.hard_answers [--reward ID] [--data FOLDER]
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

from math_verify import parse, verify

from benchmarks.figures import show, timed
from benchmarks.serving import default_reward, serving
from trainer_client import RewardClient, Sample


@dataclass(frozen=True, slots=True)
class Row:
    """A completion, its reference and whether it is right."""

    text: str
    gold: str
    label: bool


@dataclass(slots=True)
class Side:
    """What one grader did with the rows."""

    name: str
    seconds: float = 0.0
    cpu_s: float = 0.0
    each_s: list[float] = field(default_factory=list)
    values: list[float | None] = field(default_factory=list)

    def right(self, rows: Sequence[Row]) -> int:
        """Return how many verdicts are the label; no verdict is not right."""
        return sum(
            value is not None and (value == 1.0) == row.label for value, row in zip(self.values, rows, strict=True)
        )


def main() -> int:
    """Print the table; return 1 where the data is not there."""
    parser = argparse.ArgumentParser(description="Hard answers: this service beside Math-Verify.")
    parser.add_argument("--reward", default=default_reward(), help="the reward to ask the service for")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the data folder")
    options = parser.parse_args()
    file = options.data / "verdicts" / "dev.jsonl"
    if not file.exists():
        sys.stderr.write(f"{file} is not here; --data names the folder that has it\n")
        return 1
    rows = read(file)
    sides = [*service(rows, options.reward), math_verify(rows)]
    peer = sides[-1]
    show(
        f"{len(rows)} pairs, none twice; memory of outcomes off; Math-Verify in one process, 5 s timeouts on.",
        (
            "grader",
            "seconds",
            "verdicts/s",
            "times Math-Verify",
            "CPU ms a verdict",
            "p50 ms",
            "p99 ms",
            "labels right",
        ),
        [
            (
                side.name,
                f"{side.seconds:.2f}",
                f"{len(rows) / side.seconds:,.0f}",
                f"{peer.seconds / side.seconds:.1f}",
                f"{side.cpu_s / len(rows) * 1000:.2f}",
                percentile(side.each_s, 50),
                percentile(side.each_s, 99),
                f"{side.right(rows)} ({mean([side.right(rows) / len(rows)]):.1%})",
            )
            for side in sides
        ],
    )
    return 0


def read(file: Path) -> list[Row]:
    """Return the rows, each pair of answer and reference once."""
    return list(dict.fromkeys(_rows(file.read_text(encoding="utf-8").splitlines())))


def _rows(lines: Iterable[str]) -> Iterable[Row]:
    for line in lines:
        row = json.loads(line)
        if row["group"] != "main" or not row["core"]:
            continue
        if row["form"] == "answer":
            yield Row(f"The final answer is $\\boxed{{{row['completion']}}}$.", row["gold"], row["label"])
        elif "\\boxed" in row["completion"]:
            yield Row(row["completion"], row["gold"], row["label"])


def service(rows: Sequence[Row], reward: str) -> list[Side]:
    """Score all rows at once with one new service, and one by one with another."""
    together, single = Side(f"touchstone {reward}, one batch"), Side(f"touchstone {reward}, one by one")
    samples = [Sample(row.text, {"answer": row.gold}) for row in rows]
    for side in (together, single):
        with serving(memo_entries="0") as running, RewardClient(running.url) as client:
            for half in (range(1_000, 1_032), range(1_032, 1_064)):
                client.score(reward, [Sample(f"\\boxed{{{n}}}", {"answer": str(n)}) for n in half])
            cpu_s = running.cpu_s()
            batches = [samples] if side is together else [[sample] for sample in samples]
            for batch in batches:
                seconds, outcomes = timed(lambda batch=batch: client.score(reward, batch))  # type: ignore[misc]
                side.values += [outcome.value for outcome in outcomes]
                side.each_s.append(seconds)
            side.seconds = sum(side.each_s)
            side.cpu_s = running.cpu_s() - cpu_s
    together.each_s = []
    return [together, single]


def math_verify(rows: Sequence[Row]) -> Side:
    """Grade the rows as its documentation says."""
    side = Side("Math-Verify")
    verify(parse("$1$"), parse("\\boxed{1}"))
    cpu_s = time.process_time()
    for row in rows:
        seconds, value = timed(lambda row=row: verify(parse(f"${row.gold}$"), parse(row.text)))  # type: ignore[misc]
        side.each_s.append(seconds)
        side.values.append(float(value))
    side.seconds = sum(side.each_s)
    side.cpu_s = time.process_time() - cpu_s
    return side


def percentile(seconds: Sequence[float], percent: int) -> str:
    """Return a percentile in milliseconds, or nothing where single verdicts were not timed."""
    ordered = sorted(seconds)
    return f"{ordered[len(ordered) * percent // 100] * 1000:.1f}" if ordered else ""


if __name__ == "__main__":
    sys.exit(main())
