"""Changes runs: which of their texts are kept, and whether they are there at all."""

import time
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from service.record import deletion
from service.record.directory import Directory, UnknownTeamError
from service.record.reading import NoSuchRunError, run_row

_SET = (
    "insert into runs (team_id, name, created_at, texts) values (:team, :name, :now, :texts) "
    "on conflict (team_id, name) do update set texts = excluded.texts"
)


def set_texts(engine: Engine, team: str, run: str, texts: str | None) -> bool:
    """Set which texts of a run are kept from now on; return whether the run was made for it.

    Args:
        engine: The database.
        team: Whose run it is.
        run: Its name.
        texts: none, sample or all; None is the service's default.

    Raises:
        NoSuchRunError: there is no such team any more.
    """
    with engine.connect() as connection:
        is_new = not _is_there(connection, team, run)
    try:
        team_id = Directory(engine, "").team(team).id
    except UnknownTeamError:
        raise NoSuchRunError from None
    with engine.begin() as connection:
        connection.execute(text(_SET), {"team": team_id, "name": run, "now": time.time(), "texts": texts})
    return is_new


def delete_run(engine: Engine, folder: Path, team: str, run: str) -> None:
    """Delete a run of a team.

    Args:
        engine: The database.
        folder: Where the texts are.
        team: Whose run it is.
        run: Its name.

    Raises:
        NoSuchRunError: the team has no such run.
        OSError: the texts cannot be deleted; everything is still there then.
    """
    with engine.connect() as connection:
        run_id = run_row(connection, team, run).id
    deletion.delete_run(engine, folder, run_id)


def _is_there(connection: Connection, team: str, run: str) -> bool:
    try:
        run_row(connection, team, run)
    except NoSuchRunError:
        return False
    return True
