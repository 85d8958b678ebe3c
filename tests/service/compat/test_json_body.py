"""JSON that clients should not have written is read as far as it says anything."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.compat import json_body

pytestmark = pytest.mark.anyio

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters()), inner, max_size=3),
    max_leaves=8,
)


async def test_what_is_no_unicode_and_no_number_is_replaced() -> None:
    """The rest of the body stays."""
    body = rb'{"a": ["\ud800x", "\ud83d\ude00", NaN, -Infinity, 1e999, 1], "\udfff": 123456789012345678901}'
    expected = {"a": ["\ufffdx", "\U0001f600", None, None, None, 1], "\ufffd": "123456789012345678901"}
    assert expected == await json_body.read(body)


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b'{"a": ' * 100_000, b"nope", b"\xff"])
async def test_what_is_no_json_is_an_error(body: bytes) -> None:
    """The one that FastAPI answers as 400."""
    with pytest.raises(json.JSONDecodeError):
        await json_body.read(body)


async def test_long_numbers_and_long_texts_are_read_whole() -> None:
    """Where they end decides what becomes of them; a text is scrubbed in parts."""
    numbers = [2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**400, 2**63]
    expected = [2**64 - 1, str(2**64), -(2**63), str(-(2**63) - 1), str(10**400), 2**63]
    assert expected == await json_body.read(json.dumps(numbers).encode())
    assert ["\ufffda" * 150_000] == await json_body.read(b'["' + b"\\ud800a" * 150_000 + b'"]')


@given(ANYTHING)
async def test_whatever_is_written_can_be_written_again(value: object) -> None:
    """Python's own writer writes NaN and lone surrogates; what was read of them is proper JSON."""
    read = await json_body.read(json.dumps(value).encode())
    assert read == orjson.loads(orjson.dumps(read))
