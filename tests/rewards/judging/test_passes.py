"""Several questions are asked at once, and fail together."""

import asyncio

import pytest

from rewards.errors import JudgeUnavailable, JudgeUnparsable, NotApplicable
from rewards.faithfulness.question import PROMPT
from rewards.judging.passes import both, check_agreement, together
from rewards.judging.question import MAX_CHARS, question_of

pytestmark = pytest.mark.anyio


async def test_answers_come_in_order() -> None:
    """Whichever is there first."""

    async def answer(text: str, after_s: float) -> str:
        await asyncio.sleep(after_s)
        return text

    assert ["a", "b", "c"] == await together(answer("a", 0.02), answer("b", 0.01), answer("c", 0))
    assert ("a", "b") == await both(answer("a", 0.01), answer("b", 0))


async def test_the_first_failure_ends_the_others() -> None:
    """Nobody pays for an answer that is of no use any more."""
    ended: list[str] = []

    async def slow() -> str:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("slow")
            raise
        return "late"

    async def failing() -> str:
        await asyncio.sleep(0)
        raise JudgeUnavailable("down")

    for ask in (together, both):
        with pytest.raises(JudgeUnavailable):
            await ask(slow(), failing())
        await asyncio.sleep(0)
    assert ["slow", "slow"] == ended


def test_two_verdicts_that_differ_are_none() -> None:
    """What they say beside the decision does not matter."""
    one = PROMPT.bought({"question": "?", "steps": ["Six sevens are 42."]})
    check_agreement(one, one.model_copy(update={"coherence_reason": "Another."}))
    with pytest.raises(JudgeUnparsable, match="disagree"):
        check_agreement(one, one.model_copy(update={"coherence": "gaps"}))


@pytest.mark.parametrize("prompt", [None, "", " \n", "x" * (MAX_CHARS + 1)])
def test_a_judge_has_to_see_the_question(prompt: str | None) -> None:
    """All of it, or nothing is judged."""
    with pytest.raises(NotApplicable):
        question_of(prompt)
    assert "x" * MAX_CHARS == question_of("x" * MAX_CHARS)
