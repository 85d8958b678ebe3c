"""Versions that should not be used any more, and how their answers say so: RFC 9745's Deprecation, RFC 8594's Sunset.

They are still served after their sunset, for as long as a release has them: a run that uses one goes on to its end with
the numbers that it began with, and what was recorded can be scored again. The day says from when on a release may come
without them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from importlib.resources import files
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, model_validator
from typing_extensions import override

from rewards.registry import Registry

_TABLE = "retired.yaml"


class Retirement(BaseModel):
    """How a version is going out of use."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: date
    """The day it is deprecated from."""
    sunset: date | None = None
    """The day from which a release may come without it."""
    successor: str | None = None
    """What to use instead."""

    @model_validator(mode="after")
    def _end_after_the_beginning(self) -> Self:
        if self.sunset is not None and self.sunset < self.since:
            raise ValueError("the sunset is before the deprecation")
        return self

    @property
    def urgency(self) -> tuple[date, date]:
        """What is smaller for what ends sooner."""
        return self.sunset or date.max, self.since


_ROWS = TypeAdapter(dict[str, Retirement])


class Retirements(Mapping[str, Retirement]):
    """The retired versions.

    Args:
        table: How each is going out of use, by its id.
    """

    def __init__(self, table: Mapping[str, Retirement]) -> None:
        self._table = dict(table)

    @classmethod
    def packaged(cls, registry: Registry) -> Self:
        """Return those of a registry's versions that this release retires.

        Raises:
            ValidationError: the table is wrong.
        """
        return cls.of(cls.table(), registry)

    @staticmethod
    def table() -> Mapping[str, Retirement]:
        """Return the rows that this release comes with.

        Raises:
            ValidationError: one is wrong.
        """
        return _ROWS.validate_python(yaml.safe_load(files("service").joinpath(_TABLE).read_text(encoding="utf-8")))

    @classmethod
    def of(cls, rows: Mapping[str, Retirement], registry: Registry) -> Self:
        """Return the rows of a registry's versions, each with its successor where the declarations know one."""
        return cls(
            {
                reward_id: row.model_copy(update={"successor": row.successor or registry.successor(reward_id)})
                for reward_id, row in rows.items()
                if reward_id in registry
            }
        )

    @override
    def __getitem__(self, reward_id: str) -> Retirement:
        return self._table[reward_id]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    @override
    def __len__(self) -> int:
        return len(self._table)

    def headers(self, reward_ids: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield what an answer by these rewards says of the one that ends soonest."""
        retired = [self._table[reward_id] for reward_id in reward_ids if reward_id in self._table]
        if not retired:
            return
        row = min(retired, key=lambda each: each.urgency)
        yield "Deprecation", f"@{int(_midnight(row.since).timestamp())}"
        if row.sunset is not None:
            yield "Sunset", format_datetime(_midnight(row.sunset), usegmt=True)
        if row.successor is not None:
            yield "Link", f'</v1/rewards/{row.successor}>; rel="successor-version"'


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
