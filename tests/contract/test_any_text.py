"""Any text gets a score or a failure from every version, never an exception, and all but a few take under a second."""

import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rewards.types import Failure, Score
from service.examples import Example, example, token_ids
from service.stress.bought import BoughtJudge
from tests.rewards.scoring import registry, score, score_group

IS_TRACED = sys.gettrace() is not None
"""Whether coverage is measured, which makes everything several times slower."""
BUDGET_S = 5.0 if IS_TRACED else 1.0
MATH_VERIFY = {"math_equal@v1", "trl_accuracy@v1", "kimi_length@v1", "cosine_length@v1", "trl_cosine_length@v1"}
"""These call Math-Verify as it was published, and take the time that it takes; the service ends it by their budget."""
LENGTH = 20_000 if IS_TRACED else 100_000
PIECES = (
    "<think>", "</think>", "<answer>", "</answer>", "<reasoning>", "</reasoning>", "<think", r"<\think>", "<SOLUTION>",
    "<start_working_out>", "<end_working_out>", "#### ", r"\boxed{", "}", "{", "$", r"\frac{1}{2}", r"\text{", "```",
    "```python\n", "1", "72", "-3.5", "1,000", "1/0", "9**9**9", "=", "+", "*", "^", "(", ")", "Wait, ", "let me check",
    "no need to verify", "that is wrong", "Step 1: ", "1. ", "- ", "\n", "\n\n", " ", "First, ", "Therefore ",
    "Reasoning: ", "Answer: ", "The answer is ", "A", "(B)", "Action: ", "Action Input: ", "(1) Zoey is a knight",
    "<<48/2=24>>", "```output\n", "两个数", "Пусть ", "\u0660", "\u00b2", "\u200b", "\U0001d7d9", "\x00", "e" * 40,
)  # fmt: skip
HOSTILE = (
    "a", "<think>", "</answer>", "<", "\n", " ", r"\boxed{", "#### ", "{", "(", "1", "1+", "1+1=2 ",
    "=1", "<<1+1=3>>", "Wait, ", "Let me check that again. ", "Step 1: ", "```", "Answer: ", "数", ",000",
)  # fmt: skip

texts = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=60).map("".join))


def outcome(reward_id: str, text: str, **given: Any) -> Score | Failure:  # noqa: ANN401 - any field of a sample
    """Return what a version says of a text in its example's place."""
    reward = registry()[reward_id]
    shown = example(reward) or Example(prompt="?", right="1", wrong="2")
    ids = token_ids(text)
    budget_s = None if reward_id in MATH_VERIFY else BUDGET_S
    sample = {
        "completion": text,
        "reference": shown.reference,
        "prompt": shown.prompt,
        "completion_tokens": len(ids),
        "completion_ids": ids,
        **given,
    }
    if reward.is_group:
        others = [{**sample, "completion": other} for other in (shown.right, shown.right, shown.wrong)]
        return score_group(reward_id, [*others, sample], shown.params, budget_s=budget_s)[-1]
    return score(reward_id, params=shown.params, budget_s=budget_s, judge=BoughtJudge(), **sample)


def check(reward_id: str, found: Score | Failure) -> None:
    """The value is in the range, and the budget was enough."""
    low, high = registry()[reward_id].range
    assert isinstance(found, Failure) or low <= found.value <= high
    assert reward_id in MATH_VERIFY or getattr(found, "reason", "") != "answer_too_expensive"


@pytest.mark.parametrize("reward_id", list(registry()))
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=texts, prompt=st.none() | texts, tokens=st.none() | st.integers(0, 10**6))
def test_any_text_has_an_outcome(reward_id: str, text: str, prompt: str | None, tokens: int | None) -> None:
    """With and without a prompt and a count of tokens."""
    check(reward_id, outcome(reward_id, text, prompt=prompt, completion_tokens=tokens, completion_ids=None))


@pytest.mark.e2e
@pytest.mark.parametrize("reward_id", list(registry()))
def test_a_long_hostile_text_has_an_outcome(reward_id: str) -> None:
    """A long text of what patterns trip over, each time something else."""
    for piece in HOSTILE:
        check(reward_id, outcome(reward_id, piece * (LENGTH // len(piece))))
