"""What the rewards for reasoning steps flag: on true steps, on steps made false, and on labelled ones.

The data are in `../shared/data`: GSM8K's human solutions with their calculator annotations, multistep arithmetic of
BIG-Bench-Mistake with the step of the first mistake, and a batch of sampled completions with their labels. A mutation
puts another result in the place of a true one, or another operator into the expression; one that leaves the equation
true is discarded. Seeds are fixed, so that every run prints the same figures.

    python -m benchmarks.step_arithmetic [--data FOLDER]
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.figures import show
from rewards.arithmetic.equations import Equation, Truth, equations
from rewards.registry import discover
from rewards.text import exact_arithmetic
from rewards.types import Needs, NoReference, Sample, Score

_SEED = 20
_ANNOTATION = re.compile(r"<<([^<>]*)>>")
_PRINTED = re.compile(r"<<([^<>]*)=([0-9.]+)>>([$]?)([0-9][0-9,]*(?:\.[0-9]+)?)")
_OPERATOR = re.compile(r"(?<=[0-9)])[-+*/](?=[0-9(.])")
_REWARDS = discover()

Row = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Data:
    """What is measured on."""

    solutions: Sequence[str]
    """GSM8K's human solutions, annotations and final line included."""
    traces: Sequence[tuple[Sequence[str], int | None]]
    """Steps, and which of them has the first mistake."""
    completions: Sequence[tuple[str, bool]]
    """Sampled completions, and whether their answer is right."""

    @property
    def annotations(self) -> list[str]:
        """The calculator's annotations, without their marks."""
        return [each for solution in self.solutions for each in _ANNOTATION.findall(solution)]

    @property
    def lines(self) -> list[str]:
        """The lines of the solutions without annotations and without the final one."""
        plain = [_ANNOTATION.sub("", solution) for solution in self.solutions]
        return [line for solution in plain for line in solution.split("\n") if not line.startswith("####")]


def main() -> int:
    """Print the tables; return 1 where the data is not there."""
    parser = argparse.ArgumentParser(description="What the rewards for reasoning steps flag.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the data folder")
    options = parser.parse_args()
    try:
        data = read(options.data)
    except FileNotFoundError as error:
        sys.stderr.write(f"{error.filename} is not here; --data names the folder that has it\n")
        return 1
    rows = [*annotated(data), *plain(data), *labelled(data), *sampled(data), *consistent(data)]
    show("Steps of reasoning, scored in this process;", ("what", "of", "found", "share"), rows)
    return 0


def read(folder: Path) -> Data:
    """Return the data."""
    solved = [*rows(folder / "gsm8k" / "train.jsonl"), *rows(folder / "gsm8k" / "test.jsonl")]
    traces = list(rows(folder / "steps" / "bigbench_multistep_arithmetic.jsonl"))
    batch = list(rows(folder / "grpo_batch" / "math_100x8.jsonl"))
    return Data(
        [row["answer"] for row in solved],
        [(row["steps"], row["mistake_index"]) for row in traces],
        [(text, bool(label)) for row in batch for text, label in zip(row["completions"], row["labels"], strict=True)],
    )


def rows(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def annotated(data: Data) -> Iterator[Row]:
    """Yield the figures on the calculator's annotations."""
    alone = [list(equations(each)) for each in data.annotations]
    yield row("true annotations flagged", sum(map(has_false, alone)), len(alone))
    yield row(
        "true annotations found true", sum(any(e.truth is Truth.TRUE for e in found) for found in alone), len(alone)
    )
    random = Random(_SEED)  # noqa: S311 - the same mutations every time, not a secret
    caught: Counter[str] = Counter()
    made: Counter[str] = Counter()
    for annotation in data.annotations:
        for kind, mutated in mutations(annotation, random):
            made[kind] += 1
            caught[kind] += flagged(mutated)
    for kind, count in made.items():
        yield row(f"annotations made false, {kind}, caught", caught[kind], count)
    yield row("annotations made false, all, caught", caught.total(), made.total())


def plain(data: Data) -> Iterator[Row]:
    """Yield the figures on human lines without annotations."""
    yield row("human lines flagged", sum(map(flagged, data.lines)), len(data.lines))
    with_sign = [line for line in data.lines if "=" in line]
    yield row("human lines with = flagged", sum(map(flagged, with_sign)), len(with_sign))
    read = sum(any(each.truth is Truth.TRUE for each in equations(line)) for line in with_sign)
    yield row("human lines with = in which an equation is true", read, len(with_sign))
    random = Random(_SEED)  # noqa: S311 - as above
    caught: Counter[str] = Counter()
    made: Counter[str] = Counter()
    for solution in data.solutions:
        for line in solution.split("\n"):
            for kind, mutated in printed_mutations(line, random):
                made[kind] += 1
                caught[kind] += flagged(mutated)
    for kind, count in made.items():
        yield row(f"human lines made false, {kind}, caught", caught[kind], count)


def labelled(data: Data) -> Iterator[Row]:
    """Yield the figures on steps with a labelled first mistake."""
    firsts = [next((number for number, step in enumerate(steps) if flagged(step)), None) for steps, _ in data.traces]
    wrong = [(first, mistake) for first, (_, mistake) in zip(firsts, data.traces, strict=True) if mistake is not None]
    right = [first for first, (_, mistake) in zip(firsts, data.traces, strict=True) if mistake is None]
    yield row("BIG-Bench-Mistake: first mistake found at its step", sum(one == two for one, two in wrong), len(wrong))
    yield row(
        "BIG-Bench-Mistake: flagged before it", sum(one is not None and one < two for one, two in wrong), len(wrong)
    )
    yield row(
        "BIG-Bench-Mistake: traces without a mistake flagged", sum(each is not None for each in right), len(right)
    )


def sampled(data: Data) -> Iterator[Row]:
    """Yield the figures on sampled completions."""
    for name, wanted in (("right", True), ("wrong", False)):
        texts = [text for text, label in data.completions if label is wanted]
        found = Counter(scored("step_arithmetic@v1", text).reason for text in texts)
        for reason in ("all_true", "no_equation", "unfinished", "false_equation", "fabricated_output"):
            yield row(f"completions with a {name} answer: {reason}", found[reason], len(texts))
        found = Counter(scored("rationale_consistency@v1", text).reason for text in texts)
        for reason in ("derived_last", "not_derived"):
            yield row(f"completions with a {name} answer: {reason}", found[reason], len(texts))


def consistent(data: Data) -> Iterator[Row]:
    """Yield the figures on stated answers beside what is derived."""
    found: Counter[str] = Counter()
    moved: Counter[str] = Counter()
    for solution in data.solutions:
        plain_text = _ANNOTATION.sub("", solution)
        found[scored("rationale_consistency@v1", plain_text).reason] += 1
        reasoning, _, answer = plain_text.rpartition("#### ")
        if answer.replace(",", "").lstrip("-").isdigit():
            other = f"{reasoning}#### {int(answer.replace(',', '')) + 1}"
            moved[scored("rationale_consistency@v1", other).reason] += 1
    for reason in ("derived_last", "derived_earlier", "undecided", "nothing_derived", "not_derived"):
        yield row(f"human solutions: {reason}", found[reason], found.total())
    for reason in ("derived_last", "not_derived"):
        yield row(f"human solutions, answer off by one: {reason}", moved[reason], moved.total())


def mutations(annotation: str, random: Random) -> Iterator[tuple[str, str]]:
    """Yield an annotation made false in each way that makes it false."""
    expression, _, result = annotation.rpartition("=")
    candidates = [
        ("off by one", f"{expression}={off_by_one(result, random)}"),
        ("digits swapped", f"{expression}={swapped(result, random)}"),
        ("operator swapped", f"{with_other_operator(expression, random)}={result}"),
    ]
    for kind, mutated in candidates:
        if mutated != annotation and not holds(mutated):
            yield kind, mutated


def printed_mutations(line: str, random: Random) -> Iterator[tuple[str, str]]:
    """Yield a line without annotations in which one printed result is changed."""
    found = [match for match in _PRINTED.finditer(line) if match[2] == match[4].replace(",", "")]
    if not found:
        return
    match = random.choice(found)
    for kind, result in (("off by one", off_by_one(match[2], random)), ("digits swapped", swapped(match[2], random))):
        if result != match[2] and not holds(f"{match[1]}={result}"):
            yield kind, _ANNOTATION.sub("", f"{line[: match.start(4)]}{result}{line[match.end(4) :]}")


def off_by_one(result: str, random: Random) -> str:
    """Return a result that is larger or smaller by 1, with as many decimals."""
    decimals = len(result.partition(".")[2])
    moved = Fraction(result) + random.choice((1, -1))
    return f"{float(moved):.{decimals}f}"


def swapped(result: str, random: Random) -> str:
    """Return a result in which two neighbouring digits have changed places; itself where no two differ."""
    pairs = [place for place in range(len(result) - 1) if result[place] != result[place + 1]]
    pairs = [place for place in pairs if (result[place] + result[place + 1]).isdigit()]
    if not pairs:
        return result
    place = random.choice(pairs)
    return result[:place] + result[place + 1] + result[place] + result[place + 2 :]


def with_other_operator(expression: str, random: Random) -> str:
    """Return an expression with one operator changed; itself where it has none."""
    found = list(_OPERATOR.finditer(expression))
    if not found:
        return expression
    match = random.choice(found)
    return expression[: match.start()] + random.choice("+-*/".replace(match[0], "")) + expression[match.end() :]


def holds(equation: str) -> bool:
    """Return whether an equation is true to half a unit of its last digit, as another module computes it."""
    left, _, right = equation.rpartition("=")
    try:
        value = exact_arithmetic.equations(left)[0].values()[0]
        digits = len(right.partition(".")[2])
        return abs(value - Fraction(right)) <= Fraction(1, 2 * 10**digits)
    except (ValueError, ZeroDivisionError, IndexError):
        return True


def flagged(text: str) -> bool:
    """Return whether an equation of a text is false."""
    return has_false(equations(text))


def has_false(found: Iterable[Equation]) -> bool:
    """Return whether one of some equations is false."""
    return any(each.truth is Truth.FALSE for each in found)


def scored(reward_id: str, text: str) -> Score:
    """Return what a reward says of a text."""
    reward = _REWARDS[reward_id]
    outcome = reward.score(Sample(text, NoReference()), reward.params.model_validate({}), Needs({}))
    if not isinstance(outcome, Score):
        raise TypeError(f"{reward_id} failed: {outcome.message}")
    return outcome


def row(what: str, found: int, of: int) -> Row:
    """Return a row of the table."""
    return what, f"{of:,}", f"{found:,}", f"{found / of:.2%}" if of else "-"


if __name__ == "__main__":
    sys.exit(main())
