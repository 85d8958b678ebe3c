"""One team floods the service with hostile samples; what does another feel of it?

Team B sends batches of real completions, `../shared/data/grpo_batch`, each as soon as the one before is answered. Team
A sends ten times as many samples a minute as its quota allows, one a request, whether they are answered or not: the
costliest of `../shared/data/poison`, those that take at least a quarter of a second alone. No two samples are equal, so
nothing is remembered. B is measured alone and beside A in turns, with the same running service, which has its default
settings but for A's quota; both clients run on the same machine, each in a process of its own.

    python -m benchmarks.fairness [--reward ID] [--data FOLDER] [--quota N] [--rounds N] [--seconds N] [--batch N]
"""

import argparse
import asyncio
import http.client
import itertools
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import orjson
import uvloop

from benchmarks import poison
from benchmarks.figures import show
from benchmarks.serving import Service, default_reward, serving
from service.call import Role
from service.database.engine import open_database
from service.teams.key_store import KeyStore

_TIMES_QUOTA = 10
_COSTLY_S = 0.25
_TARGET = 2.0
_PATIENCE_S = 30.0
"""How long A waits for an answer before it hangs up."""
_SETTLE_S = 2.0
"""What is left of a flood before B is measured alone again, apart from what A hangs up on."""


@dataclass(slots=True)
class Side:
    """What B got."""

    name: str
    latencies_s: list[float] = field(default_factory=list)
    errors: int = 0

    def ms(self, share: float) -> float:
        """Return the latency in milliseconds that so large a share of the answers stayed within."""
        ordered = sorted(self.latencies_s)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


@dataclass(frozen=True, slots=True)
class Flood:
    """What A sends."""

    port: int
    key: str
    path: str
    per_s: float
    samples: Sequence[dict[str, object]]


def main() -> int:
    """Print the table; return 1 where the data is not there, or where B feels more of A than it may."""
    parser = argparse.ArgumentParser(description="A victim's latency beside a flood of hostile samples.")
    parser.add_argument("--reward", default=default_reward(), help="the reward that both ask for")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the data folder")
    parser.add_argument("--quota", type=int, default=600, help="samples a minute that team A may send")
    parser.add_argument("--rounds", type=int, default=4, help="how often to measure B alone and beside A")
    parser.add_argument("--seconds", type=float, default=15, help="how long each time")
    parser.add_argument("--batch", type=int, default=64, help="completions in a request of team B")
    asked = parser.parse_args()
    grpo, hostile = asked.data / "grpo_batch" / "math_100x8.jsonl", asked.data / "poison" / "poison.jsonl"
    for file in (grpo, hostile):
        if not file.exists():
            sys.stderr.write(f"{file} is not here; --data names the folder that has it\n")
            return 1
    path = f"/v1/rewards/{asked.reward}/score"
    batches = Batches(grpo, asked.batch)
    with tempfile.TemporaryDirectory() as folder, serving(data=folder) as service:
        costly = measured(service, path, hostile)
    with tempfile.TemporaryDirectory() as folder:
        keys = made_keys(folder, asked.quota)
        with serving(data=folder) as service:
            alone, beside = Side("team B alone"), Side("team B beside team A's flood")
            answers: Counter[str] = Counter()
            batches.send(service, keys["b"], path, 3.0)  # so that every worker has its libraries loaded
            for _ in range(asked.rounds):
                collect(alone, batches.send(service, keys["b"], path, asked.seconds))
                flood = Flood(service.port, keys["a"], path, _TIMES_QUOTA * asked.quota / 60, costly)
                with flooding(flood, answers):
                    collect(beside, batches.send(service, keys["b"], path, asked.seconds))
                time.sleep(_SETTLE_S)
    return report(asked, [alone, beside], answers, len(costly))


def made_keys(folder: str, quota: int) -> dict[str, str]:
    """Return a key of each team."""
    engine = open_database(f"sqlite:///{folder}/touchstone.db")
    store = KeyStore(engine)
    keys = {team: store.create(team, Role.SCORE)[1].text for team in ("a", "b")}
    store.set_limits("a", {"samples_per_min": quota})
    engine.dispose()
    return keys


class Batches:
    """B's requests: real completions, each with a number of its own in front."""

    def __init__(self, file: Path, size: int) -> None:
        self._samples = itertools.cycle(real(file))
        self._size = size
        self._numbers = itertools.count()

    def send(self, service: Service, key: str, path: str, seconds: float) -> Side:
        """Send batches one after the other for so long; return what came of it."""
        side = Side("")
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        ends_at = time.perf_counter() + seconds
        while time.perf_counter() < ends_at:
            body = self._next()
            started = time.perf_counter()
            connection.request("POST", path, body, headers)
            reply = connection.getresponse()
            content = reply.read()
            side.latencies_s.append(time.perf_counter() - started)
            side.errors += reply.status != http.client.OK or b'"failed"' in content
        connection.close()
        return side

    def _next(self) -> bytes:
        chosen = itertools.islice(self._samples, self._size)
        samples = [
            {**sample, "completion": f"Attempt {next(self._numbers)}.\n{sample['completion']}"} for sample in chosen
        ]
        return orjson.dumps({"samples": samples})


def real(file: Path) -> list[dict[str, object]]:
    """Return the completions of the batch with their references."""
    problems = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [
        {"completion": text, "reference": {"answer": problem["answer"]}}
        for problem in problems
        for text in problem["completions"]
    ]


def measured(service: Service, path: str, file: Path) -> list[dict[str, object]]:
    """Return the poison that takes long, each item asked for by itself."""
    costly: list[dict[str, object]] = []
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    headers = {"Content-Type": "application/json"}
    for item in poison.read(file, "/nowhere"):
        sample: dict[str, object] = {"completion": item.text, "reference": {"answer": item.gold}}
        started = time.perf_counter()
        connection.request("POST", path, orjson.dumps({"samples": [sample]}), headers)
        connection.getresponse().read()
        if time.perf_counter() - started >= _COSTLY_S:
            costly.append(sample)
    connection.close()
    return costly


def collect(whole: Side, part: Side) -> None:
    """Add a measurement to those before it."""
    whole.latencies_s += part.latencies_s
    whole.errors += part.errors


@contextmanager
def flooding(flood: Flood, answers: "Counter[str]") -> Iterator[None]:
    """Have A flood the service from a process of its own; count what it is answered."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_flood, args=(flood, theirs))
    process.start()
    ours.recv()
    try:
        yield
    finally:
        ours.send(None)
        answers.update(ours.recv())
        process.join()


def _flood(flood: Flood, pipe: Connection) -> None:
    """Send until told to end, and then say what was answered."""
    uvloop.run(_send_all(flood, pipe))


async def _send_all(flood: Flood, pipe: Connection) -> None:
    answers: Counter[str] = Counter()
    tasks: set[asyncio.Task[None]] = set()
    samples = itertools.cycle(flood.samples)
    next_at = time.perf_counter()
    pipe.send(None)
    for number in itertools.count():
        if pipe.poll():
            break
        body = orjson.dumps({"samples": [_numbered(next(samples), number)]})
        task = asyncio.create_task(_send_one(flood, body, answers))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        next_at += 1 / flood.per_s
        await asyncio.sleep(max(0.0, next_at - time.perf_counter()))
    for task in list(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    pipe.send(answers)


async def _send_one(flood: Flood, body: bytes, answers: "Counter[str]") -> None:
    """Send one request over a connection of its own, and count its status."""
    head = (
        f"POST {flood.path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {flood.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    status, writer = "hung up", None
    try:
        async with asyncio.timeout(_PATIENCE_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", flood.port)
            writer.write(head.encode() + body)
            status = (await reader.readline()).split(b" ")[1].decode()
    except (TimeoutError, asyncio.CancelledError):
        pass
    except (OSError, IndexError):
        status = "lost"
    finally:
        answers[status] += 1
        if writer is not None:
            writer.close()


def _numbered(sample: dict[str, object], number: int) -> dict[str, object]:
    return {**sample, "completion": f"Try {number} of {time.time()}.\n{sample['completion']}"}


def report(asked: argparse.Namespace, sides: Sequence[Side], answers: "Counter[str]", costly: int) -> int:
    """Print both sides; return 1 where the target is missed."""
    alone, beside = sides
    show(
        f"{asked.reward}, default settings; team B: {asked.batch} completions a request, one request at a time, no "
        f"quota; team A: quota {asked.quota}/min, sends {_TIMES_QUOTA} times that, {costly} kinds of hostile samples; "
        f"{asked.rounds} times {asked.seconds:g} s each.",
        ("", "requests", "p50 ms", "p99 ms", "slowest ms", "times alone, p99", "errors"),
        [
            (
                side.name,
                str(len(side.latencies_s)),
                f"{side.ms(0.5):,.1f}",
                f"{side.ms(0.99):,.1f}",
                f"{max(side.latencies_s) * 1000:,.0f}",
                f"{side.ms(0.99) / alone.ms(0.99):.2f}",
                str(side.errors),
            )
            for side in sides
        ],
    )
    print(f"team A was answered: {json.dumps(dict(answers.most_common()))}")
    return int(beside.errors > 0 or alone.errors > 0 or beside.ms(0.99) > _TARGET * alone.ms(0.99))


if __name__ == "__main__":
    sys.exit(main())
