"""Scores samples again, and on from where it was stopped."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.asking import Asked, Asking, Patience, Question, batched, in_order
from service.journal import Journal
from service.outcome_lines import outcome_line
from service.rescoring.case import Case
from service.rescoring.comparison import flip
from trainer_client import Outcome, RewardInfo, RewardRequest
from trainer_client._columns import reference_schema

_PATIENCE = 512
"""Samples that may fail one after another, each in a way that may mend, before it stops."""


@dataclass(frozen=True, slots=True)
class Versions:
    """The rewards that are asked: the new one, and the old one where nobody knows any more what it said."""

    new: RewardInfo
    old: RewardInfo | None = None
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """In place of those that a sample was scored with, by reward."""

    def questions(self, params: Mapping[str, Any]) -> list[Question]:
        """Return what is asked of samples that were scored with some params."""
        infos = [info for info in (self.old, self.new) if info is not None]
        catalogue = {info.id: info for info in infos}
        return [
            Question(
                RewardRequest(info.id, self.params.get(info.id, params), info.behaviour, info.build),
                set(reference_schema(info.id, catalogue)[0]),
            )
            for info in infos
        ]


@dataclass(slots=True)
class Progress:
    """How far it is."""

    rows: int = 0
    """Samples that are done, those of earlier times among them."""
    asked: int = 0
    """Samples that were asked about this time."""
    counts: Counter[str] = field(default_factory=lambda: Counter({"equal": 0, "different": 0, "failed": 0}))


class Rescoring:
    """Goes through cases.

    Args:
        service: Who is asked.
        versions: The rewards.
        journal: What was found out before, and where the rest goes.
    """

    def __init__(self, service: Asked, versions: Versions, journal: Journal) -> None:
        self._service = service
        self._versions = versions
        self._journal = journal
        self._rows: dict[int, int] = {}
        self._again: set[int] = set()
        self.progress = Progress()
        for record in journal.records():
            self._note(record)
        for record in journal.latest():
            self.progress.counts[_fate(record)] += 1
        self.progress.rows = len(self._rows)

    async def run(self, cases: Iterable[Case], batch: int, advance: Callable[[Progress], None]) -> None:
        """Score every case that is not scored yet.

        Raises:
            RewardServiceError: the service is gone, or refuses everything.
            PatienceError: nothing but failures for hundreds of samples.
        """
        patience = Patience(_PATIENCE)
        answered = in_order(batched(self._open(cases), batch), self._asked)
        try:
            async for cases_, found in answered:
                records = []
                for case, said in zip(cases_, found, strict=True):
                    records.append(self._record(case, said))
                    self._note(records[-1])
                    self.progress.counts[_fate(records[-1])] += 1
                self._journal.append(records)
                self.progress.asked += len(records)
                self.progress.rows = len(self._rows)
                advance(self.progress)
                for said in found:
                    patience.take(said.values())
        finally:
            await answered.aclose()

    def _open(self, cases: Iterable[Case]) -> Iterator[Case]:
        return (case for case in cases if case.key not in self._rows or case.key in self._again)

    async def _asked(self, cases: Sequence[Case]) -> list[Mapping[str, Outcome]]:
        """Return what the rewards say of some cases, those with the same params together."""
        alike: dict[str, list[int]] = {}
        for place, case in enumerate(cases):
            alike.setdefault(json.dumps(case.params, sort_keys=True), []).append(place)
        found: list[Mapping[str, Outcome]] = [{}] * len(cases)
        for places in alike.values():
            asking = Asking(self._service, self._versions.questions(cases[places[0]].params), lambda _: False)
            said = await asking.outcomes([cases[place].sample for place in places])
            for place, outcomes in zip(places, said, strict=True):
                found[place] = outcomes
        return found

    def _record(self, case: Case, said: Mapping[str, Outcome]) -> dict[str, Any]:
        old = case.old
        if old is None and self._versions.old is not None:
            old = outcome_line(said[self._versions.old.id])
        return {
            "row": self._rows.get(case.key, len(self._rows)),
            "key": case.key,
            "where": case.where,
            "group": case.group,
            "again": any(not isinstance(each.value, float) and each.retryable for each in said.values()),
            "old": old,
            "new": outcome_line(said[self._versions.new.id]),
        }

    def _note(self, record: Mapping[str, Any]) -> None:
        key = record["key"]
        self._rows.setdefault(key, record["row"])
        (self._again.add if record["again"] else self._again.discard)(key)


def _fate(record: Mapping[str, Any]) -> str:
    if record["new"]["value"] is None or record["old"]["value"] is None:
        return "failed"
    return "equal" if flip(record) is None else "different"
