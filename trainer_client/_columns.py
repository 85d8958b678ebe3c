"""Which column of the data set goes into which field of a reward's reference."""

import difflib
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainer_client._errors import MissingColumn, Rejected
from trainer_client._spec import RewardSpec
from trainer_client._types import RewardInfo

ANSWER_NAMES = ("answer", "expected_answer", "solution", "ground_truth", "label")
"""What data sets call the expected answer, the first that is there being taken."""

PROMPT_NAMES = ("prompt", "question", "problem", "query", "instruction")
"""What data sets call the prompt, the most usual first."""

NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a reference and where its values come from."""

    name: str
    column: str
    types: frozenset[str]
    """The JSON types that the service accepts."""

    def value(self, row: object) -> object:
        """What is sent for a row's value: numbers become text where the service wants text.

        NaN is nothing, as None is: it is how tables write that a row has no value.
        """
        plain = row.item() if hasattr(row, "item") else row
        if isinstance(plain, list) and len(plain) == 1 and "array" not in self.types:
            return self.value(plain[0])  # as data sets write that there is one right answer
        if isinstance(plain, float) and math.isnan(plain):
            return None
        accepted = {bool: {"boolean"}, int: {"integer", "number"}, float: {"number"}}.get(type(plain))
        if accepted is None or "string" not in self.types or self.types & accepted:
            return plain
        return str(plain)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Rewards that can share one request, because they read each field from the same column."""

    rewards: tuple[int, ...]
    """Their positions in the run's list."""

    fields: Mapping[str, Field]
    """The union of their references' fields."""


def bundles(specs: Sequence[RewardSpec], catalogue: Mapping[str, RewardInfo], columns: Collection[str]) -> list[Bundle]:
    """The run's rewards, put into as few requests as their columns allow: nearly always one.

    Raises:
        MissingColumn: A reward needs a field that no column has.
        Rejected: The service does not serve a reward.
        ValueError: A spec maps a field that the reward does not have.
    """
    packed: list[Bundle] = []
    for position, spec in enumerate(specs):
        wanted = fields(spec, catalogue, columns)
        for index, bundle in enumerate(packed):
            if all(bundle.fields.get(name, field) == field for name, field in wanted.items()):
                packed[index] = Bundle((*bundle.rewards, position), {**bundle.fields, **wanted})
                break
        else:
            packed.append(Bundle((position,), wanted))
    return packed


def fields(spec: RewardSpec, catalogue: Mapping[str, RewardInfo], columns: Collection[str]) -> dict[str, Field]:
    """The fields of one reward's reference that the data set can fill."""
    properties, required = reference_schema(spec.reward, catalogue)
    named = dict(spec.columns or {})
    strangers = sorted(set(named) - set(properties))
    if strangers:
        has = ", ".join(sorted(properties)) or "none"
        raise ValueError(f"{spec.reward} has no reference field {', '.join(strangers)}; it has {has}.")
    found: dict[str, Field] = {}
    for name, schema in properties.items():
        tried = candidates(name, named)
        column = next((each for each in tried if each in columns), None)
        if column is not None:
            found[name] = Field(name, column, json_types(schema))
        elif name in required or name in named:
            raise MissingColumn(spec.reward, name, tried, sorted(columns))
    return found


def candidates(field: str, named: Mapping[str, str]) -> list[str]:
    """The columns to look for, best first."""
    if field in named:
        return [named[field]]
    # Only an answer has aliases: a second field must never be filled with the answer by accident.
    return [field, *(name for name in ANSWER_NAMES if name != field)] if field in ANSWER_NAMES else [field]


def reference_schema(reward: str, catalogue: Mapping[str, RewardInfo]) -> tuple[dict[str, Mapping[str, Any]], set[str]]:
    """The fields that a reward and its needs compare with, and which of them must be there."""
    if reward not in catalogue:
        raise unknown(reward, catalogue)
    info = catalogue[reward]
    properties = dict(info.reference.get("properties") or {})
    required = set(info.reference.get("required") or ())
    for need in info.needs:
        more, must = reference_schema(need, catalogue)
        properties = more | properties
        required |= must
    return properties, required


def unknown(target: str, offered: Collection[str]) -> Rejected:
    """The error for a name that the service does not know, with the names that may be meant."""
    near = difflib.get_close_matches(target, offered, n=3)
    near += [each for each in offered if each.partition("@")[0] == target.partition("@")[0] and each not in near]
    hint = f"; it has {', '.join(near)}" if near else ""
    return Rejected(NOT_FOUND, "Unknown reward", f"the service has no {target}{hint}")


def json_types(schema: Mapping[str, Any]) -> frozenset[str]:
    """The JSON types that a field's schema accepts, as far as it names them."""
    named = schema.get("type")
    types = {named} if isinstance(named, str) else set(named or ())
    for branch in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        types |= json_types(branch)
    return frozenset(types)
