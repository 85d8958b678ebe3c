"""What a lint has found: one finding for each kind of fault, with the rows that have it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

_MOST_ROWS = 20
"""Row numbers that a finding keeps; it counts the others."""
_MOST_EXAMPLES = 3
_MOST_CHARS = 200


class Level(StrEnum):
    """How bad a finding is. Notes alone leave a lint clean."""

    ERROR = "error"
    """The run fails, or trains on something wrong."""

    WARNING = "warning"
    """The run goes on and learns less than it could, or learns something odd."""

    NOTE = "note"
    """Worth knowing; nothing need be changed."""


@dataclass(slots=True)
class Finding:
    """One fault, wherever it occurs."""

    check: str
    """A short code for the rule that was broken, such as `bad_reference`."""

    level: Level
    message: str
    """One sentence for people: what is wrong, and what to do where that is known."""

    reward: str | None = None
    """The reward that it is about."""

    source: str | None = None
    """The data set that it is in, where there are several."""

    count: int = 0
    """How many rows have it; 0 where it is not about rows."""

    rows: list[int] = field(default_factory=list)
    """The first of those rows."""

    examples: list[str] = field(default_factory=list)
    """What stands in some of them, shortened; with the row's number where they are about rows."""


class Findings:
    """Gathers findings; what is found in many rows stays one finding."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str | None, str | None, str], Finding] = {}

    def __iter__(self) -> Iterator[Finding]:
        """Iterate over the findings, the worst first and otherwise in the order they were found."""
        order = list(Level)
        return iter(sorted(self._found.values(), key=lambda found: order.index(found.level)))

    @property
    def is_clean(self) -> bool:
        """Whether nothing but notes was found."""
        return all(found.level is Level.NOTE for found in self._found.values())

    def has(self, check: str, reward: str) -> bool:
        """Return whether that was found of a reward."""
        return any(found.check == check and found.reward == reward for found in self._found.values())

    def add(
        self,
        check: str,
        level: Level,
        message: str,
        *,
        reward: str | None = None,
        source: str | None = None,
        row: int | None = None,
        example: str | None = None,
    ) -> Finding:
        """Add a finding, or one more row to the same finding, and return it."""
        key = (check, reward, source, message)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = Finding(check, level, message, reward, source)
        if row is not None:
            found.count += 1
            if len(found.rows) < _MOST_ROWS:
                found.rows.append(row)
        if example is not None and len(found.examples) < _MOST_EXAMPLES:
            short = shortened(example)
            label = "" if row is None else f"row {row}: "
            if not any(f": {each}".endswith(f": {short}") for each in found.examples):
                found.examples.append(f"{label}{short}")
        return found


def labelled(values: Mapping[str, Any]) -> str:
    """Return values with their columns, as JSON writes them: so that an empty text, a list and no value differ."""
    shown = (f"{name} = {json.dumps(value, ensure_ascii=False, default=str)}" for name, value in values.items())
    return ", ".join(shown) or "no columns"


def shortened(text: str, most: int = _MOST_CHARS) -> str:
    """Return a text on one line, cut where it is long."""
    line = " ".join(text[: 2 * most].encode(errors="replace").decode().split())
    return line if len(line) <= most and len(text) <= 2 * most else f"{line[: most - 1]}…"
