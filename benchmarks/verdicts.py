"""How often a reward is right on labelled answers, beside every grader that was measured on the same rows.

The rows are `../shared/data/verdicts/dev.jsonl`; the other graders' figures are read from `summary_dev.json` beside it,
which was measured on exactly these rows. The reward is scored by a service of its own over HTTP. A failure counts as a
wrong verdict, as it does for the others.

    python -m benchmarks.verdicts [--reward math_equal@v2] [--wrong] [--data FOLDER]
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table
from typing_extensions import override

from service.cli._local_service import local_service
from trainer_client import RewardClient, Sample, Score

CONSOLE = Console(width=190)
PEERS = (
    "math_verify",
    "math_verify_setrel",
    "nemo_skills",
    "inspect_ai",
    "qwen_math",
    "trl",
    "prm800k",
    "open_instruct",
)
BATCH = 128


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled answer."""

    name: str
    gold: str
    text: str
    label: bool
    is_core: bool
    is_graded: bool
    """Whether the answer is given as it is, or in a box."""
    group: str
    source: str
    kind: str


@dataclass(slots=True)
class Tally:
    """Right and wrong verdicts."""

    count: int = 0
    false_positives: int = 0
    false_negatives: int = 0

    def add(self, label: bool, verdict: bool) -> None:  # noqa: FBT001 - a label and a verdict are what they are
        """Count one row."""
        self.count += 1
        self.false_positives += verdict and not label
        self.false_negatives += label and not verdict

    @property
    def accuracy(self) -> float:
        """The share of right verdicts."""
        return 1 - (self.false_positives + self.false_negatives) / self.count

    @override
    def __str__(self) -> str:
        return f"{self.accuracy:6.1%} {self.false_positives:>3}/{self.false_negatives:<3}"


GROUPS: dict[str, Callable[[Row], bool]] = {
    "grading core (answer or box given)": lambda row: row.group == "main" and row.is_core and row.is_graded,
    "main core": lambda row: row.group == "main" and row.is_core,
    "main core public": lambda row: row.group == "main" and row.is_core and not row.source.startswith("derived"),
    "hardverify core": lambda row: row.group == "main" and row.is_core and row.source == "hardverify",
    "derived core": lambda row: row.group == "main" and row.is_core and row.source == "derived",
    "convention (non-core)": lambda row: row.group == "main" and not row.is_core,
    "gsm8k-style": lambda row: row.group == "gsm8k-style",
    "nearmiss": lambda row: row.group == "nearmiss",
    "hack": lambda row: row.group == "hack" and row.is_core,
    "dos": lambda row: row.group == "dos",
}


def main() -> int:
    """Print the tables; return 1 where the data is not there."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the data folder")
    parser.add_argument("--reward", default="math_equal@v2", help="the reward to measure")
    parser.add_argument("--wrong", action="store_true", help="list the wrong verdicts")
    arguments = parser.parse_args()
    folder = arguments.data / "verdicts"
    if not (folder / "dev.jsonl").exists():
        sys.stderr.write(f"{folder} is not here; --data names the folder that has it\n")
        return 1
    rows = read(folder)
    outcomes = score(arguments.reward, rows)
    summary = json.loads((folder / "summary_dev.json").read_text(encoding="utf-8"))
    report_groups(arguments.reward, rows, outcomes, summary)
    report_classes(arguments.reward, rows, outcomes, summary)
    if arguments.wrong:
        report_wrong(rows, outcomes)
    return 0


def read(folder: Path) -> list[Row]:
    """Return the rows; an answer that is given by itself is put in a box, as it was for the other graders."""
    kinds = {entry["id"]: entry["cls"] for entry in json.loads((folder / "summary_dev_classes.json").read_text())}
    rows = []
    with (folder / "dev.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            fields = json.loads(line)
            bare = fields["form"] == "answer"
            text = fields["completion"]
            rows.append(
                Row(
                    name=fields["id"],
                    gold=fields["gold"],
                    text=rf"The final answer is $\boxed{{{text}}}$." if bare else text,
                    label=fields["label"],
                    is_core=fields["core"],
                    is_graded=bare or r"\boxed" in text,
                    group=fields["group"],
                    source=fields["source"],
                    kind=kinds.get(fields["id"], "other"),
                )
            )
    return rows


def score(reward: str, rows: list[Row]) -> list[Score | None]:
    """Return the service's scores; None for a failure."""
    outcomes: list[Score | None] = []
    with local_service() as url, RewardClient(url) as client:
        for start in track(range(0, len(rows), BATCH), description=reward, console=CONSOLE, transient=True):
            samples = [Sample(row.text, {"answer": row.gold}) for row in rows[start : start + BATCH]]
            outcomes += [outcome if isinstance(outcome, Score) else None for outcome in client.score(reward, samples)]
    return outcomes


def is_paid(outcome: Score | None) -> bool:
    """Return whether an outcome says that the answer is right."""
    return outcome is not None and outcome.value == 1.0


def tally(pairs: Iterable[tuple[Row, Score | None]]) -> Tally:
    """Return the count over some rows."""
    total = Tally()
    for row, outcome in pairs:
        total.add(row.label, is_paid(outcome))
    return total


def report_groups(reward: str, rows: list[Row], outcomes: list[Score | None], summary: dict[str, object]) -> None:
    """Print accuracy, false positives and false negatives by group, beside the other graders'."""
    table = Table(title="right, false positives / false negatives", box=None, pad_edge=False, header_style="bold")
    table.add_column("rows", no_wrap=True)
    for column in ("n", reward, *(peer.replace("_", " ") for peer in PEERS)):
        table.add_column(column, justify="right")
    groups = as_mapping(summary["groups"])
    for name, belongs in GROUPS.items():
        total = tally((row, outcome) for row, outcome in zip(rows, outcomes, strict=True) if belongs(row))
        cells = [peer_cell(as_mapping(groups.get(name, {})).get(peer)) for peer in PEERS]
        table.add_row(name, str(total.count), f"[bold]{total}[/bold]", *cells)
    CONSOLE.print(table)


def report_classes(reward: str, rows: list[Row], outcomes: list[Score | None], summary: dict[str, object]) -> None:
    """Print the same by class, beside the best other grader of each class."""
    table = Table(title="\nby class", box=None, pad_edge=False, header_style="bold")
    table.add_column("class", no_wrap=True)
    for column in ("n", reward, "math verify", "best other", "which"):
        table.add_column(column, justify="left" if column == "which" else "right", no_wrap=True)
    by_class: dict[str, list[tuple[Row, Score | None]]] = defaultdict(list)
    for row, outcome in zip(rows, outcomes, strict=True):
        by_class[row.kind].append((row, outcome))
    for name, facts in sorted(as_mapping(summary["by_class"]).items(), key=lambda item: -len(by_class[item[0]])):
        peers, best = as_mapping(as_mapping(facts)["peers"]), as_mapping(facts)["best"]
        leader = best[0] if isinstance(best, list) else ""
        total = tally(by_class[name])
        cells = (peer_cell(peers.get("math_verify")), peer_cell(peers.get(leader)), leader)
        table.add_row(name, str(total.count), f"[bold]{total}[/bold]", *cells)
    CONSOLE.print(table)


def report_wrong(rows: list[Row], outcomes: list[Score | None]) -> None:
    """Print every wrong verdict with its reason."""
    table = Table(title="\nwrong", box=None, pad_edge=False, header_style="bold")
    for column in ("row", "label", "reference", "answer", "reason"):
        table.add_column(column, max_width=40, overflow="ellipsis", no_wrap=True)
    for row, outcome in zip(rows, outcomes, strict=True):
        if is_paid(outcome) != row.label:
            reason = outcome.reason if outcome else "failed"
            cells = (row.name, str(row.label), row.gold, row.text[-60:], reason)
            table.add_row(*(cell.replace("\n", " ").replace("[", r"\[") for cell in cells))
    CONSOLE.print(table)


def peer_cell(facts: object) -> str:
    """Return another grader's figures as `Tally` prints its own."""
    if not isinstance(facts, dict):
        return ""
    return f"{facts['acc']:6.1%} {facts['fp']:>3}/{facts['fn']:<3}"


def as_mapping(value: object) -> dict[str, object]:
    """Return a JSON object."""
    return value if isinstance(value, dict) else {}


if __name__ == "__main__":
    sys.exit(main())
