"""One sample a request, as several trainers send them, beside whole batches of the same samples.

The completions are those of `../shared/data/grpo_batch` and `../shared/data/verdicts`, each with a number of its own
in front, so that no two are equal and nothing is remembered. Each side has a new service, warm but for the samples,
and a light client on the same machine; what the client takes is part of every figure. The batches go over two
connections, so that the service never waits for the next one.

    python -m benchmarks.single_samples [--reward ID] [--data FOLDER] [--repeat N] [--requests N] [--concurrency N]
"""

import argparse
import itertools
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx
import orjson

from benchmarks.figures import show
from benchmarks.grpo_batch import WARM_UP
from benchmarks.load import Tally, load, load_anew, request
from benchmarks.serving import Service, default_reward, serving

_BATCH = 1_000
_BATCH_CONNECTIONS = 2

Sample = dict[str, object]
Send = Callable[[str, int, Sequence[bytes], int], Tally]


@dataclass(slots=True)
class Side:
    """What one way of sending came to."""

    name: str
    size: int
    """Samples a request."""
    connections: int
    send: Send
    tallies: list[Tally] = field(default_factory=list)
    values: list[list[float | None]] = field(default_factory=list)

    def rate(self, samples: int) -> float:
        """Return the samples a second, of the median run."""
        return samples / median(tally.seconds for tally in self.tallies)

    def errors(self) -> int:
        """Return how many requests got no answer, or another than 200."""
        return sum(tally.lost + tally.refused for tally in self.tallies)


def main() -> int:
    """Print the table; return 1 where the data is not there, or an outcome differs between the sides."""
    parser = argparse.ArgumentParser(description="Requests of one sample beside batches.")
    parser.add_argument("--reward", default=default_reward(), help="the reward to ask the service for")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the data folder")
    parser.add_argument("--repeat", type=int, default=3, help="how often to measure each side")
    parser.add_argument("--requests", type=int, default=10_000, help="how many samples")
    parser.add_argument("--concurrency", type=int, default=256, help="requests of one sample under way at a time")
    asked = parser.parse_args()
    if not (asked.data / "grpo_batch").exists():
        sys.stderr.write(f"{asked.data} has no grpo_batch; --data names the folder that has it\n")
        return 1
    samples = numbered(read(asked.data), asked.requests)
    sides = [
        Side(f"batches of {_BATCH:,}", _BATCH, _BATCH_CONNECTIONS, load),
        Side("one sample, connections kept", 1, asked.concurrency, load),
        Side("one sample, a connection each", 1, asked.concurrency, load_anew),
    ]
    for _ in range(asked.repeat):
        for side in sides:
            run(side, asked.reward, samples)
    report(sides, asked.reward, len(samples))
    wrong = sum(values != sides[0].values[0] for side in sides for values in side.values)
    print(f"runs in which a value was missing or another than in the first: {wrong}")
    return min(1, wrong)


def read(folder: Path) -> list[Sample]:
    """Return the samples of the data."""
    samples = []
    for line in (folder / "grpo_batch" / "math_100x8.jsonl").read_text(encoding="utf-8").splitlines():
        problem = json.loads(line)
        samples += [{"completion": text, "reference": {"answer": problem["answer"]}} for text in problem["completions"]]
    for line in (folder / "verdicts" / "dev.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        samples.append({"completion": row["completion"], "reference": {"answer": row["gold"]}})
    return samples


def numbered(samples: Sequence[Sample], number: int) -> list[Sample]:
    """Return so many samples, no two of them equal."""
    chosen = itertools.islice(itertools.cycle(samples), number)
    return [{**sample, "completion": f"Attempt {n}.\n{sample['completion']}"} for n, sample in enumerate(chosen)]


def run(side: Side, reward: str, samples: Sequence[Sample]) -> None:
    """Send the samples to a new service."""
    path = f"/v1/rewards/{reward}/score"
    requests = [
        request(path, orjson.dumps({"samples": samples[start : start + side.size]}))
        for start in range(0, len(samples), side.size)
    ]
    with serving() as service:
        warm_up(service, path)
        tally = side.send("127.0.0.1", service.port, requests, side.connections)
    side.tallies.append(tally)
    side.values.append(
        [
            outcome["value"]
            for position in sorted(tally.bodies)
            for outcome in orjson.loads(tally.bodies[position]).get("outcomes", ())
        ]
    )


def warm_up(service: Service, path: str) -> None:
    """Have every worker load its libraries."""
    for half in (WARM_UP[:32], WARM_UP[32:]):
        samples = [{"completion": f"\\boxed{{{n}}}", "reference": {"answer": str(n)}} for n in half]
        httpx.post(f"{service.url}{path}", json={"samples": samples}, trust_env=False).raise_for_status()


def report(sides: Sequence[Side], reward: str, samples: int) -> None:
    """Print each side, and its share of what the batches reach."""
    whole = sides[0].rate(samples)
    show(
        f"{samples:,} samples, {reward}, default settings, nothing remembered, client on the same machine.",
        ("requests of", "connections", "samples/s", "of the batches'", "p50 ms", "p99 ms", "errors"),
        [
            (
                side.name,
                str(side.connections),
                f"{side.rate(samples):,.0f}",
                f"{side.rate(samples) / whole:.0%}",
                f"{median(tally.latency_ms(0.5) for tally in side.tallies):,.0f}",
                f"{median(tally.latency_ms(0.99) for tally in side.tallies):,.0f}",
                str(side.errors()),
            )
            for side in sides
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
