"""What it costs to write everything down: the batch of `benchmarks.grpo_batch` and single samples, with and without.

Each side has a service and an empty database of its own. All of them are there from the beginning, and take turns with
every pass, so that a busy machine is busy for all. Nothing is remembered: each pass has a number of its own in front of
every completion. CPU is that of a service and its workers together. Then requests of one sample, over many connections.

    python -m benchmarks.record [--reward ID] [--data FOLDER] [--repeat N] [--requests N] [--concurrency N]
        [--texts none sample all]
"""

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from operator import truediv
from pathlib import Path
from statistics import fmean, median
from typing import Any

import httpx
import orjson

from benchmarks.figures import show, spread, timed
from benchmarks.grpo_batch import read
from benchmarks.load import load, request
from benchmarks.serving import Service, default_reward, serving
from benchmarks.single_samples import numbered, warm_up
from service.record import choice
from service.scoring import submission

_UNCOUNTED = 2


@dataclass(slots=True)
class Side:
    """One way of keeping a record, and what it came to."""

    name: str
    settings: dict[str, str]
    seconds: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    singles_s: float = 0.0
    singles_cpu_s: float = 0.0
    singles_ms: float = 0.0


def main() -> int:
    """Print the tables; return 1 where the data is not there."""
    parser = argparse.ArgumentParser(description="What the record costs.")
    parser.add_argument("--reward", default=default_reward(), help="the reward to ask the service for")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the data folder")
    parser.add_argument("--repeat", type=int, default=40, help="how often to measure each side")
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
    with ExitStack() as running:
        services = [running.enter_context(serving(**side.settings)) for side in sides]
        for service in services:
            warm_up(service, f"/v1/rewards/{asked.reward}/score")
        for turn in range(-_UNCOUNTED, asked.repeat):
            pairs = list(zip(sides, services, strict=True))
            for side, service in pairs if turn % 2 else reversed(pairs):
                _pass(side, service, samples, turn, asked)
        for side, service in zip(sides, services, strict=True):
            _singles(side, service, samples, asked)
    _report(sides, samples, asked)
    _report_bytes(samples)
    return 0


def _pass(
    side: Side, service: Service, samples: Sequence[dict[str, Any]], turn: int, asked: argparse.Namespace
) -> None:
    """Score the batch once; the first few passes of a service are not counted."""
    renamed = [{**each, "completion": f"Pass {turn}.\n{each['completion']}"} for each in samples]
    body = orjson.dumps({"samples": renamed})
    before = service.cpu_s()
    seconds = _post(f"{service.url}/v1/rewards/{asked.reward}/score", body)
    if turn >= 0:
        side.seconds.append(seconds)
        side.cpu_s.append(service.cpu_s() - before)


def _singles(side: Side, service: Service, samples: Sequence[dict[str, Any]], asked: argparse.Namespace) -> None:
    """Score many samples, each with a request of its own."""
    path = f"/v1/rewards/{asked.reward}/score"
    singles = [request(path, orjson.dumps({"samples": [each]})) for each in numbered(samples, asked.requests)]
    if singles:
        before = service.cpu_s()
        tally = load("127.0.0.1", service.port, singles, asked.concurrency)
        side.singles_s = tally.seconds
        side.singles_cpu_s = service.cpu_s() - before
        side.singles_ms = tally.latency_ms(0.5)


def _post(url: str, body: bytes) -> float:
    headers = {"Content-Type": "application/json"}
    seconds, response = timed(lambda: httpx.post(url, content=body, headers=headers, timeout=60, trust_env=False))
    response.raise_for_status()
    return seconds


def _report(sides: Sequence[Side], samples: Sequence[dict[str, Any]], asked: argparse.Namespace) -> None:
    base = sides[0]
    show(
        f"{len(samples)} completions, {asked.reward}, nothing remembered, SQLite.",
        ("record", "ms, median (range)", "throughput", "of paired passes", "CPU ms, mean", "CPU"),
        [
            (
                side.name,
                spread(side.seconds),
                f"{median(base.seconds) / median(side.seconds):.1%}",
                f"{median(map(truediv, base.seconds, side.seconds)):.1%}",
                f"{fmean(side.cpu_s) * 1000:,.0f}",
                f"{fmean(side.cpu_s) / fmean(base.cpu_s):.1%}",
            )
            for side in sides
        ],
    )
    if asked.requests:
        show(
            f"{asked.requests:,} requests of one sample, {asked.concurrency} connections.",
            ("record", "samples/s", "throughput", "p50 ms", "CPU"),
            [
                (
                    side.name,
                    f"{asked.requests / side.singles_s:,.0f}",
                    f"{base.singles_s / side.singles_s:.1%}",
                    f"{side.singles_ms:,.1f}",
                    f"{side.singles_cpu_s / base.singles_cpu_s:.1%}",
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
