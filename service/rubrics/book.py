"""The rubrics that are served: those in a folder at the start, and those put over HTTP since."""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path

import yaml
from pydantic import ValidationError
from typing_extensions import override

from rewards.registry import Registry
from service.rubrics.rubric import ID_PATTERN, Rubric, RubricBody, RubricError

_SUFFIXES = (".yaml", ".yml")
_MODE = 0o644
"""Of a rubric's file: people read it, and other processes that have the folder."""


class Put(Enum):
    """What became of a rubric that was put."""

    NEW = "new"
    SAME = "same"
    """It was there already, word for word."""
    TAKEN = "taken"
    """Another one has its name."""


class RubricBook(Mapping[str, Rubric]):
    """Rubrics by id. One is written once and never changed.

    Args:
        registry: The rewards that rubrics are made of.
        folder: Where rubrics are kept, one file each, named after it; None keeps them in memory alone.
    """

    def __init__(self, registry: Registry, folder: Path | None = None) -> None:
        self._registry = registry
        self._folder = folder
        self._rubrics = {} if folder is None else _read(folder, registry)

    @override
    def __getitem__(self, rubric_id: str) -> Rubric:
        return self._rubrics[rubric_id]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._rubrics))

    @override
    def __len__(self) -> int:
        return len(self._rubrics)

    def put(self, rubric_id: str, body: RubricBody) -> Put:
        """Add a rubric, in the folder too where there is one.

        Raises:
            RubricError: it does not fit the rewards, or has a reward's id.
            OSError: the folder cannot be written.
        """
        known = self._rubrics.get(rubric_id)
        if known is not None:
            return Put.SAME if known.body.canonical() == body.canonical() else Put.TAKEN
        rubric = Rubric.of(_free(rubric_id, self._registry), body, self._registry)
        if self._folder is not None and not _write(self._folder, rubric):
            return self._adopt(self._folder / f"{rubric_id}.yaml", body)
        self._rubrics[rubric_id] = rubric
        return Put.NEW

    def _adopt(self, path: Path, body: RubricBody) -> Put:
        """Serve the rubric that another process has put into the same folder."""
        there = _rubric(path, self._registry)
        self._rubrics[there.id] = there
        return Put.SAME if there.body.canonical() == body.canonical() else Put.TAKEN


def _read(folder: Path, registry: Registry) -> dict[str, Rubric]:
    """Return the rubrics of a folder.

    Raises:
        RubricError: a file is no rubric; the message names it.
    """
    found: dict[str, Rubric] = {}
    for path in sorted(each for each in folder.iterdir() if each.suffix in _SUFFIXES):
        if path.stem in found:
            raise RubricError(f"{path}: there is another file for this rubric, with another suffix")
        found[path.stem] = _rubric(path, registry)
    return found


def _rubric(path: Path, registry: Registry) -> Rubric:
    """Return the rubric of a file.

    Raises:
        RubricError: it is none; the message names it.
    """
    try:
        rubric_id = _free(checked_id(path.stem), registry)
        body = RubricBody.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        return Rubric.of(rubric_id, body, registry)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise RubricError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (RubricError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise RubricError(f"{path}: {error}") from None


def checked_id(rubric_id: str) -> str:
    """Return an id that a rubric may have.

    Raises:
        RubricError: it is another one.
    """
    if not re.fullmatch(ID_PATTERN, rubric_id):
        raise RubricError(f"a rubric is called like a reward, name@v1; {rubric_id[:100]!r} is not")
    return rubric_id


def _free(rubric_id: str, registry: Registry) -> str:
    """Return an id that no reward has: the reward would be scored in the rubric's place.

    Raises:
        RubricError: one has it.
    """
    if rubric_id in registry:
        raise RubricError(f"{rubric_id} is a reward; call the rubric something else")
    return rubric_id


def _write(folder: Path, rubric: Rubric) -> bool:
    """Write a rubric's file, whole or not at all; return False where it is there already."""
    text = yaml.safe_dump(rubric.body.model_dump(mode="json", exclude_defaults=True), sort_keys=False)
    number, name = tempfile.mkstemp(suffix=".draft", prefix=f".{rubric.id}.", dir=folder)  # one of this call's own
    draft = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(number)  # a file that a crash left empty would keep the service from starting
        draft.chmod(_MODE)
        (folder / f"{rubric.id}.yaml").hardlink_to(draft)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True
