"""How calls of the published functions, with what they returned, read as samples of ours.

Each module beside this one has `ADAPTERS`: by the function's name in the golden rows, what reads such a row.
"""

import importlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

DATA = Path(__file__).parents[3].parent / "shared" / "data"
"""Third-party rows, which are no part of this project."""


@dataclass(frozen=True)
class Published:
    """One call of a published function, as a sample of ours, or as a group of samples."""

    reward_id: str
    completion: str | Sequence[str]
    """One text, or those of a group."""
    value: float | Sequence[float] | None
    """What was returned, for a group one number for each text; None where the published function abstains."""
    reference: dict[str, object] = field(default_factory=dict)
    params: dict[str, object] = field(default_factory=dict)
    details: dict[str, object] = field(default_factory=dict)
    """Details that the outcome must have."""
    fields: dict[str, object] = field(default_factory=dict)
    """What else the sample has: `completion_tokens`, `completion_ids`, `prompt`."""
    digits: int | None = None
    """Decimal places to which the row was rounded; None where it holds what was returned, to the bit."""


Row = dict[str, object]
Adapter = Callable[[Row], Published]


def plain(reward_id: str, **params: object) -> Adapter:
    """Return an adapter for a function of the completion alone."""

    def adapt(row: Row) -> Published:
        return Published(reward_id, str(row["completion"]), value(row), params=params)

    return adapt


def value(row: Row) -> float | None:
    """Return what was returned, as a number."""
    return None if row["value"] is None else float(row["value"])  # type: ignore[arg-type]


def adapters() -> dict[str, Adapter]:
    """Return every adapter, by the name of its function."""
    found: dict[str, Adapter] = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        found |= getattr(importlib.import_module(f"tests.rewards.golden.{path.stem}"), "ADAPTERS", {})
    return found


def published_rows() -> Iterator[tuple[str, Published]]:
    """Yield every golden row of a function that a version reproduces, named after that function."""
    known = adapters()
    for path in sorted((DATA / "golden").glob("*.json")):
        rows = json.loads(path.read_text(encoding="utf-8"))
        for row in rows if isinstance(rows, list) else ():
            if row["reward"] in known:
                yield row["reward"], known[row["reward"]](row)
