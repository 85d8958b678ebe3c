"""A filter from its first row to its last, one that was stopped before among them."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.asking import Asked, Asking, Patience, Question, batched, in_order
from service.filter.conditions import Condition, Decision, Fate, decide
from service.filter.dataset import digest_of
from service.filter.tally import Tally
from service.journal import Journal
from service.lint.rows import Row, Rows
from service.outcome_lines import outcome_line
from service.samples import SampleColumns
from trainer_client import Outcome

PATIENCE_ROWS = 512
"""Rows that may fail one after another before a filter stops: no judge is there, and each row would fail alike."""

_CODES = {Fate.KEPT: 1, Fate.DROPPED: 2, Fate.FAILED: 3}
_AGAIN = 4


@dataclass(frozen=True, slots=True)
class Judged:
    """A row and what became of it."""

    row: Row
    decision: Decision
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """Return what stands of it in the scores file."""
        told = {
            "row": self.row.number,
            "digest": digest_of(self.row),
            "fate": self.decision.fate.value,
            "broken": list(self.decision.broken),
            "again": self.decision.again,
            "rewards": {reward: outcome_line(outcome) for reward, outcome in self.outcomes.items()},
        }
        if self.row.fault is None:
            return told
        kind, message = self.row.fault
        return told | {"fault": {"kind": kind, "message": message}}


@dataclass(slots=True)
class Progress:
    """How far a filter is."""

    fates: Counter[str] = field(default_factory=Counter)
    """What became of the rows, those of earlier times among them."""
    asked: int = 0
    """Rows that were asked about this time."""

    @property
    def rows(self) -> int:
        """How many rows are done."""
        return self.fates.total()

    @property
    def counts(self) -> dict[str, int]:
        """What became of the rows, those that never came to it as well."""
        return {fate.value: self.fates[fate.value] for fate in Fate}


class Sieve:
    """Asks about rows and decides what becomes of them.

    Args:
        service: Who is asked.
        questions: The rewards, in the order in which they are asked.
        conditions: What their values have to be.
        columns: How a row becomes a sample.
    """

    def __init__(
        self,
        service: Asked,
        questions: Sequence[Question],
        conditions: Sequence[Condition],
        columns: SampleColumns,
    ) -> None:
        self._conditions = conditions
        self._columns = columns
        self._asking = Asking(service, questions, lambda said: decide(conditions, said).fate is Fate.DROPPED)

    async def judge(self, rows: Sequence[Row]) -> list[Judged]:
        """Return what becomes of some rows; one that cannot be read has failed.

        Raises:
            RewardServiceError: the service is gone, or refuses everything.
        """
        whole = [row for row in rows if row.fault is None]
        said = dict(
            zip(
                (row.number for row in whole),
                await self._asking.outcomes([self._columns.sample(row.fields) for row in whole]),
                strict=True,
            )
        )
        return [
            Judged(row, decide(self._conditions, said[row.number]), said[row.number])
            if row.number in said
            else Judged(row, Decision(Fate.FAILED))
            for row in rows
        ]


class Filter:
    """Goes through the rows of a data set, and on from where it was stopped.

    Args:
        sieve: Decides.
        journal: What was decided before, and where the rest goes.
    """

    def __init__(self, sieve: Sieve, journal: Journal) -> None:
        self._sieve = sieve
        self._journal = journal
        self._codes = bytearray()
        for record in journal.records():
            self._note(record)
        self.progress = Progress()
        for fate, code in _CODES.items():
            self.progress.fates[fate.value] = self._codes.count(code)

    async def run(self, rows: Rows, limit: int | None, batch: int, advance: Callable[[Progress], None]) -> None:
        """Decide about every row that is not decided yet.

        Args:
            rows: The rows, from the first.
            limit: How many of them to look at; None for all.
            batch: Rows in a request.
            advance: Told how far it is, after each request.

        Raises:
            RewardServiceError: the service is gone, or refuses everything.
            PatienceError: nothing but failures for hundreds of rows.
        """
        patience = Patience(PATIENCE_ROWS)
        judged = in_order(batched(self._open(itertools.islice(rows, limit)), batch), self._sieve.judge)
        try:
            async for _, found in judged:
                records = [each.record() for each in found]
                self._journal.append(records)
                for record in records:
                    self._note(record)
                    self.progress.fates[record["fate"]] += 1
                self.progress.asked += len(found)
                advance(self.progress)
                for each in found:
                    patience.take(each.outcomes.values())
        finally:
            await judged.aclose()

    def tally(self) -> Tally:
        """Return what became of all rows that were looked at, at this time and before."""
        tally = Tally()
        for record in self._journal.latest():
            tally.add(record)
        return tally

    def is_kept(self, number: int) -> bool:
        """Return whether a row is kept, by its number."""
        return number < len(self._codes) and self._codes[number] == _CODES[Fate.KEPT]

    def _open(self, rows: Iterator[Row]) -> Iterator[Row]:
        for row in rows:
            if row.number >= len(self._codes) or self._codes[row.number] in {0, _AGAIN}:
                yield row

    def _note(self, record: Mapping[str, Any]) -> None:
        number = record["row"]
        if number >= len(self._codes):
            self._codes.extend(bytes(number + 1 - len(self._codes)))
        self._codes[number] = _AGAIN if record["again"] else _CODES[Fate(record["fate"])]
