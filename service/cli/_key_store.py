"""The database of keys and teams, as commands open it: the one that the service's settings name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from service.cli._failure import fail, require

if TYPE_CHECKING:
    from service.teams.key_store import KeyStore


@contextmanager
def key_store() -> Iterator["KeyStore"]:
    """Yield the keys and teams; end the command, with the reason, where something cannot be done."""
    try:
        from pydantic import ValidationError  # noqa: PLC0415 - the train extra has no service
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

        from service.database.engine import DatabaseError, open_database, reason  # noqa: PLC0415
        from service.settings import Settings, complaints  # noqa: PLC0415
        from service.teams.errors import TeamsError  # noqa: PLC0415
        from service.teams.key_store import KeyStore  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        require("service", missing)
    try:
        engine = open_database(Settings().database)
    except ValidationError as error:
        fail("; ".join(complaints(error)), code=2)
    except DatabaseError as error:
        fail(str(error))
    try:
        yield KeyStore(engine)
    except TeamsError as error:
        fail(str(error), code=2)
    except SQLAlchemyError as error:
        fail(f"the database refused: {reason(error)}")
    finally:
        engine.dispose()
