"""The same corpus ten times, idle and under load: no verdict may change.

The memory of outcomes is off, so that every verdict is made anew. Under load, four busy processes share the cores.

    python -m benchmarks.determinism [--reward ID] [--data FOLDER] [--turns N]
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import show, timed
from benchmarks.hard_answers import read
from benchmarks.serving import default_reward, serving
from trainer_client import Outcome, RewardClient, Sample

_BUSY_PROCESSES = 4


def main() -> int:
    """Print the table; return 1 where a verdict changed or the data is not there."""
    parser = argparse.ArgumentParser(description="The same verdicts every time, also under load.")
    parser.add_argument("--reward", default=default_reward(), help="the reward to ask the service for")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the data folder")
    parser.add_argument("--turns", type=int, default=10, help="how often to score the corpus, idle and under load each")
    options = parser.parse_args()
    file = options.data / "verdicts" / "dev.jsonl"
    if not file.exists():
        sys.stderr.write(f"{file} is not here; --data names the folder that has it\n")
        return 1
    samples = [Sample(row.text, {"answer": row.gold}) for row in read(file)]
    rows = []
    with serving(memo_entries="0") as service, RewardClient(service.url) as client:
        first = client.score(options.reward, samples)
        for name, load in (("idle", 0), (f"{_BUSY_PROCESSES} busy processes", _BUSY_PROCESSES)):
            with busy(load):
                seconds, changes = timed(lambda: changed(client, options.reward, samples, first, options.turns))
            rows.append((name, str(options.turns), f"{seconds / options.turns:.2f}", str(changes)))
    show(
        f"{len(samples)} samples, {options.reward}, memory of outcomes off.",
        ("load", "turns", "s a turn", "outcomes changed"),
        rows,
    )
    return int(any(row[-1] != "0" for row in rows))


def changed(client: RewardClient, reward: str, samples: list[Sample], first: list[Outcome], turns: int) -> int:
    """Return how many outcomes differ from the first, in so many turns."""
    return sum(
        one != other for _ in range(turns) for one, other in zip(first, client.score(reward, samples), strict=True)
    )


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep so many processes busy."""
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
