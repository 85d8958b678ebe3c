"""Makes samples of the rows of a data set: which column goes into which field of what is sent."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from trainer_client import RewardInfo, Sample
from trainer_client._columns import PROMPT_NAMES, candidates, reference_schema

_SAMPLE_FIELDS = ("completion", "prompt", "group", "completion_tokens", "completion_ids")
_COMPLETION_NAMES = ("completion", "response", "output", "generated_text", "solution")


class SampleColumns:
    """Where the fields of a sample stand in a row.

    Args:
        rewards: The rewards that the samples are for.
        catalogue: What the service serves, by id.
        mapping: The columns that somebody named, by field.
        present: The columns that there are; none where there are no rows.

    Raises:
        Rejected: the service does not serve a reward.
        ValueError: no column holds the completion, or a mapping names a field or a column that does not exist.
    """

    def __init__(
        self,
        rewards: Sequence[str],
        catalogue: Mapping[str, RewardInfo],
        mapping: Mapping[str, str],
        present: Collection[str],
    ) -> None:
        properties: dict[str, Mapping[str, Any]] = {}
        for reward in rewards:
            properties |= reference_schema(reward, catalogue)[0]
        if strangers := set(mapping) - {*_SAMPLE_FIELDS, *properties}:
            known = ", ".join([*_SAMPLE_FIELDS, *properties])
            raise ValueError(f"--column {', '.join(sorted(strangers))}: {', '.join(rewards)} knows {known}")
        if absent := {column for column in mapping.values() if present and column not in present}:
            raise ValueError(f"no row has {', '.join(sorted(absent))}; the columns are {', '.join(sorted(present))}")
        completion = mapping.get("completion") or next((name for name in _COMPLETION_NAMES if name in present), None)
        if completion is None and present:
            listed = ", ".join(sorted(present))
            raise ValueError(f"which column holds the completion? --column completion=... ({listed})")
        self._completion = str(completion)
        prompts = [name for name in PROMPT_NAMES if name in present and name != completion]
        usual = {name: name for name in _SAMPLE_FIELDS} | {"prompt": next(iter(prompts), "prompt")}
        self._named = usual | {name: column for name, column in mapping.items() if name in usual}
        self._fields = {
            field: column
            for field in properties
            if (column := _first(candidates(field, mapping), {*present} - {completion})) is not None
        }

    def sample(self, row: Mapping[str, Any]) -> Sample:
        """Return a row as a sample."""
        return Sample(
            completion=_text(row.get(self._completion)),
            prompt=row.get(self._named["prompt"]),
            group=_name(row.get(self._named["group"])),
            completion_tokens=_number(row.get(self._named["completion_tokens"])),
            completion_ids=row.get(self._named["completion_ids"]),
            reference={
                field: _plain(row[column]) for field, column in self._fields.items() if row.get(column) is not None
            }
            or None,
        )

    @property
    def chosen(self) -> dict[str, str]:
        """The column of each field that has one."""
        return {**self._named, "completion": self._completion, **self._fields}


def _first(names: Sequence[str], present: Collection[str]) -> str | None:
    return next((name for name in names if name in present), None)


def _text(value: object) -> Any:  # noqa: ANN401 - a text, or chat messages as they are
    return value if isinstance(value, (str, list)) else "" if value is None else str(value)


def _name(value: object) -> str | None:
    """Return what a group is called; data sets number theirs."""
    is_gap = value is None or (isinstance(value, float) and math.isnan(value))
    return None if is_gap else str(value)


def _number(value: object) -> Any:  # noqa: ANN401 - a number, or what is none, for the service to refuse
    """Return a number that is written as a text, as all are in CSV, or as a fraction, as columns with gaps are."""
    if isinstance(value, float):
        return None if math.isnan(value) else int(value) if value.is_integer() else value
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _plain(value: object) -> object:
    """Return a number as text: data sets write the answer 72 both ways. A date is text to JSON as well."""
    return value if isinstance(value, (str, bool, list, dict)) else str(value)
