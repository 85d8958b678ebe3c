"""Deletes what was recorded: the rows a few at a time, so that nobody waits long for them, and the files at once."""

import time
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from service.record import tallies
from service.record.texts import files_of

_MOST_REQUESTS = 200
_MOST_SAMPLES = 5_000
"""Whose scores are deleted in one transaction: some 30 ms."""


def delete_run(engine: Engine, folder: Path, run_id: int) -> None:
    """Delete a run, its scores and its texts. What comes for it meanwhile begins it anew.

    Raises:
        SQLAlchemyError: the database does not do it.
        OSError: a file cannot be removed.
    """
    _unlink(folder, run_id)
    query = "select id, samples from requests where run_id = :run order by id limit :most"
    while delete_requests(engine, query, {"run": run_id, "most": _MOST_REQUESTS}):
        pass
    with engine.begin() as connection:
        _overwrite(connection)
        connection.execute(text("delete from runs where id = :run"), {"run": run_id})
    _unlink(folder, run_id)
    checkpoint(engine)


def delete_texts(engine: Engine, folder: Path, run_id: int) -> int:
    """Delete the texts of a run, and return how many bytes they had in this folder.

    Its requests say no longer where texts are. Other replicas with folders of their own remove them when they tidy up,
    as they learn from the run.

    Raises:
        SQLAlchemyError: the database does not do it.
        OSError: a file cannot be removed.
    """
    statement = text(
        "update requests set texts = null where id in "
        "(select id from requests where run_id = :run and texts is not null limit :most)"
    )
    with engine.begin() as connection:
        note = text("update runs set texts_deleted_at = :now where id = :run")
        connection.execute(note, {"now": time.time(), "run": run_id})
    is_done = False
    while not is_done:
        with engine.begin() as connection:
            is_done = not connection.execute(statement, {"run": run_id, "most": _MOST_SAMPLES}).rowcount
    return _unlink(folder, run_id)


def _unlink(folder: Path, run_id: int) -> int:
    freed = 0
    for path in files_of(folder, run_id):
        freed += path.stat().st_size
        path.unlink(missing_ok=True)
    return freed


def delete_expired(engine: Engine, oldest: float) -> bool:
    """Delete some of the requests that came before a time, and return whether there may be more.

    Raises:
        SQLAlchemyError: the database does not do it.
    """
    query = "select id, samples from requests where received_at < :oldest order by received_at limit :most"
    return delete_requests(engine, query, {"oldest": oldest, "most": _MOST_REQUESTS})


def delete_requests(engine: Engine, query: str, values: Mapping[str, float]) -> bool:
    """Delete the first requests of a query, and return whether there may be more.

    Raises:
        SQLAlchemyError: the database does not do it.
    """
    with engine.begin() as connection:
        found = connection.execute(text(query), values).all()
        ids: list[int] = []
        samples = 0
        for request_id, count in found:
            if ids and samples + count > _MOST_SAMPLES:
                break
            ids.append(request_id)
            samples += count
        if ids:
            _overwrite(connection)
            tallies.forget(connection, ids)
        return bool(ids)


def checkpoint(engine: Engine) -> None:
    """Have SQLite's log emptied, in which deleted rows are until then."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.execute(text("pragma wal_checkpoint(truncate)"))


def _overwrite(connection: Connection) -> None:
    """Have SQLite write zeros over what is deleted; without it the bytes stay in the file until they are needed."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("pragma secure_delete = on"))
