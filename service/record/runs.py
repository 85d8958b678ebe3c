"""The runs of the teams, as the routes see them: the record's, or none where there is no record."""

from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

from service.record import changing, reading, trends
from service.record.bodies import Row
from service.record.paging import Filters
from service.record.reading import NoSuchRunError
from service.record.score_page import Wanted, scores_page
from service.record.shelf import FolderShelf, NoShelf, Shelf
from service.record.trends import By


class Runs(Protocol):
    """Runs, of which a team sees its own alone. Each method waits for the database, and is called from a thread.

    Raises:
        NoSuchRunError: by each but `page`, where the team has no such run.
    """

    def page(self, team: str, after: str | None, limit: int) -> Row:
        """Return a team's runs, the newest first."""
        ...

    def shown(self, team: str, run: str) -> Row:
        """Return a run, with what its rewards come to."""
        ...

    def scores(self, team: str, run: str, filters: Filters, wanted: Wanted) -> Row:
        """Return a page of a run's scores."""
        ...

    def statistics(self, team: str, run: str, reward: str | None, by: By, buckets: int) -> Row:
        """Return a run's rewards over time or steps."""
        ...

    def requests(self, team: str, run: str, request_id: str, texts: reading.Texts) -> Row:
        """Return the newest requests of a run with an id."""
        ...

    def set_texts(self, team: str, run: str, texts: str | None) -> bool:
        """Set which texts of a run are kept from now on; return whether the run was made for it."""
        ...

    def delete(self, team: str, run: str) -> None:
        """Delete a run with everything that was recorded of it."""
        ...


class RecordedRuns:
    """The runs of the record.

    Args:
        engine: The database.
        folder: Where the texts are.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder
        self._shelf = FolderShelf(folder)

    def page(self, team: str, after: str | None, limit: int) -> Row:
        """Return a team's runs, the newest first."""
        with self._engine.connect() as connection:
            return reading.runs_page(connection, team, after, limit)

    def shown(self, team: str, run: str) -> Row:
        """Return a run, with what its rewards come to."""
        with self._engine.connect() as connection:
            return trends.shown(connection, team, run)

    def scores(self, team: str, run: str, filters: Filters, wanted: Wanted) -> Row:
        """Return a page of a run's scores."""
        with self._engine.connect() as connection:
            return scores_page(connection, self._texts(wanted.texts), (team, run), filters, wanted)

    def statistics(self, team: str, run: str, reward: str | None, by: By, buckets: int) -> Row:
        """Return a run's rewards over time or steps."""
        with self._engine.connect() as connection:
            return trends.statistics(connection, team, run, reward, by, buckets)

    def requests(self, team: str, run: str, request_id: str, texts: reading.Texts) -> Row:
        """Return the newest requests of a run with an id."""
        with self._engine.connect() as connection:
            return reading.requests_shown(connection, self._texts(texts), (team, run), request_id)

    def set_texts(self, team: str, run: str, texts: str | None) -> bool:
        """Set which texts of a run are kept from now on; return whether the run was made for it."""
        return changing.set_texts(self._engine, team, run, texts)

    def delete(self, team: str, run: str) -> None:
        """Delete a run with everything that was recorded of it."""
        changing.delete_run(self._engine, self._folder, team, run)

    def _texts(self, texts: reading.Texts) -> Shelf:
        return self._shelf if texts is reading.Texts.SHOWN else NoShelf()


class NoRuns:
    """There are none: nothing is written down."""

    def page(self, team: str, after: str | None, limit: int) -> Row:  # noqa: ARG002 - the protocol's
        """Return no runs."""
        return {"runs": [], "next": None}

    def shown(self, team: str, run: str) -> Row:  # noqa: ARG002
        """Find nothing."""
        raise NoSuchRunError

    def scores(self, team: str, run: str, filters: Filters, wanted: Wanted) -> Row:  # noqa: ARG002
        """Find nothing."""
        raise NoSuchRunError

    def statistics(self, team: str, run: str, reward: str | None, by: By, buckets: int) -> Row:  # noqa: ARG002
        """Find nothing."""
        raise NoSuchRunError

    def requests(self, team: str, run: str, request_id: str, texts: reading.Texts) -> Row:  # noqa: ARG002
        """Find nothing."""
        raise NoSuchRunError

    def set_texts(self, team: str, run: str, texts: str | None) -> bool:  # noqa: ARG002
        """Find nothing."""
        raise NoSuchRunError

    def delete(self, team: str, run: str) -> None:  # noqa: ARG002
        """Find nothing."""
        raise NoSuchRunError
