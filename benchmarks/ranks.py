"""Eight ranks of a training run ask at once, beside the same completions in one request.

Each rank sends its 32 completions of `../shared/data/grpo_batch` for three rewards in one request, as `TRLRewards`
does. All start together, over connections that are open, and a step of the training waits for the slowest. The ideal is
what a service takes for all 256 completions and the three rewards in one request. A new service for each turn, warm,
with nothing remembered.

    python -m benchmarks.ranks [--data FOLDER] [--repeat N]
"""

import argparse
import math
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from threading import Barrier

from benchmarks.figures import show
from benchmarks.grpo_batch import WARM_UP, Row, read
from benchmarks.serving import serving
from trainer_client import RewardClient, RewardResult, Sample

REWARDS = ("math_equal@v2", "think_format@v1", "reflection@v1")
_RANKS = 8
_EACH = 32
_STEPS = 3
"""Steps a turn, each with other completions."""


def main() -> int:
    """Print the table; return 1 where the data is not there, or the outcomes of both sides differ."""
    parser = argparse.ArgumentParser(description="Eight ranks at once beside one request.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the data folder")
    parser.add_argument("--repeat", type=int, default=5, help="how many turns of three steps")
    asked = parser.parse_args()
    file = asked.data / "grpo_batch" / "math_100x8.jsonl"
    if not file.exists():
        sys.stderr.write(f"{file} is not here; --data names the folder that has it\n")
        return 1
    rows = read(file)
    steps = [samples(rows[step * _RANKS * _EACH : (step + 1) * _RANKS * _EACH]) for step in range(_STEPS)]
    waits: list[list[float]] = []
    ideal: list[float] = []
    differing = 0
    for _ in range(asked.repeat):
        together, alone = turn(steps)
        waits += [seconds for seconds, _ in together]
        ideal += [seconds for seconds, _ in alone]
        differing += sum(found != whole for (_, found), (_, whole) in zip(together, alone, strict=True))
    report(waits, ideal)
    print(f"steps with another value than in one request: {differing}")
    return min(1, differing)


def samples(rows: Sequence[Row]) -> list[Sample]:
    """Return the samples of a step."""
    return [Sample(row.completion, {"answer": row.answer}) for row in rows]


Together = list[tuple[list[float], list[list[float | None]]]]
Alone = list[tuple[float, list[list[float | None]]]]


def turn(steps: Sequence[list[Sample]]) -> tuple[Together, Alone]:
    """Return what each rank waited in each step, and each step as one request took, with the values of both."""
    together: Together = []
    alone: Alone = []
    with serving() as service:
        clients = [RewardClient(service.url) for _ in range(_RANKS)]
        for client in clients:
            warm_up(client)
        barrier = Barrier(_RANKS)

        def ask(rank: int, step: Sequence[Sample]) -> tuple[float, list[RewardResult]]:
            barrier.wait()
            started = time.perf_counter()
            found = clients[rank].score_many(REWARDS, step[rank * _EACH : (rank + 1) * _EACH])
            return time.perf_counter() - started, found

        with ThreadPoolExecutor(_RANKS) as threads:
            for step in steps:
                asked = list(threads.map(ask, range(_RANKS), [step] * _RANKS))
                together.append(([seconds for seconds, _ in asked], joined([found for _, found in asked])))
    with serving() as service, RewardClient(service.url) as client:
        warm_up(client)
        for step in steps:
            started = time.perf_counter()
            found = client.score_many(REWARDS, step)
            alone.append((time.perf_counter() - started, joined([found])))
    return together, alone


def warm_up(client: RewardClient) -> None:
    """Have the workers load their libraries, and the connection opened."""
    client.score_many(REWARDS, [Sample(f"\\boxed{{{n}}}", {"answer": str(n)}) for n in WARM_UP])


def joined(parts: Sequence[Sequence[RewardResult]]) -> list[list[float | None]]:
    """Return the values of each reward over all parts."""
    return [[outcome.value for part in parts for outcome in part[reward].outcomes] for reward in range(len(REWARDS))]


def report(waits: Sequence[Sequence[float]], ideal: Sequence[float]) -> None:
    """Print what the ranks waited beside the ideal."""
    every = sorted(seconds for step in waits for seconds in step)
    slowest = sorted(max(step) for step in waits)
    rows = [("one request of all", ideal), ("a rank", every), ("the slowest rank", slowest)]
    show(
        f"{_RANKS} ranks x {len(REWARDS)} rewards x {_EACH} completions at once, {len(waits)} steps.",
        ("waits for", "p50 ms", "p99 ms", "p99 of the ideal's"),
        [
            (name, f"{median(found) * 1000:,.0f}", f"{p99_ms(found):,.0f}", f"{p99_ms(found) / p99_ms(ideal):.2f}")
            for name, found in rows
        ],
    )


def p99_ms(seconds: Sequence[float]) -> float:
    """Return the time that 99 % stayed within."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, math.ceil(0.99 * len(ordered)) - 1)] * 1000


if __name__ == "__main__":
    sys.exit(main())
