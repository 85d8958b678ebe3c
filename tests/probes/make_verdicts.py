"""Templates for the probes of verdicts: the tests' labelled answers, the notations of v1, and every convention."""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from random import Random

from tests.probes.make_math import math_rows

Row = dict[str, object]

_LABELLED = Path(__file__).parents[1] / "rewards" / "math" / "labelled.jsonl"
_SWITCHES = ("rounding", "percent", "units", "ordered", "base")
_CONVENTIONAL = (
    ("30.52", r"\frac{1587}{52}"),
    (r"\sqrt{2}", "1.4142135623730951"),
    ("50", r"50\%"),
    ("0.5", r"50\%"),
    (r"25 \text{ cm}", "25"),
    (r"1 \text{ hour}", r"60 \text{ minutes}"),
    (r"1 \text{ m}", r"1 \text{ cm}"),
    ("3, 5, 7", "7, 5, 3"),
    ("1011_2", "1011"),
    ("1011_2", "1011_3"),
    (r"90^\circ", "90"),
)
_PLACES = (["boxed"], ["hash", "phrase"], ["answer_tag"], ["last_line"], ["phrase", "boxed"])
_STATEMENTS = (
    r"<think>\boxed{1}</think> The answer is 2.\n#### 3",
    r"<answer>2</answer> \boxed{3}",
    "So $x = 2$",
    "#### 2\nThe answer is 3",
    r"\boxed{3}. Wait, the answer is 2.",
    r"\boxed{2} or \boxed{3}",
    "2",
)


def verdict_rows(random: Random) -> Iterator[Row]:
    """Yield answers of every class, in every place and under every convention."""
    for line in _LABELLED.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield {"completion": row["completion"], "reference": {"answer": row["reference"]}}
    yield from math_rows(random)
    for (gold, answer), switch, chosen in product(_CONVENTIONAL, _SWITCHES, (True, False)):
        params = {switch: chosen}
        yield {"completion": rf"\boxed{{{answer}}}", "reference": {"answer": gold}, "params": params}
    for statement, places, gold in product(_STATEMENTS, _PLACES, ("1", "2", "3")):
        yield {"completion": statement, "reference": {"answer": gold}, "params": {"places": places}}


CORPORA = {
    "math_equal@v2": verdict_rows,
}
