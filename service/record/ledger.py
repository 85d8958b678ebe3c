"""Writes requests into the database, all that wait in one transaction.

Texts come first: they are durable before a row says where they are, so that what is in the record can be read.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine

from rewards.digest import Digests
from service.errors import ProblemError
from service.record import answers, driver, tallies
from service.record.directory import Directory, Run, Team
from service.record.draft import Draft
from service.record.driver import Driver, Row
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
    run: Run
    texts: bytes | None = None
    asked: bytes = b""
    rows: list[Row] = field(default_factory=list)
    """Of its results, but for their ids."""


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
        self._write_texts(pages)
        database = self._driver = self._driver or driver.connect(self._engine)
        while True:
            try:
                database.begin()
                results = self._enter(database, pages)
                database.commit()
            except _TakenError:
                database.rollback()
            else:
                return results

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
        team = draft.prepare(self._directory)
        page = _Page(draft, team, draft.run(self._directory, team))
        if draft.call.idempotency_key is not None:
            page.asked = draft.asked()
        page.rows = list(self._results(draft, page.run))
        return page

    def _results(self, draft: Draft, run: Run) -> Iterator[Row]:
        if draft.served is None:
            raise ValueError("a draft is written once it is served")
        each = zip(draft.asks, draft.served.outcomes, draft.served.counts, strict=True)
        for position, (ask, outcomes, counts) in enumerate(each):
            digests = self._digests[ask.reward.id]
            yield (
                self._directory.series(run, ask.reward.id),
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
                if kept := page.draft.frames(page.team, page.run):
                    places = self._texts.add(page.run.id, [frame.data for frame in kept])
                    located = [(*place, frame.positions) for place, frame in zip(places, kept, strict=True)]
                    written.append((page, pack(located)))
            self._texts.sync()
        except OSError:
            self.texts_lost += len(pages)
            return
        for page, texts in written:
            page.texts = texts

    def _enter(self, database: Driver, pages: Sequence[_Page]) -> list[Result]:
        """Enter the rows of all drafts, but of those whose request was answered before."""
        results: list[Result] = []
        fresh = []
        for page in pages:
            found = self._before(database, page)
            results.append(found or Written(is_durable=True))
            if found is None:
                fresh.append(page)
        ids = database.take_ids("requests", len(fresh))
        database.insert("requests", _REQUESTS, [_request(*each) for each in zip(ids, fresh, strict=True)])
        now = self._clock()
        for request_id, page in zip(ids, fresh, strict=True):
            if (key := page.draft.call.idempotency_key) is not None:
                lapsed = now - answers.LASTS_S
                if not database.rows(_ANSWER, page.team.id, key, request_id, page.asked, now, lapsed):
                    raise _TakenError
        self._enter_results(database, ids, fresh)
        for statement, values in tallies.changes([_tallied(page) for page in fresh]):
            database.rows(statement, *values)
        return results

    def _enter_results(self, database: Driver, ids: Sequence[int], pages: Sequence[_Page]) -> None:
        result_ids = iter(database.take_ids("results", sum(len(page.rows) for page in pages)))
        rows: list[Row] = []
        scores: list[Row] = []
        for request_id, page in zip(ids, pages, strict=True):
            for row, outcomes in zip(page.rows, page.draft.outcomes, strict=True):
                result_id, series_id = next(result_ids), row[0]
                rows.append((result_id, request_id, *row))
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


def _request(request_id: int, page: _Page) -> Row:
    draft, served = page.draft, page.draft.served
    return (
        request_id,
        page.run.id,
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
    added = [(row[0], tallies.Sums.of(each)) for row, each in zip(page.rows, counts, strict=True)]
    return tallies.Written(page.run.id, draft.received_at, draft.call.step, len(draft.submissions), added)
