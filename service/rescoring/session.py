"""Scores samples again, and on from where it was stopped."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.asking import Asked, Asking, Patience, in_order
from service.journal import Journal
from service.outcome_lines import outcome_line
from service.rescoring.case import Case
from service.rescoring.comparison import flip
from service.rescoring.portions import Portions
from service.rescoring.versions import Versions
from trainer_client import Outcome

_PATIENCE = 512
"""Samples that may fail one after another, each in a way that may mend, before it stops."""


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
        self._fates: list[str] = []
        self.progress = Progress()
        for record in journal.records():
            self._note(record)

    async def run(self, cases: Portions, batch: int, advance: Callable[[Progress], None]) -> None:
        """Score every case that is not scored yet.

        Raises:
            RescoringError: a group is larger than a request may be.
            RewardServiceError: the service is gone, or refuses everything.
            PatienceError: nothing but failures for hundreds of samples.
        """
        patience = Patience(_PATIENCE)
        answered = in_order(cases.portions(self._is_open, batch), self._asked)
        try:
            async for cases_, found in answered:
                records = []
                for case, said in zip(cases_, found, strict=True):
                    records.append(self._record(case, said))
                    self._note(records[-1])
                self._journal.append(records)
                self.progress.asked += len(records)
                advance(self.progress)
                for said in found:
                    patience.take(said.values())
        finally:
            await answered.aclose()

    def _is_open(self, case: Case) -> bool:
        return case.key not in self._rows or case.key in self._again

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
        key, row, fate = record["key"], record["row"], _fate(record)
        (self._again.add if record["again"] else self._again.discard)(key)
        if key in self._rows:
            self.progress.counts[self._fates[row]] -= 1
            self._fates[row] = fate
        else:
            self._rows[key] = row
            self._fates.append(fate)  # rows are numbered as they come
        self.progress.counts[fate] += 1
        self.progress.rows = len(self._rows)


def _fate(record: Mapping[str, Any]) -> str:
    if record["new"]["value"] is None or record["old"]["value"] is None:
        return "failed"
    return "equal" if flip(record) is None else "different"
