"""What a page of scores is asked for with, and the cursor that leads to the next one."""

import base64
import hashlib
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import orjson

Key = tuple[float | int, ...]
"""Where a page goes on; what its parts are depends on what is asked for."""

_MAX_CURSOR_CHARS = 300
_MAX_ID = 2**63 - 1
_DIGEST_CHARS = 12


class CursorError(Exception):
    """A cursor is none, or belongs to another question; the message says so."""


class FilterError(Exception):
    """Two filters exclude each other; the message says which."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which scores of a run are wanted; None is all of them."""

    reward: str | None = None
    status: str | None = None
    kind: str | None = None
    value: float | None = None
    min_value: float | None = None
    max_value: float | None = None
    step: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no score can be.

        Raises:
            FilterError: with the two filters that exclude each other.
        """
        bounds = [name for name in ("value", "min_value", "max_value") if getattr(self, name) is not None]
        if bounds and (self.kind is not None or self.status == "failed"):
            other = "kind" if self.kind is not None else "status=failed"
            raise FilterError(f"{bounds[0]} asks for samples with a value and {other} for those without: leave one out")
        if self.kind is not None and self.status == "scored":
            raise FilterError("kind asks for samples that failed and status=scored for the others: leave one out")

    @property
    def wants_failures(self) -> bool:
        """Whether only samples without a value are wanted."""
        return self.status == "failed" or self.kind is not None

    @property
    def wants_values(self) -> bool:
        """Whether only samples with a value are wanted."""
        return self.status == "scored" or self.low > -math.inf or self.high < math.inf

    @property
    def low(self) -> float:
        """The lowest value that is wanted."""
        return max(each for each in (self.value, self.min_value, -math.inf) if each is not None)

    @property
    def high(self) -> float:
        """The highest value that is wanted."""
        return min(each for each in (self.value, self.max_value, math.inf) if each is not None)

    def digest(self, *more: object) -> str:
        """Return what tells this question from every other."""
        asked = orjson.dumps([asdict(self), more], default=str)
        return hashlib.sha256(asked).hexdigest()[:_DIGEST_CHARS]


def cursor(question: str, key: Sequence[float]) -> str:
    """Return a key as it travels.

    Args:
        question: What is asked for, which the cursor goes on with and nothing else.
        key: Where the next page goes on.
    """
    return base64.urlsafe_b64encode(orjson.dumps([question, *key])).decode().rstrip("=")


def key_of(question: str, text: str, length: int) -> Key:
    """Return the key that a cursor holds.

    Raises:
        CursorError: it holds none, or one of another question.
    """
    try:
        padded = text[:_MAX_CURSOR_CHARS] + "=" * (-len(text[:_MAX_CURSOR_CHARS]) % 4)
        found, *key = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError):
        raise CursorError("This is no cursor: take `next` of the page before, as it stands there.") from None
    if found != question:
        raise CursorError("This cursor belongs to other filters: begin again without it.")
    if len(key) != length or not all(_is_part(each) for each in key):
        raise CursorError("This is no cursor: take `next` of the page before, as it stands there.")
    return tuple(key)


def _is_part(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= abs(value) <= _MAX_ID
