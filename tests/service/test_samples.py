"""Which column goes into which field of what is sent."""

import datetime as dt
import math
from collections.abc import Mapping

import pytest

from service.samples import SampleColumns
from trainer_client import RewardInfo, Sample

REFERENCE = {"properties": {"answer": {"type": "string"}, "options": {"type": "array"}}, "required": ["answer"]}
INFO = RewardInfo("a@v1", None, None, "", "", (0.0, 1.0), REFERENCE, {}, (), group=False)


def sample(row: Mapping[str, object], mapping: Mapping[str, str] | None = None) -> Sample:
    """Return a row as a sample for a reward that compares."""
    return SampleColumns(["a@v1"], {"a@v1": INFO}, mapping or {}, list(row)).sample(row)


def test_usual_names_need_no_mapping() -> None:
    """Numbers become text, and so does what JSON cannot say."""
    row = {"question": "q", "response": "r", "solution": 7, "options": ["a"], "other": 1}
    assert Sample("r", {"answer": "7", "options": ["a"]}, prompt="q") == sample(row)
    assert {"answer": "2026-01-02"} == sample({"output": "r", "label": dt.date(2026, 1, 2)}).reference


def test_a_column_is_never_both_completion_and_reference() -> None:
    """`solution` is a usual name of both."""
    assert Sample("s") == sample({"solution": "s"})
    assert Sample("s", {"answer": "a"}) == sample({"solution": "s", "answer": "a"})


@pytest.mark.parametrize(
    ("group", "tokens", "sent"),
    [(7, 12, ("7", 12)), ("7", "12", ("7", 12)), ("g", 12.0, ("g", 12)), (math.nan, math.nan, (None, None))],
)
def test_numbers_are_sent_as_the_service_takes_them(group: object, tokens: object, sent: tuple[object, ...]) -> None:
    """Groups by their names and lengths as numbers, however a table writes them; a gap is nothing."""
    found = sample({"completion": "c", "group": group, "completion_tokens": tokens})
    assert sent == (found.group, found.completion_tokens)


def test_a_mapping_wins() -> None:
    """Over every usual name; a completion may be chat messages, or missing."""
    messages = [{"role": "assistant", "content": "hi"}]
    row = {"chat": messages, "completion": "no", "prompt": "no", "q": "q", "gold": None}
    assert Sample(messages, prompt="q") == sample(row, {"completion": "chat", "prompt": "q", "answer": "gold"})
    assert not sample({"completion": None}).completion


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"x": "text"}, "knows completion"),
        ({"answer": "no"}, "no row has no"),
        ({}, "which column holds the"),
    ],
)
def test_what_cannot_be_mapped_is_said(mapping: dict[str, str], said: str) -> None:
    """With what there is."""
    with pytest.raises(ValueError, match=said):
        sample({"text": "t"}, mapping)
