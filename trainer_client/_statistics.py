"""What the service says about a reward beside its outcomes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Statistics"]


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the outcomes of a batch say about the reward that gave them."""

    samples: int
    """How many there were."""

    scored: int
    """How many of them have a value."""

    fire_rate: float | None
    """The share of those whose value is above the reward's lowest; None where none has a value."""

    saturation: float | None
    """The share of those with the reward's highest value."""

    mean: float | None
    """The mean of the values."""

    groups: int
    """Groups with at least two scored samples."""

    groups_without_variance: int
    """Those of them whose scored samples all have the same value."""

    in_group_variance: float | None
    """The mean of the groups' population variances; None where there is no group."""

    failures: Mapping[str, int] = field(default_factory=dict)
    """Samples without a value, by the kind of failure."""

    warnings: tuple[str, ...] = ()
    """What a person should look at. Each begins with a code and a colon."""

    @property
    def share_without_variance(self) -> float | None:
        """The share of the groups whose scored samples all have the same value."""
        return self.groups_without_variance / self.groups if self.groups else None


def statistics(value: object) -> Statistics | None:
    """The value of `statistics` in a result; None where there is none.

    Raises:
        ValueError: It is something else.
        TypeError: As above.
    """
    if value is None:
        return None
    if not isinstance(value, dict):
        raise TypeError("statistics are no object")
    get = value.get
    return Statistics(
        samples=int(get("samples", 0)),
        scored=int(get("scored", 0)),
        fire_rate=_number(get("fire_rate")),
        saturation=_number(get("saturation")),
        mean=_number(get("mean")),
        groups=int(get("groups", 0)),
        groups_without_variance=int(get("groups_without_variance", 0)),
        in_group_variance=_number(get("in_group_variance")),
        failures={str(kind): int(number) for kind, number in dict(get("failures") or {}).items()},
        warnings=tuple(str(warning) for warning in get("warnings") or ()),
    )


def merged(parts: Sequence[Statistics | None]) -> Statistics | None:
    """The statistics of several batches as one; None where one of them has none."""
    found = [part for part in parts if part is not None]
    if not found or len(found) < len(parts):
        return None
    failures: Counter[str] = Counter()
    for part in found:
        failures.update(part.failures)
    return Statistics(
        samples=sum(part.samples for part in found),
        scored=sum(part.scored for part in found),
        fire_rate=_mean((part.fire_rate, part.scored) for part in found),
        saturation=_mean((part.saturation, part.scored) for part in found),
        mean=_mean((part.mean, part.scored) for part in found),
        groups=sum(part.groups for part in found),
        groups_without_variance=sum(part.groups_without_variance for part in found),
        in_group_variance=_mean((part.in_group_variance, part.groups) for part in found),
        failures=dict(failures),
        warnings=tuple(dict.fromkeys(warning for part in found for warning in part.warnings)),
    )


def _number(value: Any) -> float | None:  # noqa: ANN401  JSON's edge
    return None if value is None else float(value)


def _mean(weighted: Iterable[tuple[float | None, int]]) -> float | None:
    """The mean of the values that there are, each counted so many times."""
    pairs = [(value, weight) for value, weight in weighted if value is not None]
    whole = sum(weight for _, weight in pairs)
    return sum(value * weight for value, weight in pairs) / whole if whole else None
