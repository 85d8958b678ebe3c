"""Values that reach the service only because the trainer client writes them as text."""

from collections.abc import Mapping

from service.lint.entry import Entry
from service.lint.findings import Findings, Level, labelled
from service.lint.frames import Frame
from service.lint.judge import Judge, Trial
from trainer_client import Failure
from trainer_client._columns import Field

_NO_ATTEMPT = Frame("no attempt", "I do not know.")


class AsSent:
    """Asks the service what it says of such values as they stand in the data set.

    Args:
        judge: The reward.
        fields: Where its reference's values come from.
        findings: Where the findings go.
        source: The data set's name.
    """

    def __init__(self, judge: Judge, fields: Mapping[str, Field], findings: Findings, source: str) -> None:
        self._judge = judge
        self._fields = fields
        self._findings = findings
        self._source = source
        self._refusals: dict[tuple[str, type], str | None] = {}

    def note(self, entry: Entry) -> None:
        """Add the values of a row that the service would refuse as they stand."""
        sent = {name: each.value(entry.values.get(each.column)) for name, each in self._fields.items()}
        for name, each in self._fields.items():
            value = entry.values.get(each.column)
            if type(value) is type(sent[name]):
                continue
            kind = (name, type(value))
            if kind not in self._refusals:
                trial = Trial(_NO_ATTEMPT, "", {**sent, name: value}, entry.prompt)
                (outcome,) = self._judge.outcomes([trial])
                is_refused = isinstance(outcome, Failure) and outcome.kind == "refused"
                self._refusals[kind] = outcome.message if isinstance(outcome, Failure) and is_refused else None
            if (said := self._refusals[kind]) is not None:
                self._add(entry.number, each.column, value, said)

    def _add(self, row: int, column: str, value: object, said: str) -> None:
        message = (
            f"The service refuses column '{column}' as it stands, with 422: {said}. `touchstone train`, `score` and "
            "the trainer client send the value as text; a request of one's own has to do so too."
        )
        self._findings.add(
            "refused",
            Level.NOTE,
            message,
            reward=self._judge.spec.reward,
            source=self._source,
            row=row,
            example=labelled({column: value}),
        )
