"""What is counted before a body is parsed is what a parser would find."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import json_weight
from service.errors import ProblemError
from service.json_weight import MAX_CONTAINERS, MAX_TEXTS, MAX_VALUES, check_weight

pytestmark = pytest.mark.anyio

MIB = 1 << 20


@pytest.mark.parametrize(
    "body",
    [
        b'{"samples":[' + b",".join([b"[]"] * MAX_CONTAINERS) + b"]}",
        b'{"x":[' + b",".join([b'{"":0}'] * MAX_CONTAINERS) + b"]}",
        b"{" + b",".join([b'"":""'] * (MAX_TEXTS // 2 + 1)) + b"}",
        b"[" + b",".join([b"0"] * (MAX_VALUES + 2)) + b"]",
    ],
    ids=["lists", "objects", "texts", "numbers"],
)
async def test_a_body_that_holds_too_much_is_refused(body: bytes) -> None:
    """Whatever it is that it holds, and by its limits."""
    with pytest.raises(ProblemError) as caught:
        await check_weight(body)
    assert (413, "body-too-large") == (caught.value.status, caught.value.slug)
    assert f"{MAX_CONTAINERS:,} objects and lists" in caught.value.detail


@pytest.mark.parametrize(
    "text",
    ["[{,", '\\"[{,', "\\\\", '\\\\\\"[{', "\\u005b["],
    ids=["brackets", "escaped quotes", "escaped backslashes", "both", "code points"],
)
async def test_what_stands_in_a_text_is_no_value(text: str) -> None:
    """A text may be as long as it likes, and hold whatever it likes, across the slices in which it is read."""
    for shift in range(3):
        many = text * (20 * MIB // len(text))
        await check_weight(b'{"samples":[{"completion":"' + b"x" * shift + many.encode() + b'"}]}')


values = st.recursive(
    st.none() | st.integers() | st.text('ab"\\[]{},', max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('a"\\[,', max_size=3), inner, max_size=4),
    max_leaves=30,
)


@given(values)
async def test_it_is_counted_as_a_parser_counts(value: Any) -> None:  # noqa: ANN401 - JSON
    """Objects, lists, texts and commas, however they are nested and escaped."""
    containers, texts, commas = counted(value)
    weight = await json_weight.weighed(json.dumps(value).encode())
    assert (containers, texts, commas) == tuple(weight)


def counted(value: object) -> tuple[int, int, int]:
    """Return what a value holds, itself among it."""
    if isinstance(value, str):
        return 0, 1, 0
    if not isinstance(value, list | dict):
        return 0, 0, 0
    held = [*value, *value.values()] if isinstance(value, dict) else value
    below = [counted(each) for each in held]
    sums = [sum(column) for column in zip(*below, strict=True)] or [0, 0, 0]
    return sums[0] + 1, sums[1], sums[2] + max(0, len(value) - 1)
