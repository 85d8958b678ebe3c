"""How calls of the first published functions, with what they returned, read as samples of ours."""

from tests.rewards.golden.published import Adapter, Published, Row, plain, value


def _correctness(row: Row) -> Published:
    (answer,) = row["kwargs"]["answer"]  # type: ignore[index]
    return Published("xml_correctness@v1", str(row["completion"]), value(row), {"answer": answer})


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
        return Published(reward_id, str(row["completion"]), value(row), {name: gold})

    return adapt


def _trl_raw(row: Row) -> Published:
    solution = row["kwargs"]["solution"]  # type: ignore[index]
    return Published("trl_accuracy@v1", str(row["completion"]), value(row), {"solution": solution})


def _countdown(row: Row) -> Published:
    puzzle = row["kwargs"]["ground_truth"]  # type: ignore[index]
    return Published("countdown@v1", str(row["completion"]), value(row), puzzle)


ADAPTERS: dict[str, Adapter] = {
    "correctness_reward_func": _correctness,
    "int_reward_func": plain("xml_integer@v1"),
    "strict_format_reward_func": plain("xml_strict_format@v1"),
    "strict_format_reward_func@dotall": plain("xml_strict_format@v1", dotall=True),
    "soft_format_reward_func": plain("xml_soft_format@v1"),
    "soft_format_reward_func@dotall": plain("xml_soft_format@v1", dotall=True),
    "xmlcount_reward_func": plain("xml_count@v1"),
    "gsm8k.extract_answer": _gsm8k,
    "thinking_llm.format_reward": plain("think_format@v1"),
    "thinking_llm.reflection_reward": plain("reflection@v1"),
    # Both box the gold and read plain and LaTeX answers, which comes to the same as `$...$` and defaults.
    "math_verify.math_metric(expr+latex)": _math("math_equal@v1", "answer", "GOLD"),
    "verl.math_verify": _math("math_equal@v1", "answer", "GOLD"),
    "trl.accuracy_reward": _math("trl_accuracy@v1", "solution", "$GOLD$"),
    "trl.accuracy_reward@raw_solution": _trl_raw,
    "tinyzero.countdown": _countdown,
}
