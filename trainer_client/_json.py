"""JSON as the client writes and reads it: the standard library's, or orjson's where a training job has it.

The two agree on every text that is valid Unicode and on every document. For anything else the standard library is
asked, so that what is sent does not depend on what is installed.
"""

import json
from collections.abc import Callable
from typing import Any

try:
    import orjson
except ImportError:  # the client needs nothing but httpx
    orjson = None  # type: ignore[assignment]

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_quote_ascii = json.encoder.encode_basestring_ascii


def encoded(value: object) -> bytes:
    """The value as JSON, lone surrogates replaced by U+FFFD.

    Raises:
        ValueError: It holds NaN or an infinity, which JSON cannot say.
        TypeError: It holds something that is not JSON.
    """
    text = _encode(value)
    try:
        return text.encode()
    except UnicodeEncodeError:
        # By way of UTF-16, which joins the halves of a pair and leaves only the lone ones to replace.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _quoted_slowly(text: str) -> bytes:
    """A text as `encoded` has it, in less time where it is ASCII."""
    return _quote_ascii(text).encode() if text.isascii() else encoded(text)


def _quoted_fast(text: str) -> bytes:
    """A text as `encoded` has it, by orjson where that can say it."""
    try:
        return orjson.dumps(text)
    except TypeError:
        return encoded(text)


def _decoded_fast(content: bytes) -> Any:  # noqa: ANN401  a document may be anything
    try:
        return orjson.loads(content)
    except ValueError:
        return json.loads(content)


quoted: Callable[[str], bytes] = _quoted_slowly if orjson is None else _quoted_fast
"""A text as JSON, lone surrogates replaced by U+FFFD."""

decoded: Callable[[bytes], Any] = json.loads if orjson is None else _decoded_fast
"""What a JSON document holds. Raises `ValueError` or `RecursionError` where it is none."""
