"""The 500 references of MATH-500 against each other and against rewritings of themselves.

All 124,750 pairs are compared in both directions: every pair that is called equal is printed, for a person to read. No
labelled set bounds false positives as tightly. Then each reference is compared with itself in six spellings.

    python -m benchmarks.math500 [--data FOLDER]
"""

import argparse
import itertools
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from rewards.math import extraction, verdict
from rewards.math.conventions import Conventions

CONSOLE = Console(width=130)
CONVENTIONS = Conventions()


def main() -> int:
    """Print the pairs and the rewritings; return 1 where the data is not there."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the data folder")
    file = parser.parse_args().data / "math500" / "test.jsonl"
    if not file.exists():
        sys.stderr.write(f"{file} is not here; --data names the folder that has it\n")
        return 1
    answers = [json.loads(line)["answer"] for line in file.read_text(encoding="utf-8").splitlines()]
    golds = [verdict.read(answer) for answer in answers]
    report_pairs(answers, golds)
    report_rewritings(answers, golds)
    return 0


def report_pairs(answers: list[str], golds: list[verdict.Gold]) -> None:
    """Print every two references that differ as texts and are called equal."""
    found: Counter[tuple[str, str]] = Counter()
    verdicts: dict[tuple[str, str], tuple[verdict.Verdict, verdict.Verdict]] = {}
    identical = 0
    started = time.perf_counter()
    pairs = list(itertools.combinations(range(len(answers)), 2))
    for one, two in track(pairs, description="pairs", console=CONSOLE, transient=True):
        if answers[one] == answers[two]:
            identical += 1
            continue
        there = verdict.judge(golds[one], answers[two], CONVENTIONS)
        back = verdict.judge(golds[two], answers[one], CONVENTIONS)
        if there.equal or back.equal:
            pair = (answers[one], answers[two])
            found[pair] += 1
            verdicts[pair] = (there, back)
    seconds = time.perf_counter() - started
    CONSOLE.print(
        f"{len(pairs):,} pairs, both directions, in {seconds:.0f} s: {identical} identical as texts, "
        f"{sum(found.values())} others called equal, {len(found)} of them distinct"
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("one", "other", "pairs", "reason", "convention", "symmetric"):
        table.add_column(column, no_wrap=True)
    for pair, count in sorted(found.items()):
        there, back = verdicts[pair]
        decisive = there if there.equal else back
        cells = (*pair, str(count), decisive.reason, ", ".join(decisive.conventions), str(there.equal == back.equal))
        table.add_row(*(cell.replace("[", r"\[") for cell in cells))
    CONSOLE.print(table)


def report_rewritings(answers: list[str], golds: list[verdict.Gold]) -> None:
    """Print how many references equal themselves in each spelling, and which do not."""
    equal: Counter[str] = Counter()
    for answer, gold in zip(answers, golds, strict=True):
        for name, rewritten in rewritings(answer):
            if verdict.judge(gold, rewritten, CONVENTIONS).equal:
                equal[name] += 1
            else:
                CONSOLE.print(f"not equal ({name}): {answer} | {rewritten}", markup=False)
    total = sum(equal.values())
    shares = ", ".join(f"{name} {count}" for name, count in equal.items())
    CONSOLE.print(f"rewritings: {total} of {len(answers) * len(equal)} equal ({shares} of {len(answers)})")


def rewritings(answer: str) -> Iterator[tuple[str, str]]:
    """Yield an answer in spellings that say the same."""
    yield "itself", answer
    yield "spacing", re.sub(r"([=+,])", r" \1 ", answer)
    yield "dfrac", answer.replace(r"\frac", r"\dfrac")
    yield "dollars", f"${answer}$"
    yield "text", rf"\text{{{answer}}}" if re.fullmatch(r"[\w .-]+", answer) else answer + r" \text{ }"
    found = extraction.find(f"We see that $x$ is fine.\n\nTherefore, the answer is $\\boxed{{{answer}}}$.\n")
    yield "boxed in prose", found.text if found else ""


if __name__ == "__main__":
    sys.exit(main())
