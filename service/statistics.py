"""What a batch's outcomes say about a reward: whether it fires, and whether it tells the completions of a group apart.

A reward that gives every completion of a prompt the same value moves no GRPO advantage, and looks in a training curve
like a task that is hard. `count` counts what shows the difference; counts of several batches add up.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter, mul
from typing import cast

from rewards.declare import Reward
from rewards.frames import EncodedOutcome, Json, SampleFields
from rewards.types import FailureKind

_LEAST_GROUPS = 50
"""Groups of one batch without variance that are worth a warning; fewer are often chance, or a hard prompt."""
_LEAST_SAMPLES = 256
"""As above, where the samples of a batch name no groups."""
_MOST_ABSTAINED = 0.02
"""Share of samples without a verdict that is worth a warning: no verdict is an escape from a bad one."""
_LEAST_ABSTAINABLE = 100
_LEAST_IN_GROUP = 2
"""Scored samples without which a group cannot have a variance."""

Groups = Sequence[Callable[[Sequence[float | None]], Sequence[float | None]]]
"""For each prompt that several samples of a batch answer, what picks their values out of the batch's."""


@dataclass(slots=True)
class Counts:
    """What was counted of one reward's outcomes."""

    batches: int = 0
    """How many batches were counted."""
    samples: int = 0
    """Samples with an outcome."""
    scored: int = 0
    """Those of them with a value."""
    fired: int = 0
    """Those whose value is above the reward's lowest."""
    saturated: int = 0
    """Those whose value is the reward's highest."""
    total: float = 0.0
    """The sum of the values."""
    groups: int = 0
    """Groups with at least two scored samples."""
    groups_without_variance: int = 0
    """Those of them whose scored samples all have the same value."""
    variance: float = 0.0
    """The sum of the groups' population variances."""
    failures: dict[str, int] = field(default_factory=dict)
    """Samples without a value, by the kind of failure."""

    def add(self, other: "Counts") -> None:
        """Add what was counted elsewhere."""
        self.batches += other.batches
        self.samples += other.samples
        self.scored += other.scored
        self.fired += other.fired
        self.saturated += other.saturated
        self.total += other.total
        self.groups += other.groups
        self.groups_without_variance += other.groups_without_variance
        self.variance += other.variance
        for kind, number in other.failures.items():
            self.failures[kind] = self.failures.get(kind, 0) + number


def groups_of(submissions: Sequence[SampleFields]) -> Groups:
    """Return which samples belong together: those that name the same `group` or, where none is named, have one prompt.

    A sample with neither belongs to no group.
    """
    names = [each["group"] for each in submissions]
    prompts: list[str | None] = []
    if None in names:
        prompts = [each["prompt"] if each["group"] is None else None for each in submissions]
    found = [*_places(names), *_places(prompts)]
    return [itemgetter(*places) for places in found if len(places) >= _LEAST_IN_GROUP]


def _places(names: Sequence[str | None]) -> Iterable[Sequence[int]]:
    """Return for each name where it stands."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    if names.count(None) < len(names):
        for index, name in enumerate(names):
            if name is not None:
                places[name].append(index)
    return places.values()


def count(reward: Reward, outcomes: Sequence[EncodedOutcome], groups: Groups) -> Counts:
    """Return the counts of one reward's outcomes over a batch."""
    low, high = reward.range
    values = [outcome.value for outcome in outcomes]
    failed = None in values
    scored = _scored(values) if failed else cast("list[float]", values)
    counts = Counts(
        batches=1,
        samples=len(values),
        scored=len(scored),
        fired=len(scored) - scored.count(low),
        saturated=scored.count(high),
        total=sum(scored),
    )
    if failed:
        counts.failures = dict(Counter([outcome.kind for outcome in outcomes if outcome.kind is not None]))
    picked = [pick(values) for pick in groups]
    _count_groups(counts, [_scored(each) for each in picked] if failed else cast("list[Sequence[float]]", picked))
    return counts


def figures(reward: Reward, counts: Counts) -> Json:
    """Return the `statistics` of a response; a share of nothing is null."""
    return {
        "samples": counts.samples,
        "scored": counts.scored,
        "failures": counts.failures,
        "mean": _share(counts.total, counts.scored),
        "fire_rate": _share(counts.fired, counts.scored),
        "saturation": _share(counts.saturated, counts.scored),
        "groups": counts.groups,
        "groups_without_variance": counts.groups_without_variance,
        "in_group_variance": _share(counts.variance, counts.groups),
        "warnings": warnings(reward, counts),
    }


def warnings(reward: Reward, counts: Counts) -> list[str]:
    """Return what a person should look at; each text begins with a code that stays the same, and a colon."""
    flat = counts.groups_without_variance
    found = []
    if flat >= _LEAST_GROUPS and flat == counts.groups:
        found.append(f"no_variance: no variance in {flat:,} groups: {_where(reward, counts)}.")
    elif counts.scored >= _LEAST_SAMPLES and counts.fired == 0:
        found.append(f"never_fired: {_where(reward, counts)}.")
    elif counts.scored >= _LEAST_SAMPLES and counts.saturated == counts.scored:
        found.append(f"saturated: {_where(reward, counts)}.")
    abstained = counts.failures.get(FailureKind.JUDGE_UNPARSABLE, 0)
    if counts.samples >= _LEAST_ABSTAINABLE and abstained > _MOST_ABSTAINED * counts.samples:
        found.append(
            f"abstained: {abstained:,} of {counts.samples:,} samples have no verdict of {reward.id}, "
            "which a completion can be written to bring about."
        )
    return found


def _where(reward: Reward, counts: Counts) -> str:
    """Return at which values a reward stands still."""
    low, high = reward.range
    if counts.fired == 0:
        return f"all {counts.scored:,} scored samples got {low:g}, the lowest value of {reward.id}"
    if counts.saturated == counts.scored:
        return f"all {counts.scored:,} scored samples got {high:g}, the highest value of {reward.id}"
    return f"{reward.id} gave the samples of each the same value"


def _scored(values: Sequence[float | None]) -> list[float]:
    """Return the values of the samples that have one."""
    return [value for value in values if value is not None]


def _count_groups(counts: Counts, groups: Sequence[Sequence[float]]) -> None:
    """Count groups by the values of their scored samples."""
    flat, variance = 0, 0.0
    compared = [values for values in groups if len(values) >= _LEAST_IN_GROUP]
    for values in compared:
        number = len(values)
        if values.count(values[0]) == number:
            flat += 1
        else:
            mean = sum(values) / number
            away = [value - mean for value in values]
            variance += sum(map(mul, away, away)) / number
    counts.groups, counts.groups_without_variance, counts.variance = len(compared), flat, variance


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None
