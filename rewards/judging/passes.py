"""Asks a judge several things about the same text at once."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from rewards.errors import JudgeUnparsable
from rewards.judging.prompt import Verdict

AnswerT = TypeVar("AnswerT")
OtherT = TypeVar("OtherT")


async def both(one: Awaitable[AnswerT], two: Awaitable[OtherT]) -> tuple[AnswerT, OtherT]:
    """Return two answers. Where one fails the other is not waited for."""
    first, second = asyncio.ensure_future(one), asyncio.ensure_future(two)
    try:
        answers = await asyncio.gather(first, second)
        return answers[0], answers[1]
    finally:
        first.cancel()
        second.cancel()


async def together(*questions: Awaitable[AnswerT]) -> list[AnswerT]:
    """Return the answers, in order. The first that fails ends the others, which would be paid for nothing."""
    tasks = [asyncio.ensure_future(question) for question in questions]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def check_agreement(one: Verdict, two: Verdict) -> None:
    """Do nothing where two verdicts decide the same.

    Raises:
        JudgeUnparsable: they do not: together they are no verdict.
    """
    if one.decision() != two.decision():
        raise JudgeUnparsable("The two passes disagree, so there is no verdict.")
