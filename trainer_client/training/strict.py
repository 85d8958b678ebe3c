"""Mappings from a file as dataclasses, with errors that name the place and the nearest right word."""

import dataclasses
import difflib
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from trainer_client.training.errors import RecipeError

T = TypeVar("T")


def built(kind: type[T], value: object, place: str) -> T:
    """The dataclass that a mapping describes.

    Raises:
        RecipeError: It is no mapping, has a key that the dataclass has not, or lacks one that it needs.
    """
    fields = [field for field in dataclasses.fields(kind) if field.init]  # type: ignore[arg-type]
    values = mapping(value, place)
    known(values, {field.name for field in fields}, place)
    for field in fields:
        needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if needed and field.name not in values:
            raise RecipeError(f"{place} needs the key '{field.name}'.")
    return kind(**values)


def mapping(value: object, place: str) -> dict[str, Any]:
    """The value, which must be a mapping of names."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise RecipeError(f"{place} must be a mapping of keys to values.")
    return dict(value)


def known(values: Mapping[str, Any], names: Collection[str], place: str) -> None:
    """Nothing, if every key is one of the names.

    Raises:
        RecipeError: One is not; the message has the nearest name.
    """
    for key in values:
        if key not in names:
            near = difflib.get_close_matches(key, sorted(names), n=1, cutoff=0.5)
            hint = f"did you mean '{near[0]}'?" if near else f"known are: {', '.join(sorted(names)[:20])}."
            raise RecipeError(f"{place} has the unknown key '{key}'; {hint}")
