"""Writes requests into the database, all that wait in one transaction, with the runs that are new.

Texts come before the rows that say where they are: they are durable first, so that what is in the record can be read.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from rewards.digest import Digests
from service.errors import ProblemError
from service.record import answers, driver, tallies
from service.record.choice import Frame
from service.record.directory import Directory, Name, Team
from service.record.draft import Draft
from service.record.driver import Driver, Row
from service.record.enrolment import Enrolment
from service.record.packing import compress, pack
from service.record.texts import TextFiles
from service.serving import Written

_REQUESTS = ("id", "run_id", "request_id", "step", "received_at", "seconds", "samples", "fingerprints", "texts")
_RESULTS = (
    *("id", "request_id", "series_id", "position", "params", "behaviour", "build"),
    *("scored", "failed", "total", "groups", "flat_groups", "outcomes"),
)
_SCORES = ("result_id", "position", "series_id", "kind", "value")
_ANSWER = (
    "insert into idempotency (team_id, key, request_id, asked, created_at) values (?, ?, ?, ?, ?) "
    "on conflict (team_id, key) do update set request_id = excluded.request_id, asked = excluded.asked, "
    "created_at = excluded.created_at, holder = null, held_at = null "
    "where idempotency.request_id is null or idempotency.created_at <= ? returning request_id"
)
"""Whoever has claimed the key meanwhile: what is written first counts."""

Result = Written | ProblemError
"""What came of one draft."""


class _TakenError(Exception):
    """Another replica was faster with an idempotency key."""


@dataclass(slots=True)
class _Page:
    """A draft with all that its rows need."""

    draft: Draft
    team: Team
    frames: Sequence[Frame]
    """The texts to keep."""
    rows: Sequence[Row]
    """Of its results, but for their ids and series."""
    asked: bytes = b""
    run_id: int = 0
    """Known, like the series, within the transaction."""
    series: Sequence[int] = ()
    texts: bytes | None = None
    """Where the texts are, once they are written."""

    @property
    def run(self) -> Name:
        """What its run is known by."""
        return self.draft.run(self.team)

    @property
    def rewards(self) -> list[str]:
        """What scored it."""
        return [ask.reward.id for ask in self.draft.asks]


class Ledger:
    """Writes drafts. One thread does.

    Args:
        engine: The database.
        directory: Where teams, runs and series are found.
        texts: Where texts go.
        digests: The rewards' digests, by id.
        clock: Seconds since the epoch.
    """

    def __init__(
        self,
        engine: Engine,
        directory: Directory,
        texts: TextFiles,
        digests: Mapping[str, Digests],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine = engine
        self._directory = directory
        self._texts = texts
        self._digests = digests
        self._clock = clock
        self._driver: Driver | None = None
        self.texts_lost = 0
        """Requests whose texts could not be written."""

    def write(self, drafts: Sequence[Draft]) -> list[Result]:
        """Return what came of each draft, once all are durable.

        Raises:
            Exception: whatever the database says; nothing is written then, or it is not known whether.
        """
        pages = [self._page(draft) for draft in drafts]
        database = self._driver = self._driver or driver.connect(self._engine)
        while True:
            enrolment = Enrolment(database.rows, self._directory, self._clock())
            try:
                database.begin()
                results = self._enter(database, enrolment, pages)
                database.commit()
            except _TakenError:
                database.rollback()
            else:
                enrolment.committed()
                return results
            finally:
                self._drop_texts(pages, enrolment.made)

    def reset(self) -> None:
        """Forget the connection and whatever was read over it."""
        self._directory.forget()
        database, self._driver = self._driver, None
        if database is not None:
            try:
                database.rollback()
            finally:
                database.close()

    def close(self) -> None:
        """Close the connection and the files."""
        try:
            self.reset()
        finally:
            self._texts.close()

    def _page(self, draft: Draft) -> _Page:
        """Return all that can be known before the transaction, which others may have to wait for."""
        team = draft.prepare(self._directory)
        frames = draft.frames(team, self._directory.texts(draft.run(team)))
        asked = b"" if draft.call.idempotency_key is None else draft.asked()
        return _Page(draft, team, frames, list(self._results(draft)), asked)

    def _results(self, draft: Draft) -> Iterator[Row]:
        if draft.served is None:
            raise ValueError("a draft is written once it is served")
        each = zip(draft.asks, draft.served.outcomes, draft.served.counts, strict=True)
        for position, (ask, outcomes, counts) in enumerate(each):
            digests = self._digests[ask.reward.id]
            yield (
                position,
                ask.params.model_dump_json(),
                digests.behaviour or "",
                digests.build,
                counts.scored,
                counts.samples - counts.scored,
                counts.total,
                counts.groups,
                counts.groups_without_variance,
                compress(answers.packable(outcomes)),
            )

    def _write_texts(self, pages: Sequence[_Page]) -> None:
        """Write what is to be kept of the texts; a disk that takes none costs the texts and not the scores."""
        written: list[tuple[_Page, bytes]] = []
        try:
            for page in pages:
                if page.frames and page.texts is None:
                    places = self._texts.add(page.run_id, [frame.data for frame in page.frames])
                    located = [(*place, frame.positions) for place, frame in zip(places, page.frames, strict=True)]
                    written.append((page, pack(located)))
            self._texts.sync()
        except OSError:
            self.texts_lost += len(pages)
            return
        for page, texts in written:
            page.texts = texts

    def _drop_texts(self, pages: Sequence[_Page], run_ids: Collection[int]) -> None:
        """Forget the texts of runs that did not come to be: SQLite will give their ids to others."""
        for page in pages:
            if page.run_id in run_ids:
                page.texts = None
        for run_id in run_ids:
            self._texts.discard(run_id)

    def _enter(self, database: Driver, enrolment: Enrolment, pages: Sequence[_Page]) -> list[Result]:
        """Enter the rows of all drafts, but of those whose request was answered before."""
        results: list[Result] = []
        fresh = []
        for page in pages:
            found = self._before(database, page)
            results.append(found or Written(is_durable=True))
            if found is None:
                fresh.append(page)
        _enrol(enrolment, fresh)
        self._write_texts(fresh)
        ids = database.take_ids("requests", len(fresh))
        database.insert("requests", _REQUESTS, [_request(*each) for each in zip(ids, fresh, strict=True)])
        self._bind_keys(database, ids, fresh)
        self._enter_results(database, ids, fresh)
        for statement, values in tallies.changes([_tallied(page) for page in fresh]):
            database.rows(statement, *values)
        return results

    def _bind_keys(self, database: Driver, ids: Sequence[int], pages: Sequence[_Page]) -> None:
        """Have keys stand for their requests, but for answers that another try may mend.

        Raises:
            _TakenError: one stands for another request by now.
        """
        now = self._clock()
        for request_id, page in zip(ids, pages, strict=True):
            key = page.draft.call.idempotency_key
            if key is not None and page.draft.is_final:
                lapsed = now - answers.LASTS_S
                if not database.rows(_ANSWER, page.team.id, key, request_id, page.asked, now, lapsed):
                    raise _TakenError

    def _enter_results(self, database: Driver, ids: Sequence[int], pages: Sequence[_Page]) -> None:
        result_ids = iter(database.take_ids("results", sum(len(page.rows) for page in pages)))
        rows: list[Row] = []
        scores: list[Row] = []
        for request_id, page in zip(ids, pages, strict=True):
            for series_id, row, outcomes in zip(page.series, page.rows, page.draft.outcomes, strict=True):
                result_id = next(result_ids)
                rows.append((result_id, request_id, series_id, *row))
                scores += [
                    (result_id, position, series_id, outcome.kind, outcome.value)
                    for position, outcome in enumerate(outcomes)
                ]
        database.insert("results", _RESULTS, rows)
        database.insert("scores", _SCORES, scores)

    def _before(self, database: Driver, page: _Page) -> Result | None:
        """Return what a draft comes to whose idempotency key was there before."""
        key = page.draft.call.idempotency_key
        if key is None or (before := answers.find(database.rows, page.team.id, key, self._clock())) is None:
            return None
        try:
            answers.check(before, page.asked)
        except ProblemError as problem:
            return problem
        return Written(is_durable=True, outcomes=answers.outcomes(database.rows, before))


def _enrol(enrolment: Enrolment, pages: Sequence[_Page]) -> None:
    """Find the runs and series of requests, or make them."""
    runs = enrolment.runs([page.run for page in pages])
    for page in pages:
        page.run_id = runs[page.run]
    series = enrolment.series([(page.run_id, reward) for page in pages for reward in page.rewards])
    for page in pages:
        page.series = [series[page.run_id, reward] for reward in page.rewards]


def _request(request_id: int, page: _Page) -> Row:
    draft, served = page.draft, page.draft.served
    return (
        request_id,
        page.run_id,
        draft.call.request_id,
        draft.call.step,
        draft.received_at,
        0.0 if served is None else served.seconds,
        len(draft.submissions),
        draft.fingerprints,
        page.texts,
    )


def _tallied(page: _Page) -> tallies.Written:
    """Return what a draft adds to its run's figures."""
    draft = page.draft
    counts = [] if draft.served is None else draft.served.counts
    added = [(series, tallies.Sums.of(each)) for series, each in zip(page.series, counts, strict=True)]
    return tallies.Written(page.run_id, draft.received_at, draft.call.step, len(draft.submissions), added)
