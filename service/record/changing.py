"""Changes runs: which of their texts are kept, and whether they are there at all."""

import time

from sqlalchemy import Connection, Engine, delete, select, update

from service.database.tables import requests, runs
from service.record.directory import Directory, UnknownTeamError
from service.record.reading import NoSuchRunError, run_row
from service.record.shelf import Shelf
from service.record.tallies import forget

_SAMPLES = 20_000
"""Samples that are deleted in one transaction: whoever writes waits for a fraction of a second."""
_REQUESTS = 500


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


def delete_run(engine: Engine, shelf: Shelf, team: str, run: str) -> None:
    """Delete a run, its texts first.

    It goes piece by piece, since whoever writes must not wait for a million rows. What is left of it when the service
    is stopped midway can be deleted like any run.

    Args:
        engine: The database.
        shelf: Where the texts are.
        team: Whose run it is.
        run: Its name.

    Raises:
        NoSuchRunError: the team has no such run.
        OSError: the texts cannot be deleted; everything is still there then.
    """
    with engine.connect() as connection:
        run_id = run_row(connection, team, run).id
    shelf.erase(run_id)
    while _delete_some(engine, run_id):
        time.sleep(0)  # lets another thread have its turn
    with engine.begin() as connection:
        connection.execute(delete(runs).where(runs.c.id == run_id))
    shelf.erase(run_id)  # what came in the meantime


def _is_there(connection: Connection, team: str, run: str) -> bool:
    try:
        run_row(connection, team, run)
    except NoSuchRunError:
        return False
    return True


def _delete_some(engine: Engine, run_id: int) -> bool:
    """Delete the first requests of a run; return whether there were any."""
    first = select(requests.c.id, requests.c.samples).where(requests.c.run_id == run_id)
    with engine.begin() as connection:
        found = connection.execute(first.order_by(requests.c.id).limit(_REQUESTS)).all()
        ids: list[int] = []
        samples = 0
        for row in found:
            if ids and samples + row.samples > _SAMPLES:
                break
            ids.append(row.id)
            samples += row.samples
        if ids:
            forget(connection, ids)
    return bool(ids)
