"""Hostile answers, one request each: is every one answered in time, is any paid, did any run code?

The items are `../shared/data/poison/poison.jsonl`. Their long texts are Python expressions, evaluated here because this
file is trusted; no request ever is. A fresh service scores them over HTTP with its default limits.

    python -m benchmarks.poison [--reward math_equal@v2] [--data FOLDER]
"""

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from service.cli._local_service import local_service
from trainer_client import Failure, RewardClient, Sample, Score

CONSOLE = Console(width=130)


@dataclass(frozen=True, slots=True)
class Item:
    """One hostile answer."""

    name: str
    kind: str
    gold: str
    text: str
    expected: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of it."""

    item: Item
    outcome: Score | Failure
    seconds: float


def main() -> int:
    """Print the table; return 1 where the data is not there, or where an item was paid that must not be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the data folder")
    parser.add_argument("--reward", default="math_equal@v2", help="the reward to measure")
    arguments = parser.parse_args()
    file = arguments.data / "poison" / "poison.jsonl"
    if not file.exists():
        sys.stderr.write(f"{file} is not here; --data names the folder that has it\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        canary = Path(folder, "canary")
        answered = score(arguments.reward, read(file, str(canary)))
        ran = canary.exists()
    return report(arguments.reward, answered, ran_code=ran)


def read(file: Path, canary: str) -> list[Item]:
    """Return the items, their generated texts written out."""
    items = []
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            fields = json.loads(line)
            text = fields["completion"] if fields["completion"] is not None else eval(fields["gen"])  # noqa: S307
            gold = fields["gold"] if fields["gold"] is not None else eval(fields["gold_gen"] or "''")  # noqa: S307
            text = text.replace("%C%", canary).encode(errors="replace").decode()
            expected = fields["expected_reasonable_verdict"]
            items.append(Item(fields["id"], fields["kind"], gold, text, expected))
    return items


def score(reward: str, items: list[Item]) -> list[Answered]:
    """Return what the service says of each item, asked for by itself."""
    answered = []
    with local_service() as url, RewardClient(url) as client:
        client.score(reward, [Sample(r"\boxed{1}", {"answer": "1"})] * 64)
        for item in track(items, description=reward, console=CONSOLE, transient=True):
            started = time.perf_counter()
            (outcome,) = client.score(reward, [Sample(item.text, {"answer": item.gold})])
            answered.append(Answered(item, outcome, time.perf_counter() - started))
    return answered


def report(reward: str, answered: list[Answered], *, ran_code: bool) -> int:
    """Print the figures by kind; return 1 where something was paid that must not be, or code ran."""
    table = Table(title=f"{len(answered)} hostile answers, {reward}", box=None, pad_edge=False, header_style="bold")
    for column in ("kind", "items", "median ms", "slowest ms", "paid", "wrongly paid", "too expensive", "failed"):
        table.add_column(column, justify="left" if column == "kind" else "right", no_wrap=True)
    by_kind: dict[str, list[Answered]] = defaultdict(list)
    for one in answered:
        by_kind[one.item.kind].append(one)
    for kind, some in [*sorted(by_kind.items()), ("all", answered)]:
        table.add_row(kind, *cells(some))
    CONSOLE.print(table)
    wrong = [one.item.name for one in answered if is_wrongly_paid(one)]
    missed = [one.item.name for one in answered if one.item.expected == "correct" and not is_paid(one)]
    CONSOLE.print(f"wrongly paid: {wrong or 'none'}; right and not paid: {missed or 'none'}; code ran: {ran_code}")
    return 1 if wrong or ran_code else 0


def cells(some: list[Answered]) -> list[str]:
    """Return one row of the table."""
    times = sorted(one.seconds * 1000 for one in some)
    scored = [one.outcome for one in some if isinstance(one.outcome, Score)]
    return [
        str(len(some)),
        f"{times[len(times) // 2]:.1f}",
        f"{times[-1]:.0f}",
        str(sum(is_paid(one) for one in some)),
        str(sum(is_wrongly_paid(one) for one in some)),
        str(sum(outcome.reason == "answer_too_expensive" for outcome in scored)),
        str(len(some) - len(scored)),
    ]


def is_paid(one: Answered) -> bool:
    """Return whether an item earned anything."""
    return isinstance(one.outcome, Score) and one.outcome.value > 0


def is_wrongly_paid(one: Answered) -> bool:
    """Return whether an item that is wrong was paid."""
    return one.item.expected == "incorrect" and is_paid(one)


if __name__ == "__main__":
    sys.exit(main())
