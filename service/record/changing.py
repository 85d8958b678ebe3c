"""Changes runs: which of their texts are kept, and whether they are there at all."""

from pathlib import Path

from sqlalchemy import Connection, Engine, update

from service.database.tables import runs
from service.record import deletion
from service.record.directory import Directory, UnknownTeamError
from service.record.reading import NoSuchRunError, run_row


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
    directory = Directory(engine, "")
    try:
        run_id = directory.run(directory.team(team), run).id
    except UnknownTeamError:
        raise NoSuchRunError from None
    with engine.begin() as connection:
        connection.execute(update(runs).where(runs.c.id == run_id).values(texts=texts))
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
