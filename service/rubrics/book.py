"""The rubrics that are served: the operator's, which are those of a folder, and each team's own.

No team sees another's. Its own are looked for first, so that what it put goes on meaning the same if the operator takes
the name too.
"""

import re
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ValidationError

from rewards.registry import Registry
from service.database.asking import asked
from service.rubrics.rubric import ID_PATTERN, Rubric, RubricBody, RubricError
from service.rubrics.store import MemoryRubrics, RubricStore

_SUFFIXES = (".yaml", ".yml")

FoundT = TypeVar("FoundT")


class Put(Enum):
    """What became of a rubric that was put."""

    NEW = "new"
    SAME = "same"
    """It was there already, word for word."""
    TAKEN = "taken"
    """Another one has its name."""


class RubricBook:
    """Finds rubrics, and takes new ones. One is written once and never changed.

    Args:
        registry: The rewards that rubrics are made of.
        folder: The operator's rubrics, one file each, named after it.
        store: Where teams' rubrics are kept; None keeps them in memory.

    Raises:
        RubricError: a file of the folder is no rubric.
    """

    def __init__(self, registry: Registry, folder: Path | None = None, store: RubricStore | None = None) -> None:
        self._registry = registry
        self._store = store or MemoryRubrics()
        self.operators: Mapping[str, Rubric] = {} if folder is None else _read(folder, registry)
        """The operator's, by id."""
        self._known: dict[tuple[str, str], Rubric | None] = {}
        """What a team means by an id, as far as that is settled: what it put, or None for one of the operator's."""

    async def find(self, team: str, rubric_id: str) -> Rubric | None:
        """Return what a team means by an id; None where there is no such rubric for it.

        Raises:
            RubricError: it does not fit the rewards that are served now.
            ProblemError: the database is away.
        """
        key = team, rubric_id
        if key not in self._known:
            body = await self._ask(lambda: self._store.find(team, rubric_id))
            if body is not None:
                self._known[key] = Rubric.of(rubric_id, body, self._registry)
            elif rubric_id in self.operators:  # no team can take its name now
                self._known[key] = None
            else:
                return None
        return self._known[key] or self.operators[rubric_id]

    async def of_team(self, team: str) -> list[Rubric]:
        """Return all that a team can use, by id.

        Raises:
            ProblemError: the database is away.
        """
        bodies = await self._ask(lambda: self._store.of_team(team))
        own = {}
        for rubric_id, body in bodies.items():
            try:
                own[rubric_id] = Rubric.of(rubric_id, body, self._registry)
            except RubricError:  # its rewards are not served any more
                continue
        found = {**self.operators, **own}
        return [found[rubric_id] for rubric_id in sorted(found)]

    async def put(self, team: str, rubric_id: str, body: RubricBody) -> Put:
        """Add a rubric to a team's own.

        Raises:
            RubricError: it does not fit the rewards, or has a reward's id.
            ProblemError: the database is away.
        """
        known = await self.find(team, rubric_id)
        if known is not None:
            return _same_or_taken(known.body, body)
        rubric = Rubric.of(_free(rubric_id, self._registry), body, self._registry)
        kept = await self._ask(lambda: self._store.put(team, rubric_id, body))
        if kept.canonical() != body.canonical():  # another replica was faster
            return Put.TAKEN
        self._known[team, rubric_id] = rubric
        return Put.NEW

    async def _ask(self, ask: Callable[[], FoundT]) -> FoundT:
        """Return what the store says, which the event loop does not wait for."""
        return await asked(ask, what="the teams' rubrics", event="rubrics_unavailable")


def _same_or_taken(known: RubricBody, body: RubricBody) -> Put:
    return Put.SAME if known.canonical() == body.canonical() else Put.TAKEN


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
