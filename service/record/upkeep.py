"""What is done for the record once a minute: whatever is too old, too much or nobody's any more goes."""

import time
from collections.abc import Callable, Collection, Mapping

from sqlalchemy import Engine, bindparam, text

from service.record import answers, deletion
from service.record.texts import Living, TextFiles

_DAY_S = 86_400.0
_TOGETHER = 10_000
"""Runs that one statement asks for: neither database takes any number of values."""
_LIVING = "select id, team_id, coalesce(texts_deleted_at, 0) as deleted_at from runs where id in :ids"


class Upkeep:
    """Keeps the record within its limits.

    Args:
        engine: The database.
        texts: The files of texts.
        days: After how many days a request is deleted; None keeps it.
        clock: Seconds since the epoch.
    """

    def __init__(
        self, engine: Engine, texts: TextFiles, days: float | None, clock: Callable[[], float] = time.time
    ) -> None:
        self._engine = engine
        self._texts = texts
        self._days = days
        self._clock = clock

    @property
    def is_urgent(self) -> bool:
        """Whether the texts are over their cap."""
        return self._texts.is_over

    def step(self) -> bool:
        """Do a little, and return whether there is more to do.

        Raises:
            SQLAlchemyError: the database does not do it.
            OSError: a file cannot be removed.
        """
        now = self._clock()
        oldest = 0.0 if self._days is None else now - self._days * _DAY_S
        self._texts.tidy(self._living, oldest)
        with self._engine.begin() as connection:
            connection.execute(text("delete from idempotency where created_at <= :at"), {"at": now - answers.LASTS_S})
        if self._days is None:
            return False
        if deletion.delete_expired(self._engine, oldest):
            return True
        with self._engine.begin() as connection:  # a run that nothing is left of, and of which nothing was set
            connection.execute(
                text(
                    "delete from runs where created_at < :oldest and texts is null "
                    "and not exists (select 1 from requests where requests.run_id = runs.id)"
                ),
                {"oldest": oldest},
            )
        return False

    def finish(self) -> None:
        """Do all there is to do.

        Raises:
            SQLAlchemyError: the database does not do it.
            OSError: a file cannot be removed.
        """
        while self.step():
            pass
        deletion.checkpoint(self._engine)

    def _living(self, run_ids: Collection[int]) -> Mapping[int, Living]:
        statement = text(_LIVING).bindparams(bindparam("ids", expanding=True))
        wanted = list(run_ids)
        found: dict[int, Living] = {}
        for start in range(0, len(wanted), _TOGETHER):
            with self._engine.connect() as connection:
                rows = connection.execute(statement, {"ids": wanted[start : start + _TOGETHER]})
                found |= {row.id: Living(row.team_id, row.deleted_at) for row in rows}
        return found
