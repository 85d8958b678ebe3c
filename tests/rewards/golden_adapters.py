"""How calls of the published functions, with what they returned, read as samples of ours."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

DATA = Path(__file__).parents[2].parent / "shared" / "data"
"""Third-party rows, which are no part of this project."""


@dataclass(frozen=True)
class Published:
    """One call of a published function, as a sample of ours."""

    reward_id: str
    completion: str
    value: float | None
    """What was returned; None where the published function abstains."""
    reference: dict[str, object] = field(default_factory=dict)
    params: dict[str, object] = field(default_factory=dict)
    details: dict[str, object] = field(default_factory=dict)
    """Details that the outcome must have."""


Row = dict[str, object]
Adapter = Callable[[Row], Published]


def _plain(reward_id: str, **params: object) -> Adapter:
    def adapt(row: Row) -> Published:
        return Published(reward_id, str(row["completion"]), _value(row), params=params)

    return adapt


def _correctness(row: Row) -> Published:
    (answer,) = row["kwargs"]["answer"]  # type: ignore[index]
    return Published("xml_correctness@v1", str(row["completion"]), _value(row), {"answer": answer})


def _gsm8k(row: Row) -> Published:
    """Compare with what was extracted: the same text is right and any text is wrong for `[invalid]`."""
    extracted = row["value"]
    if extracted == "[invalid]":
        return Published("gsm8k_answer@v1", str(row["completion"]), 0.0, {"answer": "#### 0"})
    reference = {"answer": f"#### {extracted}"}
    return Published("gsm8k_answer@v1", str(row["completion"]), 1.0, reference, details={"extracted": extracted})


def _math(reward_id: str, name: str, template: str) -> Adapter:
    def adapt(row: Row) -> Published:
        gold = template.replace("GOLD", str(row["kwargs"]["gold"]))  # type: ignore[index]
        return Published(reward_id, str(row["completion"]), _value(row), {name: gold})

    return adapt


def _trl_raw(row: Row) -> Published:
    solution = row["kwargs"]["solution"]  # type: ignore[index]
    return Published("trl_accuracy@v1", str(row["completion"]), _value(row), {"solution": solution})


def _countdown(row: Row) -> Published:
    puzzle = row["kwargs"]["ground_truth"]  # type: ignore[index]
    return Published("countdown@v1", str(row["completion"]), _value(row), puzzle)


def _value(row: Row) -> float | None:
    return None if row["value"] is None else float(row["value"])  # type: ignore[arg-type]


ADAPTERS: dict[str, Adapter] = {
    "correctness_reward_func": _correctness,
    "int_reward_func": _plain("xml_integer@v1"),
    "strict_format_reward_func": _plain("xml_strict_format@v1"),
    "strict_format_reward_func@dotall": _plain("xml_strict_format@v1", dotall=True),
    "soft_format_reward_func": _plain("xml_soft_format@v1"),
    "soft_format_reward_func@dotall": _plain("xml_soft_format@v1", dotall=True),
    "xmlcount_reward_func": _plain("xml_count@v1"),
    "gsm8k.extract_answer": _gsm8k,
    "thinking_llm.format_reward": _plain("think_format@v1"),
    "thinking_llm.reflection_reward": _plain("reflection@v1"),
    # Both box the gold and read plain and LaTeX answers, which comes to the same as `$...$` and defaults.
    "math_verify.math_metric(expr+latex)": _math("math_equal@v1", "answer", "GOLD"),
    "verl.math_verify": _math("math_equal@v1", "answer", "GOLD"),
    "trl.accuracy_reward": _math("trl_accuracy@v1", "solution", "$GOLD$"),
    "trl.accuracy_reward@raw_solution": _trl_raw,
    "tinyzero.countdown": _countdown,
}


def published_rows() -> Iterator[tuple[str, Published]]:
    """Yield every golden row of a function that a version reproduces, named after that function."""
    for path in sorted((DATA / "golden").glob("*.json")):
        rows = json.loads(path.read_text(encoding="utf-8"))
        for row in rows if isinstance(rows, list) else ():
            if row["reward"] in ADAPTERS:
                yield row["reward"], ADAPTERS[row["reward"]](row)
