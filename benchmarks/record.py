"""What it costs to write everything down: the batch of `benchmarks.grpo_batch` and single samples, with and without.

The sides take turns, each with a service and an empty database of its own, the one before them with the record off.
`cold` is the first pass of a new service: workers warm, nothing remembered. `new` is the same batch with a number in
front of each completion, so that none is remembered either; there are several of these to a service. CPU is that of
the service and its workers together, over those passes. Then requests of one sample, over many connections.

    python -m benchmarks.record [--reward ID] [--data FOLDER] [--repeat N] [--requests N] [--concurrency N]
        [--texts none sample all]
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import orjson

from benchmarks.figures import show, spread, timed
from benchmarks.grpo_batch import read
from benchmarks.load import load, request
from benchmarks.serving import default_reward, serving
from benchmarks.single_samples import numbered, warm_up
from service.record import choice
from service.scoring import submission

_NEW_PASSES = 6


@dataclass(slots=True)
class Side:
    """One way of keeping a record, and what it came to."""

    name: str
    settings: dict[str, str]
    cold_s: list[float] = field(default_factory=list)
    new_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    singles_s: list[float] = field(default_factory=list)
    singles_ms: list[float] = field(default_factory=list)


def main() -> int:
    """Print the tables; return 1 where the data is not there."""
    parser = argparse.ArgumentParser(description="What the record costs.")
    parser.add_argument("--reward", default=default_reward(), help="the reward to ask the service for")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the data folder")
    parser.add_argument("--repeat", type=int, default=5, help="how often to measure each side")
    parser.add_argument("--requests", type=int, default=4_000, help="how many requests of one sample; 0 for none")
    parser.add_argument("--concurrency", type=int, default=64, help="how many of them are under way at a time")
    texts = ("none", "sample", "all")
    parser.add_argument("--texts", nargs="*", choices=texts, default=texts, help="which settings of the texts")
    asked = parser.parse_args()
    file = asked.data / "grpo_batch" / "math_100x8.jsonl"
    if not file.exists():
        sys.stderr.write(f"{file} is not here; --data names the folder that has it\n")
        return 1
    samples: list[dict[str, Any]] = [
        {"completion": row.completion, "reference": {"answer": row.answer}} for row in read(file)
    ]
    sides = [
        Side("no record", {"record": "false"}),
        *(Side(f"texts: {texts}", {"record_texts": texts}) for texts in asked.texts),
    ]
    for turn in range(asked.repeat):
        for side in sides if turn % 2 else reversed(sides):
            _measure(side, samples, asked)
    _report(sides, samples, asked)
    _report_bytes(samples)
    return 0


def _measure(side: Side, samples: Sequence[dict[str, Any]], asked: argparse.Namespace) -> None:
    path = f"/v1/rewards/{asked.reward}/score"
    batches = [orjson.dumps({"samples": samples})]
    for number in range(_NEW_PASSES):
        renamed = [{**each, "completion": f"Pass {number}.\n{each['completion']}"} for each in samples]
        batches.append(orjson.dumps({"samples": renamed}))
    singles = [request(path, orjson.dumps({"samples": [each]})) for each in numbered(samples, asked.requests)]
    with serving(**side.settings) as service, httpx.Client(base_url=service.url, trust_env=False) as client:
        warm_up(service, path)
        before = service.cpu_s()
        seconds = [_post(client, path, batch) for batch in batches]
        side.cpu_s.append((service.cpu_s() - before) / len(batches))
        side.cold_s.append(seconds[0])
        side.new_s += seconds[1:]
        if singles:
            tally = load("127.0.0.1", service.port, singles, asked.concurrency)
            side.singles_s.append(tally.seconds)
            side.singles_ms.append(tally.latency_ms(0.5))


def _post(client: httpx.Client, path: str, body: bytes) -> float:
    headers = {"Content-Type": "application/json"}
    seconds, response = timed(lambda: client.post(path, content=body, headers=headers, timeout=60))
    response.raise_for_status()
    return seconds


def _report(sides: Sequence[Side], samples: Sequence[dict[str, Any]], asked: argparse.Namespace) -> None:
    base = sides[0]
    show(
        f"{len(samples)} completions, {asked.reward}, nothing remembered, SQLite.",
        ("record", "cold ms, median (range)", "rate", "new ms, median (range)", "rate", "CPU ms", "rate"),
        [
            (
                side.name,
                spread(side.cold_s),
                f"{median(base.cold_s) / median(side.cold_s):.1%}",
                spread(side.new_s),
                f"{median(base.new_s) / median(side.new_s):.1%}",
                f"{median(side.cpu_s) * 1000:,.0f}",
                f"{median(base.cpu_s) / median(side.cpu_s):.1%}",
            )
            for side in sides
        ],
    )
    if asked.requests:
        show(
            f"{asked.requests:,} requests of one sample, {asked.concurrency} connections.",
            ("record", "samples/s", "rate", "p50 ms"),
            [
                (
                    side.name,
                    f"{asked.requests / median(side.singles_s):,.0f}",
                    f"{median(base.singles_s) / median(side.singles_s):.1%}",
                    f"{median(side.singles_ms):,.1f}",
                )
                for side in sides
            ],
        )


def _report_bytes(samples: Sequence[dict[str, Any]]) -> None:
    """Print what the texts of the batch take, packed by prompt as the record does it, and each by itself."""
    submissions = [submission(each["completion"], each["reference"]) for each in samples]
    raw = sum(len(each["completion"].encode()) for each in submissions)
    groups = choice.groups_of(submissions)
    kinds = {"by prompt": groups, "each by itself": [[place] for group in groups for place in group]}
    show(
        f"{len(samples)} completions of {raw:,} bytes.",
        ("texts", "bytes", "of the raw"),
        [
            (name, f"{size:,}", f"{size / raw:.2f}")
            for name, packed in kinds.items()
            for size in [sum(len(frame.data) for frame in choice.frames(submissions, packed))]
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
