"""Finds what a request with an idempotency key was answered before, and waits where another replica is scoring it."""

import asyncio
import time
from concurrent.futures import Executor

from sqlalchemy import Connection, Engine

from service.errors import ProblemError
from service.pool import PoolUnavailableError
from service.record import answers
from service.record.answers import Outcomes
from service.record.breaker import Breaker
from service.record.claims import Claim, Claims
from service.record.directory import Directory
from service.record.draft import Draft
from service.record.driver import Row

_LOOKUP_S = 2.0
"""How long a request waits to learn whether it was answered before."""
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 0.5
_LONGER = 1.5
"""Each pause between two looks at what another replica is scoring is so many times the one before."""


class _HeldError(Exception):
    """Another replica has claimed the key."""


class Repetitions:
    """Looks keys up, in threads of the record's.

    Args:
        engine: The database.
        directory: Where teams are found.
        claims: Who may score what was never answered.
        breaker: Whether the database is there.
        threads: Where it is asked.
    """

    def __init__(
        self, engine: Engine, directory: Directory, claims: Claims, breaker: Breaker, threads: Executor
    ) -> None:
        self._engine = engine
        self._directory = directory
        self._claims = claims
        self._breaker = breaker
        self._threads = threads

    async def before(self, draft: Draft, claim: Claim, patience_s: float) -> Outcomes | None:
        """Return what a request was answered before; None where it is to be scored now.

        Raises:
            PoolUnavailableError: another replica is scoring it still when patience is over.
            ProblemError: another request had its idempotency key.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        pause_s = _FIRST_PAUSE_S
        while not self._breaker.is_open:
            asked_at = loop.time()
            try:
                return await asyncio.wait_for(loop.run_in_executor(self._threads, self._find, draft, claim), _LOOKUP_S)
            except _HeldError:
                pass
            except ProblemError:
                raise
            except Exception:  # noqa: BLE001 - a database that cannot be asked keeps nobody from being scored
                claim.vain_s = loop.time() - asked_at
                return None
            if claim.waited_s + pause_s >= patience_s:
                raise PoolUnavailableError("Another replica is scoring this request still. Try again in 1 s.", 1)
            await asyncio.sleep(pause_s)
            claim.waited_s = loop.time() - began
            pause_s = min(_LONGEST_PAUSE_S, _LONGER * pause_s)
        return None

    def _find(self, draft: Draft, claim: Claim) -> Outcomes | None:
        team = draft.team(self._directory)
        with self._engine.begin() as connection:
            rows = ConnectionRows(connection)
            before = answers.find(rows, team.id, claim.key, time.time())
            if before is not None:
                answers.check(before, draft.asked())
                return answers.outcomes(rows, before)
            if self._claims.take(rows, claim, team.id, draft.asked()):
                return None
        raise _HeldError


class ConnectionRows:
    """Gives the rows of a statement, over a connection of SQLAlchemy's."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __call__(self, statement: str, *values: object) -> list[Row]:
        """Return the rows of a statement, which has `?` where its values go."""
        marked = statement if self._connection.dialect.name == "sqlite" else statement.replace("?", "%s")
        return [tuple(row) for row in self._connection.exec_driver_sql(marked, values)]
