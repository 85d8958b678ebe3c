"""What two versions of a reward say of the same samples: how often they differ, and what training would notice."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_SAME = 1e-9
"""Values that are as near as this are equal: an average may be summed in another order."""
_LEAST = 2

Line = Mapping[str, Any]
"""A record of the journal."""


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A group whose advantages are others than they were."""

    name: str
    became: str
    """`turned`: some sample that was better than its group is worse now, or the reverse. `silenced`: all samples have
    the same value now, and nothing is learned from them. `woken`: they had, and have not any more."""
    old: Sequence[float]
    new: Sequence[float]

    def line(self) -> dict[str, Any]:
        """Return it as JSON can say it."""
        return {
            "what": "group",
            "group": self.name,
            "became": self.became,
            "old": list(self.old),
            "new": list(self.new),
        }


@dataclass(slots=True)
class Comparison:
    """What came of all samples."""

    compared: int = 0
    """Samples to which both versions gave a value."""
    equal: int = 0
    up: int = 0
    down: int = 0
    change: float = 0.0
    """The sum of the changes of all that were compared."""
    transitions: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often a value, or each kind of failure, became what, where at least one was a failure."""
    messages: dict[str, str] = field(default_factory=dict)
    """What the first failure of a kind said, of the new version."""
    groups: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def add(self, line: Line) -> None:
        """Count one sample."""
        old, new = line["old"], line["new"]
        if old["value"] is None or new["value"] is None:
            self.transitions[_name(old), _name(new)] += 1
            if new["value"] is None:
                self.messages.setdefault(new["kind"], new["message"])
            return
        self.compared += 1
        change = new["value"] - old["value"]
        self.change += change
        self.equal += abs(change) <= _SAME
        self.up += change > _SAME
        self.down += change < -_SAME
        if line["group"] is not None:
            self.groups.setdefault(line["group"], []).append((old["value"], new["value"]))

    @property
    def unscored(self) -> int:
        """Samples that had a value and have none now."""
        return sum(count for (old, new), count in self.transitions.items() if old == "scored" and new != "scored")

    @property
    def samples(self) -> int:
        """All samples."""
        return self.compared + self.transitions.total()

    @property
    def whole_groups(self) -> int:
        """Groups with at least two samples that were compared."""
        return sum(len(pairs) >= _LEAST for pairs in self.groups.values())

    def changed_groups(self) -> list[GroupChange]:
        """Return the groups whose advantages are others, those that turned first."""
        found = [change for name, pairs in self.groups.items() if (change := _changed(name, pairs)) is not None]
        return sorted(found, key=lambda each: ("turned", "silenced", "woken").index(each.became))

    def line(self) -> dict[str, Any]:
        """Return the summary as JSON can say it."""
        became = Counter(each.became for each in self.changed_groups())
        return {
            "what": "summary",
            "samples": self.samples,
            "compared": self.compared,
            "equal": self.equal,
            "up": self.up,
            "down": self.down,
            "mean_change": self.change / self.compared if self.compared else None,
            "failures": [{"old": old, "new": new, "samples": n} for (old, new), n in self.transitions.most_common()],
            "groups": self.whole_groups,
            **{f"groups_{name}": became[name] for name in ("turned", "silenced", "woken")},
        }


def flip(line: Line) -> dict[str, Any] | None:
    """Return a sample of which the versions say different things; None where they say the same."""
    old, new = line["old"], line["new"]
    told = {"where": line["where"], "group": line["group"], "old": old, "new": new}
    if old["value"] is None or new["value"] is None:
        return None if _name(old) == _name(new) else {"what": "failure", **told}
    change = new["value"] - old["value"]
    return None if abs(change) <= _SAME else {"what": "flip", "change": change, **told}


def _name(outcome: Line) -> str:
    return "scored" if outcome["value"] is not None else str(outcome["kind"])


def _changed(name: str, pairs: Sequence[tuple[float, float]]) -> GroupChange | None:
    if len(pairs) < _LEAST:
        return None
    old, new = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    before, after = _signs(old), _signs(new)
    if any(one * other < 0 for one, other in zip(before, after, strict=True)):
        return GroupChange(name, "turned", old, new)
    if any(before) != any(after):
        return GroupChange(name, "silenced" if any(before) else "woken", old, new)
    return None


def _signs(values: Sequence[float]) -> list[int]:
    """Return the signs of the values' GRPO advantages, which are those of their distances from the mean."""
    mean = sum(values) / len(values)
    near = _SAME * max(1.0, *map(abs, values))
    return [0 if abs(value - mean) <= near else 1 if value > mean else -1 for value in values]
