"""The rubrics that are served: those in a folder at the start, and those put over HTTP since."""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path

import yaml
from pydantic import ValidationError
from typing_extensions import override

from rewards.registry import Registry
from service.rubrics.rubric import ID_PATTERN, Rubric, RubricBody, RubricError

_SUFFIXES = (".yaml", ".yml")


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
        if rubric_id in self._registry:
            raise RubricError(f"{rubric_id} is a reward; call the rubric something else")
        rubric = Rubric.of(rubric_id, body, self._registry)
        if self._folder is not None and not _write(self._folder, rubric):
            return Put.TAKEN  # by another process that has the same folder
        self._rubrics[rubric_id] = rubric
        return Put.NEW


def _read(folder: Path, registry: Registry) -> dict[str, Rubric]:
    """Return the rubrics of a folder.

    Raises:
        RubricError: a file is no rubric; the message names it.
    """
    found = {}
    for path in sorted(each for each in folder.iterdir() if each.suffix in _SUFFIXES):
        try:
            body = RubricBody.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
            found[path.stem] = Rubric.of(checked_id(path.stem), body, registry)
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            raise RubricError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
        except (RubricError, yaml.YAMLError, UnicodeDecodeError) as error:
            raise RubricError(f"{path}: {error}") from None
    return found


def checked_id(rubric_id: str) -> str:
    """Return an id that a rubric may have.

    Raises:
        RubricError: it is another one.
    """
    if not re.fullmatch(ID_PATTERN, rubric_id):
        raise RubricError(f"a rubric is called like a reward, name@v1; {rubric_id[:100]!r} is not")
    return rubric_id


def _write(folder: Path, rubric: Rubric) -> bool:
    """Write a rubric's file, whole or not at all; return False where it is there already."""
    text = yaml.safe_dump(rubric.body.model_dump(mode="json", exclude_defaults=True), sort_keys=False)
    draft = folder / f".{rubric.id}.draft"
    draft.write_text(text, encoding="utf-8")
    try:
        (folder / f"{rubric.id}.yaml").hardlink_to(draft)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True
