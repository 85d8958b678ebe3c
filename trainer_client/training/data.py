"""A recipe's rows, in the shape that the trainer takes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import datasets

from trainer_client._columns import ANSWER_NAMES, PROMPT_NAMES
from trainer_client._types import Text
from trainer_client.training import transforms
from trainer_client.training.errors import RecipeError
from trainer_client.training.recipe import Source

__all__ = ["rows"]

LOADERS = {".jsonl": "json", ".json": "json", ".csv": "csv", ".parquet": "parquet"}


def rows(source: Source, system_prompt: str | None, *, conversational: bool) -> datasets.Dataset:
    """The source's rows with the columns `prompt`, `answer` where there is one, and all the others.

    Args:
        source: Where they come from.
        system_prompt: What is said to the model before each prompt.
        conversational: Whether a prompt that is plain text becomes a chat message.

    Raises:
        RecipeError: A column is missing.
    """
    found = loaded(source)
    if source.limit is not None:
        found = found.select(range(min(source.limit, len(found))))
    columns = mapped(source, found.column_names)
    shape = Shape(columns, source.transforms, system_prompt, conversational=conversational)
    return datasets.Dataset.from_list([shape(row) for row in found])


def loaded(source: Source) -> datasets.Dataset:
    """The rows as they are stored."""
    suffix = Path(source.path).suffix
    if suffix in LOADERS:
        if not Path(source.path).is_file():
            raise RecipeError(f"The data set {source.path} is not there.")
        return datasets.load_dataset(LOADERS[suffix], data_files=source.path, split="train")
    return datasets.load_dataset(source.path, source.name, split=source.split)


def mapped(source: Source, columns: list[str]) -> dict[str, str]:
    """For each name that the trainer and the rewards use, the column that has it."""
    named = dict(source.columns)
    for name, usual in (("prompt", PROMPT_NAMES), ("answer", ANSWER_NAMES)):
        found = next((each for each in usual if each in columns), None)
        if name not in named and found is not None:
            named[name] = found
    missing = sorted(set(named.values()) - set(columns)) or ([] if "prompt" in named else ["prompt"])
    if missing:
        raise RecipeError(f"{source.path} has no column {', '.join(missing)}; it has {', '.join(columns)}.")
    return named


class Shape:
    """Turns a stored row into one to train on."""

    def __init__(
        self,
        columns: Mapping[str, str],
        changes: Mapping[str, str | list[str]],
        system_prompt: str | None,
        *,
        conversational: bool,
    ) -> None:
        self._columns = columns
        self._changes = {name: transforms.chain(names) for name, names in changes.items()}
        self._system_prompt = system_prompt
        self._conversational = conversational

    def __call__(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row, with its names, transforms and messages."""
        shaped = {name: row[column] for name, column in self._columns.items()}
        for name, change in self._changes.items():
            value = shaped.get(name, row.get(name))
            shaped[name] = None if value is None else change(str(value))
        return {**row, **shaped, "prompt": self._prompt(shaped["prompt"])}

    def _prompt(self, value: Text) -> Text:
        if isinstance(value, str):
            if not self._conversational:
                return value if self._system_prompt is None else f"{self._system_prompt}\n\n{value}"
            value = [{"role": "user", "content": value}]
        system = [] if self._system_prompt is None else [{"role": "system", "content": self._system_prompt}]
        return [*system, *value]
