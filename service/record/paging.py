"""What a page of scores is asked for with, and the cursor that leads to the next one."""

import base64
import enum
import hashlib
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import orjson

Key = tuple[float | int, ...]
"""Where a page goes on; what its parts are depends on what is asked for."""

_MAX_CURSOR_CHARS = 300
_MAX_ID = 2**63 - 1
_MAX_POSITION = 2**31 - 1
_DIGEST_CHARS = 12


class Part(enum.Enum):
    """What a part of a key is."""

    ID = enum.auto()
    POSITION = enum.auto()
    VALUE = enum.auto()


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
    def are_indexed(self) -> bool:
        """Whether what is wanted is looked up by its values or failures; otherwise the record is walked along."""
        return self.step is None and (self.wants_failures or self.wants_values)

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


def key_of(question: str, text: str, parts: Sequence[Part]) -> Key:
    """Return the key that a cursor holds.

    Args:
        question: What is asked for.
        text: The cursor.
        parts: What the key consists of.

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
    if len(key) != len(parts) or not all(_is_part(each, part) for each, part in zip(key, parts, strict=True)):
        raise CursorError("This is no cursor: take `next` of the page before, as it stands there.")
    return tuple(key)


def _is_part(value: object, part: Part) -> bool:
    """Return whether that can be in a key: a database chokes on what it has no room for."""
    if part is Part.VALUE:
        return isinstance(value, float) and math.isfinite(value)
    most = _MAX_ID if part is Part.ID else _MAX_POSITION
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
