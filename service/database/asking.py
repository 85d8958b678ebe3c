"""Asks the database from a thread, and tells a caller who needs its answer when the database is away."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from service import telemetry
from service.errors import ProblemError

_RETRY_AFTER_S = 2

T = TypeVar("T")


async def asked(ask: Callable[[], T], *, what: str, event: str) -> T:
    """Return what the database says, which the event loop does not wait for.

    Args:
        ask: Asks it.
        what: What is asked for, as a caller knows it.
        event: What the log calls it when the database does not answer.

    Raises:
        ProblemError: the database is away.
    """
    try:
        return await asyncio.to_thread(ask)
    except SQLAlchemyError as error:
        telemetry.defect(event, error)
        detail = f"The database that has {what} cannot be reached."
        raise ProblemError("unavailable", 503, detail, headers={"Retry-After": str(_RETRY_AFTER_S)}) from None
