"""What is done beside the requests ends with the service, and its defects are heard of."""

import asyncio
import io
import json
from typing import NoReturn

import pytest

from rewards.errors import JudgeUnavailable
from service.judging.background import Background
from tests.service.test_telemetry import logging_to

pytestmark = pytest.mark.anyio


async def test_everything_is_run_to_its_end() -> None:
    """What is spawned by what was spawned, too."""
    background, ran = Background(), []

    async def work(depth: int) -> None:
        await asyncio.sleep(0.001)
        ran.append(depth)
        if depth:
            background.spawn("work", work(depth - 1))

    background.spawn("work", work(3))
    await background.settle()
    assert [3, 2, 1, 0] == ran


async def test_stopping_drops_what_has_not_ended_and_takes_no_more() -> None:
    """Also what has not even begun; nothing complains of a coroutine that nobody awaited."""
    before = asyncio.all_tasks()
    background = Background()
    background.spawn("old", asyncio.sleep(3600))
    await asyncio.sleep(0)
    background.spawn("new", asyncio.sleep(3600))
    await background.stop()
    background.spawn("late", asyncio.sleep(3600))
    await background.stop()
    assert before == asyncio.all_tasks()


async def test_only_a_defect_is_logged() -> None:
    """By its type and place; that the judge does not answer is none."""
    stream = io.StringIO()
    with logging_to(stream):
        background = Background()
        for error in (JudgeUnavailable("SECRET"), ValueError("SECRET")):
            background.spawn("work", _raise(error))
        await background.settle()
    (line,) = map(json.loads, stream.getvalue().splitlines())
    assert line["event"].startswith("work: ValueError at test_background.py:")


async def _raise(error: Exception) -> NoReturn:
    raise error
