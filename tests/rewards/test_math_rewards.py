"""The mathematical rewards are Math-Verify and TRL, and agree with people's labels where those do."""

import json
import logging
from collections.abc import Iterator
from random import Random

import pytest

from rewards.types import Score
from tests.probes.make_math import math_rows
from tests.rewards.golden.published import DATA
from tests.rewards.scoring import score

SOLUTIONS = DATA / "gsm8k" / "example_model_solutions.jsonl"
BATCH = DATA / "grpo_batch" / "math_100x8.jsonl"


def _gsm8k_sample() -> Iterator[tuple[str, str, bool]]:
    """Yield 200 solutions, 50 of each model, with the expected number and the benchmark's own label."""
    with SOLUTIONS.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for row in Random(7).sample(rows, 50):  # noqa: S311 - a fixed sample
        expected = row["ground_truth"].rpartition("A: ")[2].strip()
        for answer in row.values():
            if isinstance(answer, dict):
                yield answer["solution"], expected, answer["is_correct"]


@pytest.mark.skipif(not SOLUTIONS.exists(), reason=f"no GSM8K solutions under {DATA}")
def test_math_equal_agrees_with_the_labels_of_gsm8k() -> None:
    """Numbers are easy: every label of the sample is reproduced."""
    sample = list(_gsm8k_sample())
    verdicts = [score("math_equal@v1", solution, {"answer": expected}) for solution, expected, _ in sample]
    assert [label for _, _, label in sample] == [getattr(verdict, "value", None) == 1.0 for verdict in verdicts]


@pytest.mark.skipif(not BATCH.exists(), reason=f"no GRPO batch under {DATA}")
def test_trl_accuracy_is_that_of_trl() -> None:
    """One completion of each problem, scored by TRL itself and by us."""
    trl_rewards = pytest.importorskip("trl.rewards", reason="TRL is not installed")
    with BATCH.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    completions = [row["completions"][number % 8] for number, row in enumerate(rows)]
    solutions = [f"${row['answer']}$" for row in rows]
    messages = [[{"role": "assistant", "content": completion}] for completion in completions]
    expected = trl_rewards.accuracy_reward(messages, solutions)
    ours = [
        score("trl_accuracy@v1", completion, {"solution": solution})
        for completion, solution in zip(completions, solutions, strict=True)
    ]
    assert list(map(repr, expected)) == [repr(getattr(outcome, "value", None)) for outcome in ours]


def test_math_equal_is_math_verify() -> None:
    """Every thirteenth probe, judged by Math-Verify with its timeouts and by us."""
    math_verify = pytest.importorskip("math_verify")
    for row in list(math_rows(Random("direct")))[::13]:  # noqa: S311 - fixed probes
        completion, answer = str(row["completion"]), str(row["reference"]["answer"])  # type: ignore[index]
        gold = math_verify.parse(f"${answer}$")
        expected = float(math_verify.verify(gold, math_verify.parse(completion))) if gold else None
        assert expected == getattr(score("math_equal@v1", completion, {"answer": answer}), "value", None), row


def test_nothing_is_logged_that_could_quote_a_completion(caplog: pytest.LogCaptureFixture) -> None:
    """Math-Verify logs what it cannot read; our rewards drop that and leave its loggers as they were."""
    logger = logging.getLogger("math_verify.parser")
    with caplog.at_level(logging.DEBUG):
        assert isinstance(score("math_equal@v1", r"\boxed{\frac{1}{", {"answer": "1"}), Score)
        assert [] == [record for record in caplog.records if record.name.startswith("math_verify")]
    assert not logger.disabled


def test_a_long_answer_is_cut_in_the_details() -> None:
    """A detail is something to read, not a copy of the completion."""
    outcome = score("math_equal@v1", rf"\boxed{{{'1' * 3000}}}", {"answer": "1"})
    assert isinstance(outcome, Score)
    assert max(len(str(detail)) for detail in outcome.details.values()) <= 200
