"""Data sets as the trainer client loads them: a recipe's, those of a folder, those of the hub."""

import itertools
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import datasets

from service.lint import hub
from service.lint.columns import prompt_column, suggestion
from service.lint.findings import Findings, Level
from service.lint.progress import Watcher
from service.lint.rows import Row, Rows, UnreadableDatasetError, read_file
from service.lint.session import Report, Session, Source, cannot_read
from trainer_client import RewardClient
from trainer_client.training import Recipe, data, recipe
from trainer_client.training.errors import RecipeError
from trainer_client.training.quiet import quiet

_SAVED = ("state.json", "dataset_dict.json")
"""What `save_to_disk` leaves in its folder."""


def lint_recipe(client: RewardClient, path: Path, limit: int | None, watcher: Watcher) -> Report:
    """Check the rewards of a recipe and the data sets that it names.

    Raises:
        RewardServiceError: the service cannot be asked.
    """
    findings = Findings()
    try:
        run = Recipe.load(path)
    except (RecipeError, UnicodeDecodeError) as error:
        watcher.found(findings.add("bad_recipe", Level.ERROR, str(error)))
        return Report({}, [], findings, None)
    session = Session(client, run.rewards, findings, watcher)
    for source in sources(run, limit, findings, watcher):
        session.run(source)
    return session.report(run.dataset.system_prompt)


def sources(run: Recipe, limit: int | None, findings: Findings, watcher: Watcher) -> Iterator[Source]:
    """Yield the data sets of a recipe, mapped as the trainer maps them; a finding for one that cannot be."""
    unreadable = set()
    for name, source in (("train", run.dataset.train), ("eval", run.dataset.eval)):
        if source is None or source.path in unreadable:
            continue
        is_far = Path(source.path).suffix not in data.LOADERS and hub.is_from_hub(source.path)
        watcher.phase(f"reading {name}: {source.path}{f', from {hub.ENDPOINT}' if is_far else ''}")
        try:
            rows = _rows(source)
        except UnreadableDatasetError as error:
            cannot_read(findings, name, error)
            unreadable.add(source.path)  # asking the hub again would take as long again
            continue
        named = source.columns.get("prompt")
        if rows.columns and prompt_column(named, rows.columns, findings, name) is None:
            continue
        try:
            mapped = data.mapped(source, rows.columns) if rows.columns else {}
        except RecipeError as error:
            hints = {suggestion(field, rows.columns) for field in source.columns}
            message = " ".join([str(error), *sorted(hints - {""})])
            findings.add("missing_column", Level.ERROR, message, source=name)
            continue
        columns = list(dict.fromkeys([*rows.columns, *mapped, *source.transforms]))
        limits = [each for each in (limit, source.limit) if each is not None]
        shape = _Shape(mapped, source, run.dataset.system_prompt)
        yield Source(name, rows, columns, shape, min(limits, default=None))


class _Shape:
    """The trainer's own shape of a row, which also takes rows that the trainer would stumble over."""

    def __init__(self, mapped: Mapping[str, str], source: recipe.Source, system_prompt: str | None) -> None:
        self._shape = data.Shape(mapped, source.transforms, system_prompt, conversational=False)
        self._prompt = mapped.get("prompt", "prompt")
        self._blank = dict.fromkeys(mapped.values())

    def __call__(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        whole = {**self._blank, **row}
        prompt = whole.get(self._prompt)
        if prompt and isinstance(prompt, (str, list)):
            return self._shape(whole)
        return {**self._shape({**whole, self._prompt: ""}), "prompt": ""}


def _rows(source: recipe.Source) -> Rows:
    if Path(source.path).suffix in data.LOADERS:
        return read_file(Path(source.path))
    return _numbered(_loaded(source))


def read_folder(path: Path, split: str) -> Rows:
    """Return the rows of a folder that holds a data set.

    Raises:
        UnreadableDatasetError: it holds none.
    """
    return _numbered(open_folder(path, split))


def open_folder(path: Path, split: str) -> datasets.Dataset:
    """Return the data set that a folder holds.

    Raises:
        UnreadableDatasetError: it holds none.
    """
    if not any((path / name).exists() for name in _SAVED):
        return _loaded(recipe.Source(str(path), split=split))
    with quiet():
        try:
            saved = datasets.load_from_disk(str(path))
            return saved[split] if isinstance(saved, datasets.DatasetDict) else saved
        except (OSError, ValueError, KeyError) as error:
            raise UnreadableDatasetError(f"{path}: {error}") from error


def _loaded(source: recipe.Source) -> datasets.Dataset:
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # it tells of each attempt
    with quiet(), hub.reached_or_cached(source.path) as silence:
        try:
            return data.loaded(source)
        except (OSError, ValueError, RuntimeError, datasets.exceptions.DatasetsError) as error:
            raise UnreadableDatasetError(f"{source.path}: {silence}{error}") from error


def _numbered(found: datasets.Dataset) -> Rows:
    numbered = (Row(number, fields) for number, fields in zip(itertools.count(1), found, strict=False))
    return Rows(numbered, total=len(found))
