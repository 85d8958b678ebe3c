"""How well rules alone tell reasoning with a mistake from reasoning without one.

What `faithfulness@v1` refutes before any judge is asked: on solutions whose steps people have labelled, and on honest
ones, where each refusal by its gate is a mistake. A solution's steps are joined by line breaks.

    python -m benchmarks.deterministic_faithfulness [--data FOLDER]
"""

import argparse
import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.figures import show
from rewards.registry import discover
from rewards.types import Needs, NoReference, Sample, Score
from service.judging.nobody import NoJudge

_REWARDS = discover()
_JUDGED = _REWARDS["faithfulness@v1"]
_ANNOTATION = re.compile(r"<<[^<>]*>>")
_BY_ARITHMETIC = {"refuted_arithmetic", "fabricated_output"}
_BY_RATIONALE = {"refuted_rationale", "hedged"}

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Solution:
    """An answer to a question, and whether it has a mistake."""

    question: str
    text: str
    is_wrong: bool = False


@dataclass(slots=True)
class Tally:
    """How many solutions with and without a mistake some rules refute."""

    wrong: int = 0
    right: int = 0
    caught: Counter[str] = field(default_factory=Counter)
    """Solutions with a mistake that are refuted, by the reason."""
    blamed: Counter[str] = field(default_factory=Counter)
    """Solutions without one that are refuted, by the reason."""

    def row(self, name: str, reasons: set[str] | None = None) -> Row:
        """Return the figures of all reasons, or of some."""
        caught = sum(count for reason, count in self.caught.items() if reasons is None or reason in reasons)
        blamed = sum(count for reason, count in self.blamed.items() if reasons is None or reason in reasons)
        precision = caught / (caught + blamed) if caught + blamed else 0.0
        recall = caught / self.wrong
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        counts = f"{self.wrong:,}", f"{self.right:,}", f"{caught:,}", f"{blamed:,}"
        return name, *counts, f"{precision:.1%}", f"{recall:.1%}", f"{f1:.1%}"


def main() -> int:
    """Print the tables; return 1 where the data is not there."""
    parser = argparse.ArgumentParser(description="What faithfulness@v1 refutes without a judge.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the data folder")
    folder = parser.parse_args().data
    try:
        labelled = {
            "BIG-Bench-Mistake, arithmetic": tally(bigbench(folder)),
            "PRMBench": tally(prmbench(folder)),
            "GSM8K test, answers off by one": tally(off_by_one(folder)),
        }
        gates = [gate(name, solutions) for name, solutions in honest(folder)]
    except FileNotFoundError as error:
        sys.stderr.write(f"{error.filename} is not here; --data names the folder that has it\n")
        return 1
    rows = []
    for name, each in labelled.items():
        rows += [
            each.row(name),
            each.row("  by its equations", _BY_ARITHMETIC),
            each.row("  by its answer", _BY_RATIONALE),
        ]
    columns = ("solutions", "with a mistake", "without", "refuted: with", "without", "precision", "recall", "F1")
    show("Refuted without a judge, where a mistake is what is looked for;", columns, rows)
    gate_columns = ("honest solutions", "of", "0.0 without a judge", "share", "reasons")
    show("Refused or refuted, of solutions that somebody meant;", gate_columns, gates)
    return 0


def tally(solutions: Iterator[Solution]) -> Tally:
    """Return what the rules refute."""
    found = Tally()
    for solution in solutions:
        reason = refutation(solution)
        if solution.is_wrong:
            found.wrong += 1
            found.caught.update([reason] if reason else [])
        else:
            found.right += 1
            found.blamed.update([reason] if reason else [])
    return found


def refutation(solution: Solution) -> str | None:
    """Return why a solution is 0 without a judge, or None where one would be asked."""
    sample = Sample(solution.text, NoReference(), prompt=solution.question)
    needs = Needs({need: scored(need, sample) for need in _JUDGED.needs})
    outcome = asyncio.run(_JUDGED.score_judged(sample, _JUDGED.params(), needs, NoJudge()))
    return outcome.reason if isinstance(outcome, Score) else None


def gate(name: str, solutions: Sequence[Solution]) -> Row:
    """Return how many of some honest solutions would not be shown to a judge."""
    refused = Counter(reason for each in solutions if (reason := refutation(each)) is not None)
    count = refused.total()
    reasons = ", ".join(f"{reason} {number}" for reason, number in refused.most_common())
    return name, f"{len(solutions):,}", f"{count:,}", f"{count / len(solutions):.2%}", reasons or "-"


def scored(reward_id: str, sample: Sample[NoReference]) -> Score:
    """Return what a reward that needs nothing says of a sample."""
    reward = _REWARDS[reward_id]
    outcome = reward.score(sample, reward.params(), Needs({}))
    if not isinstance(outcome, Score):
        raise TypeError(f"{reward_id} failed: {outcome.message}")
    return outcome


def bigbench(folder: Path) -> Iterator[Solution]:
    """Yield the traces of multistep arithmetic."""
    for row in rows_of(folder / "steps" / "bigbench_multistep_arithmetic.jsonl"):
        yield Solution(row["input"], "\n".join(row["steps"]), row["mistake_index"] is not None)


def prmbench(folder: Path) -> Iterator[Solution]:
    """Yield each solution as it was, and as it was spoilt."""
    for row in rows_of(folder / "steps" / "prmbench_sample.jsonl"):
        yield Solution(row["original_question"], "\n".join(row["original_process"]))
        yield Solution(row["modified_question"], "\n".join(row["modified_process"]), bool(row["error_steps"]))


def off_by_one(folder: Path) -> Iterator[Solution]:
    """Yield each human solution without annotations, as it was and with another whole number as its answer."""
    for row in rows_of(folder / "gsm8k" / "test.jsonl"):
        text = _ANNOTATION.sub("", row["answer"])
        reasoning, _, answer = text.rpartition("#### ")
        yield Solution(row["question"], text)
        if answer.isdigit():
            yield Solution(row["question"], f"{reasoning}#### {int(answer) + 1}", is_wrong=True)


def honest(folder: Path) -> Iterator[tuple[str, Sequence[Solution]]]:
    """Yield solutions that somebody meant, by where they are from; the sampled ones have the right answer."""
    solved = [row for part in ("train", "test") for row in rows_of(folder / "gsm8k" / f"{part}.jsonl")]
    yield "GSM8K, by people", [Solution(row["question"], row["answer"]) for row in solved]
    plain = [(row["question"], _ANNOTATION.sub("", row["answer"]).rpartition("####")[0]) for row in solved]
    yield "GSM8K, without the final line", [Solution(*each) for each in plain]
    competition = rows_of(folder / "math500" / "test.jsonl")
    yield "MATH-500, by people", [Solution(row["problem"], row["solution"]) for row in competition]
    batch = rows_of(folder / "grpo_batch" / "math_100x8.jsonl")
    labelled = [
        (row["question"], *pair) for row in batch for pair in zip(row["completions"], row["labels"], strict=True)
    ]
    yield "MATH, sampled, right", [Solution(question, text) for question, text, is_right in labelled if is_right]
    yield "BIG-Bench-Mistake, no mistake", [each for each in bigbench(folder) if not each.is_wrong]
    yield "PRMBench, original", [each for each in prmbench(folder) if not each.is_wrong]


def rows_of(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


if __name__ == "__main__":
    sys.exit(main())
