"""One realistic GRPO batch over HTTP, beside TRL's own accuracy reward in the trainer's process.

The batch is `../shared/data/grpo_batch`: 100 problems, 8 sampled completions each. Both sides score the same
completions in the same run, in turns, on the same machine. The service runs with its default settings, its log at
`warning`, in processes of its own, a new one for each repetition; the client's encoding and decoding count as the
service's time. `cold` is the first pass, workers warm and nothing remembered; `again` is the same batch once more.
TRL runs with its timeouts on in a process of its own, a new one for each repetition as well: its first pass is cold
too, as sympy remembers.

    python -m benchmarks.grpo_batch [--reward ID] [--data FOLDER] [--repeat N]
"""

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from trl.rewards import accuracy_reward

from benchmarks.figures import show, spread, timed
from benchmarks.serving import default_reward, serving
from trainer_client import RewardClient, Sample

WARM_UP = range(1_000, 1_064)
"""Answers to score beforehand, so that every worker has its libraries loaded; none of them is in the batch."""
_AGAIN = 3

Values = list[float | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One completion with its reference and its published label."""

    completion: str
    answer: str
    label: bool


@dataclass(slots=True)
class Side:
    """What one scorer did with the batch."""

    name: str
    seconds: list[float] = field(default_factory=list)
    values: Values = field(default_factory=list)

    def right(self, rows: Sequence[Row]) -> int:
        """Return how many verdicts are the published label; no verdict is not right."""
        return sum(
            value is not None and (value == 1.0) == row.label for value, row in zip(self.values, rows, strict=True)
        )


def options(description: str) -> argparse.Namespace | None:
    """Return what the command line asks for, with the batch as `file`; None, and a message, where that is not here."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--reward", default=default_reward(), help="the reward to ask the service for")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the data folder")
    parser.add_argument("--repeat", type=int, default=5, help="how often to measure each side")
    asked = parser.parse_args()
    asked.file = asked.data / "grpo_batch" / "math_100x8.jsonl"
    if asked.file.exists():
        return asked
    sys.stderr.write(f"{asked.file} is not here; --data names the folder that has it\n")
    return None


def main() -> int:
    """Print the table; return 1 where the data is not there."""
    asked = options("One GRPO batch: this service beside trl.rewards.accuracy_reward.")
    if asked is None:
        return 1
    rows = read(asked.file)
    cold, again = (Side(f"touchstone {asked.reward}, {turn}") for turn in ("cold", "again"))
    peer_cold, peer_again = (Side(f"trl.rewards.accuracy_reward, {turn}") for turn in ("cold", "again"))
    for _ in range(asked.repeat):
        service(rows, asked.reward, cold, again)
        trl(rows, peer_cold, peer_again)
    report(rows, [cold, again, peer_cold, peer_again])
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


def service(rows: Sequence[Row], reward: str, cold: Side, again: Side) -> None:
    """Score the batch with a new service, and with the same one again."""
    with serving() as running, RewardClient(running.url) as client:
        samples = [Sample(row.completion, {"answer": row.answer}) for row in rows]
        for half in (WARM_UP[:32], WARM_UP[32:]):
            client.score(reward, [Sample(f"\\boxed{{{n}}}", {"answer": str(n)}) for n in half])
        for side in (cold, *[again] * _AGAIN):
            seconds, outcomes = timed(partial(client.score, reward, samples))
            side.seconds.append(seconds)
            side.values = [outcome.value for outcome in outcomes]


def trl(rows: Sequence[Row], cold: Side, again: Side) -> None:
    """Score the batch with TRL's own function, twice in a new process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        passes = pool.submit(trl_passes, rows).result()
    for side, (seconds, values) in zip((cold, again), passes, strict=True):
        side.seconds.append(seconds)
        side.values = values


def trl_passes(rows: Sequence[Row]) -> list[tuple[float, Values]]:
    """Return the seconds and the values of two passes; runs in a main thread, as TRL's timeouts need."""
    completions = [[{"role": "assistant", "content": row.completion}] for row in rows]
    solutions = [f"${row.answer}$" for row in rows]
    accuracy_reward([[{"role": "assistant", "content": r"\boxed{1}"}]], ["$1$"])
    return [timed(lambda: list(accuracy_reward(completions, solutions))) for _ in range(2)]


def report(rows: Sequence[Row], sides: Sequence[Side]) -> None:
    """Print both sides, and the ratio of each to TRL's two passes."""
    cold, again = (median(side.seconds) for side in sides[-2:])
    show(
        f"{len(rows)} completions; default settings; TRL in one process with its 10 s and 5 s timeouts on.",
        ("scorer", "ms, median (range)", "completions/s", "times TRL cold", "times TRL again", "labels agreed with"),
        [
            (
                side.name,
                spread(side.seconds),
                f"{len(rows) / median(side.seconds):,.0f}",
                f"{cold / median(side.seconds):.1f}",
                f"{again / median(side.seconds):.1f}",
                f"{side.right(rows)} ({side.right(rows) / len(rows):.2%})",
            )
            for side in sides
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
