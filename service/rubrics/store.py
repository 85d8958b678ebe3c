"""Where the rubrics are kept that teams have put."""

import threading
import time
from collections.abc import Mapping
from typing import Protocol

from sqlalchemy import Engine, select, text

from service.database.tables import rubrics, teams
from service.rubrics.rubric import RubricBody
from service.teams.team import team_id

_INSERT = text(
    "insert into rubrics (team_id, name, body, created_at) values (:team_id, :name, :body, :created_at) "
    "on conflict (team_id, name) do nothing"
)


class RubricStore(Protocol):
    """Rubrics by team and id. One is written once and never changed. It blocks."""

    def find(self, team: str, rubric_id: str) -> RubricBody | None:
        """Return a team's rubric; None where it has none of this name."""
        ...

    def of_team(self, team: str) -> Mapping[str, RubricBody]:
        """Return every rubric of a team, by id."""
        ...

    def put(self, team: str, rubric_id: str, body: RubricBody) -> RubricBody:
        """Keep a rubric, and return what is kept under its name, which may be another one that came first."""
        ...


class MemoryRubrics:
    """Keeps rubrics for as long as the service runs. A `RubricStore`."""

    def __init__(self) -> None:
        self._bodies: dict[tuple[str, str], RubricBody] = {}
        self._lock = threading.Lock()

    def find(self, team: str, rubric_id: str) -> RubricBody | None:
        """Return a team's rubric; None where it has none of this name."""
        return self._bodies.get((team, rubric_id))

    def of_team(self, team: str) -> Mapping[str, RubricBody]:
        """Return every rubric of a team, by id."""
        with self._lock:
            return {rubric_id: body for (owner, rubric_id), body in self._bodies.items() if owner == team}

    def put(self, team: str, rubric_id: str, body: RubricBody) -> RubricBody:
        """Keep a rubric, and return what is kept under its name."""
        with self._lock:
            return self._bodies.setdefault((team, rubric_id), body)


class DatabaseRubrics:
    """Keeps rubrics in the database, for every replica. A `RubricStore`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, team: str, rubric_id: str) -> RubricBody | None:
        """Return a team's rubric; None where it has none of this name."""
        return self._read(team, rubric_id).get(rubric_id)

    def of_team(self, team: str) -> Mapping[str, RubricBody]:
        """Return every rubric of a team, by id."""
        return self._read(team, None)

    def put(self, team: str, rubric_id: str, body: RubricBody) -> RubricBody:
        """Keep a rubric, and return what is kept under its name."""
        with self._engine.begin() as connection:
            values = {"team_id": team_id(connection, team), "name": rubric_id, "body": body.canonical().decode()}
            connection.execute(_INSERT, {**values, "created_at": time.time()})
        return self.find(team, rubric_id) or body

    def _read(self, team: str, rubric_id: str | None) -> dict[str, RubricBody]:
        wanted = select(rubrics.c.name, rubrics.c.body).join_from(rubrics, teams).where(teams.c.name == team)
        if rubric_id is not None:
            wanted = wanted.where(rubrics.c.name == rubric_id)
        with self._engine.connect() as connection:
            return {row.name: RubricBody.model_validate_json(row.body) for row in connection.execute(wanted)}
