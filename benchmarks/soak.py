"""A service under mixed load for minutes, hostile answers among it: does its memory grow, does anything fail?

Every quarter of a second the resident memory of the service and of its workers is read. The slope is that of a straight
line through the second half, by least squares, in percent of its mean for each ten minutes.

    python -m benchmarks.soak [--minutes 10] [--connections 8]
"""

import argparse
import itertools
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression, mean
from typing import Any

import httpx

from benchmarks.figures import show
from benchmarks.serving import Service, serving
from service.metering.process import resident_bytes

_EVERY_S = 0.25
_TEN_MINUTES_S = 600.0
_MIB = 1 << 20
Sample = dict[str, Any]


@dataclass(slots=True)
class Soak:
    """What came of it."""

    statuses: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    """Outcomes: scored, or the kind of failure."""
    broken: Counter[str] = field(default_factory=Counter)
    """Requests without an answer, by what became of them."""
    wrong: int = 0
    """Plain samples whose value was not the right one."""
    resident: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """MiB over seconds, of each process."""


def main() -> int:
    """Print the table; return 1 where a request was lost or a plain sample was not worth what it is."""
    parser = argparse.ArgumentParser(description="A service under mixed load: memory and errors.")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long")
    parser.add_argument("--connections", type=int, default=8, help="clients at a time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="touchstone-soak-") as folder:
        with serving(data=str(Path(folder, "data"))) as service:
            soak = run(service, options.minutes * 60, options.connections)
        megabytes = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / _MIB
    return report(soak, options.minutes, megabytes)


def run(service: Service, seconds: float, connections: int) -> Soak:
    """Return what came of a load of so many seconds."""
    soak, ends_at = Soak(), time.monotonic() + seconds
    clients = [threading.Thread(target=_ask, args=(service, soak, ends_at, seed)) for seed in range(connections)]
    for client in clients:
        client.start()
    started = time.monotonic()
    while time.monotonic() < ends_at:
        for name, megabytes in _resident(service).items():
            soak.resident.setdefault(name, []).append((time.monotonic() - started, megabytes))
        time.sleep(_EVERY_S)
    for client in clients:
        client.join()
    return soak


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return by how many percent of its mean the second half grows in ten minutes."""
    half = points[len(points) // 2 :]
    seconds, megabytes = [point[0] for point in half], [point[1] for point in half]
    return 100 * linear_regression(seconds, megabytes).slope * _TEN_MINUTES_S / mean(megabytes)


def report(soak: Soak, minutes: float, megabytes: float) -> int:
    """Print the figures; return 1 where a request was lost or a plain sample was not worth what it is."""
    requests = soak.statuses.total()
    rows = []
    for name, points in soak.resident.items():
        half = [value for _, value in points[len(points) // 2 :]]
        rows.append((name, f"{points[0][1]:.0f}", f"{mean(half):.1f}", f"{max(half):.0f}", f"{slope(points):+.2f} %"))
    show(
        f"{minutes:g} minutes, {requests:,} answers, {soak.kinds.total():,} outcomes.",
        ("process", "MiB at first", "mean of 2nd half", "most of it", "slope per 10 min"),
        rows,
    )
    print(f"statuses {dict(soak.statuses)}, outcomes {dict(soak.kinds)}")
    print(f"requests lost {dict(soak.broken) or 0}, plain samples with a wrong value {soak.wrong}")
    print(f"written down: {megabytes:.1f} MiB")
    return 1 if soak.broken or soak.wrong or set(soak.statuses) - {200, 422, 404} else 0


def _resident(service: Service) -> dict[str, float]:
    """Return the MiB that the service, its forkserver and all its workers together hold."""
    servers = _children(service.pid)
    workers = [worker for server in servers for worker in _children(server)]
    found = {"service": [service.pid], "forkserver": servers, "workers": workers}
    return {name: sum(map(resident_bytes, pids)) / _MIB for name, pids in found.items()}


def _children(pid: int) -> list[int]:
    """Return the processes that a process has started; none where it is gone."""
    with suppress(OSError):
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    return []


def _ask(service: Service, soak: Soak, ends_at: float, seed: int) -> None:
    """Send one request after the other until the time is over."""
    chance = random.Random(seed)  # noqa: S311 - a load, and no secret
    numbers = itertools.count(seed * 10_000_000)
    with httpx.Client(base_url=service.url, timeout=120, trust_env=False) as client:
        while time.monotonic() < ends_at:
            kind = chance.choices(list(_KINDS), weights=[weight for weight, _ in _KINDS.values()])[0]
            path, body, right = _KINDS[kind][1](numbers, chance)
            try:
                reply = client.post(path, **body, headers={"X-Run-ID": f"soak-{seed}"})
            except httpx.HTTPError as error:
                soak.broken[type(error).__name__] += 1
                continue
            soak.statuses[reply.status_code] += 1
            _count(soak, reply, right)


def _count(soak: Soak, reply: httpx.Response, right: Sequence[float | None]) -> None:
    """Count the outcomes of an answer, and those of plain samples that are not what they should be."""
    if reply.status_code != httpx.codes.OK:
        return
    outcomes = reply.json().get("outcomes", [])
    soak.kinds.update(outcome.get("kind") or outcome["status"] for outcome in outcomes)
    for outcome, value in zip(outcomes, right, strict=False):
        soak.wrong += value is not None and outcome["value"] != value


Made = tuple[str, dict[str, Any], list[float | None]]
"""A path, what `httpx` sends there, and the value of each sample; None where anything will do."""
_MATH = "/v1/rewards/math_equal@v2/score"


def _plain(number: int) -> Sample:
    return {
        "completion": f"So there are \\boxed{{\\frac{{{number}}}{{7}}}} of them. " * 4,
        "prompt": f"How many are {number // 8}?",
        "reference": {"answer": f"{number}/7"},
    }


def _batch(numbers: Iterator[int], _: random.Random) -> Made:
    """Return 64 plain samples that nobody has seen."""
    samples = [_plain(next(numbers)) for _ in range(64)]
    return _MATH, {"json": {"samples": samples, "statistics": True}}, [1.0] * 64


def _again(numbers: Iterator[int], chance: random.Random) -> Made:
    """Return 64 samples of which most were seen before."""
    next(numbers)
    return _MATH, {"json": {"samples": [_plain(chance.randrange(3_000)) for _ in range(64)]}}, [1.0] * 64


def _single(numbers: Iterator[int], _: random.Random) -> Made:
    """Return one sample."""
    return _MATH, {"json": {"samples": [_plain(next(numbers))]}}, [1.0]


def _several(numbers: Iterator[int], _: random.Random) -> Made:
    """Return a batch for several rewards."""
    samples = [_plain(next(numbers)) for _ in range(16)]
    rewards = [{"reward": reward} for reward in ("math_equal@v2", "think_format@v2", "repetition@v2")]
    return "/v1/score", {"json": {"rewards": rewards, "samples": samples}}, []


def _hostile(numbers: Iterator[int], chance: random.Random) -> Made:
    """Return a batch with one answer that is meant to take the worker with it."""
    number = next(numbers)
    texts = (
        rf"\boxed{{{number}^{{9^{{9^{{9}}}}}}}}",
        rf"\boxed{{\sum_{{k=0}}^{{{90_000 + number % 1_000}}} \binom{{90000}}{{k}}^3}}",
        rf"\boxed{{{'(' * 20_000}{number}",
        f"{number} " * 40_000,
    )
    samples = [*(_plain(next(numbers)) for _ in range(15)), {**_plain(number), "completion": chance.choice(texts)}]
    return _MATH, {"json": {"samples": samples}}, [*([1.0] * 15), None]


def _misfit(numbers: Iterator[int], chance: random.Random) -> Made:
    """Return what is no request."""
    number = next(numbers)
    content = chance.choice((f'{{"samples": [{number}', f'{{"samples": {number}}}', "[" * 1_000))
    return _MATH, {"content": content}, []


_KINDS = {
    "batch": (4, _batch),
    "again": (3, _again),
    "single": (8, _single),
    "several": (3, _several),
    "hostile": (1, _hostile),
    "misfit": (1, _misfit),
}
"""How often each kind of request is sent, and what makes it."""


if __name__ == "__main__":
    sys.exit(main())
