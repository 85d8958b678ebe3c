"""Whichever JSON library there is, the same is sent and read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer_client import _json

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@given(ANY_TEXT)
def test_both_ways_to_quote_say_the_same(text: str) -> None:
    """Control characters, quotes, pairs and lone surrogates among them."""
    expected = json.loads(_json.encoded(text))
    assert expected == json.loads(_json._quoted_slowly(text))
    assert expected == json.loads(_json._quoted_fast(text))


@pytest.mark.parametrize("content", [b'{"a": [1.5, "\\u00e9", null]}', b"NaN", b"1e400", str(2**70).encode()])
def test_both_ways_to_read_find_the_same(content: bytes) -> None:
    """What only the standard library takes is left to it, or both find the same."""
    found = _json._decoded_fast(content)
    assert repr(found) in {repr(json.loads(content)), repr(float(2**70))}


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_document_is_an_error(content: bytes) -> None:
    """With either."""
    with pytest.raises((ValueError, RecursionError)):
        _json._decoded_fast(content)
