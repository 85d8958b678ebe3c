"""A cheap reward under load: 64 completions of 1 KB a request, 8 connections, bodies serialised beforehand.

`distinct` bodies hold completions that the service has not seen, so every one reaches a worker; `repeated` ones are
all the same body. The load generator runs in this process, on the same cores.

    python -m benchmarks.format_reward [--reward ID] [--data FOLDER] [--requests N] [--repeat N]
"""

import argparse
import json
import sys
from itertools import cycle, islice
from pathlib import Path
from statistics import median

import orjson

from benchmarks.figures import show
from benchmarks.load import Tally, load, request
from benchmarks.serving import Service, serving

_SAMPLES = 64
_CHARS = 1000
_CONNECTIONS = 8
_TARGET = 60_000


def main() -> int:
    """Print the table; return 1 where the data is not there."""
    parser = argparse.ArgumentParser(description="A format reward under load.")
    parser.add_argument("--reward", default="think_format@v1", help="a reward that needs no reference")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the data folder")
    parser.add_argument("--requests", type=int, default=1000, help="requests in one measurement")
    parser.add_argument("--repeat", type=int, default=3, help="how often to measure each row")
    options = parser.parse_args()
    file = options.data / "grpo_batch" / "math_100x8.jsonl"
    if not file.exists():
        sys.stderr.write(f"{file} is not here; --data names the folder that has it\n")
        return 1
    lines = file.read_text(encoding="utf-8").splitlines()
    texts = [completion for line in lines for completion in json.loads(line)["completions"]]
    path = f"/v1/rewards/{options.reward}/score"
    rows = []
    with serving() as service:
        measure(service, bodies(path, texts, "warm-up", 100))
        distinct = [
            measure(service, bodies(path, texts, f"turn {turn}", options.requests)) for turn in range(options.repeat)
        ]
        same = bodies(path, texts, "same", 1) * options.requests
        repeated = [measure(service, same) for _ in range(options.repeat)]
        noop = [measure(service, bodies("/noop", texts, "noop", 1) * options.requests) for _ in range(options.repeat)]
    for name, turns in (("distinct bodies (cold)", distinct), ("repeated body (again)", repeated), ("no-op", noop)):
        rows.append(row(name, turns))
    note = f"{options.reward}, {_SAMPLES} completions of {_CHARS:,} characters a request, {_CONNECTIONS} connections,"
    show(
        f"{note} default settings; the load generator on the same cores.",
        ("bodies", "completions/s, median (range)", f"share of {_TARGET:,}/s", "p50 ms", "p99 ms", "refused"),
        rows,
    )
    return 0


def bodies(path: str, texts: list[str], salt: str, count: int) -> list[bytes]:
    """Return requests of completions in the right format, all different from each other and from any other salt's."""
    stream = cycle(texts)
    found = []
    for number in range(count):
        samples = []
        for place, text in enumerate(islice(stream, _SAMPLES)):
            thought = f"{salt}, {number}, {place}: {text}"
            thought = (thought * (_CHARS // len(thought) + 1))[: _CHARS - 50]
            samples.append({"completion": f"<think>\n{thought}\n</think>\n<answer>\n{place}\n</answer>"})
        found.append(request(path, orjson.dumps({"samples": samples})))
    return found


def measure(service: Service, requests: list[bytes]) -> Tally:
    """Send the requests."""
    return load("127.0.0.1", service.port, requests, _CONNECTIONS)


def row(name: str, turns: list[Tally]) -> tuple[str, ...]:
    """Return a row of the table."""
    rates = [turn.answers * _SAMPLES / turn.seconds for turn in turns]
    waits = sorted(wait for turn in turns for wait in turn.latencies_s)
    return (
        name,
        f"{median(rates):,.0f} ({min(rates):,.0f} to {max(rates):,.0f})",
        f"{median(rates) / _TARGET:.2f}",
        f"{waits[len(waits) // 2] * 1000:.1f}",
        f"{waits[len(waits) * 99 // 100] * 1000:.1f}",
        str(sum(turn.refused for turn in turns)),
    )


if __name__ == "__main__":
    sys.exit(main())
