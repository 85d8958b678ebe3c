"""Whether each row's reference can be read, and whether any honest completion earns something with it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.lint.answers import answers, behind_hashes, last_boxed
from service.lint.as_sent import AsSent
from service.lint.entry import Entry
from service.lint.findings import Findings, Level, labelled, shortened
from service.lint.frames import Frame, frames, prompted
from service.lint.judge import Judge, Trial
from trainer_client import Failure, Outcome
from trainer_client._columns import Field

_HOPELESS_AFTER = 200
"""Rows of which none earned anything before only one frame is tried: then it is not the rows."""
_KEPT = 64
"""Rows that are kept for the comparison of the rewards."""
_USUAL = "\\boxed{x}"
_READS_ONLY = Frame("no attempt", "I do not know.")

_BAD = "bad_reference"
_FAILURES = {
    _BAD: (Level.ERROR, "The reference cannot be read"),
    "missing_reference": (Level.ERROR, "The row has no reference: its column is empty"),
    "refused": (Level.ERROR, "The service refuses the row, and with it every batch that it is in"),
    "too_long": (Level.ERROR, "The reference or the prompt is too long to be scored"),
    "not_applicable": (Level.WARNING, "The reward does not apply to the row"),
}


@dataclass(frozen=True, slots=True)
class _Choice:
    """All that can be tried for one row."""

    prompt: str
    reference: Mapping[str, Any]
    stated: Sequence[str]
    """What a completion may state as the answer; nothing where none is known."""
    frames: Sequence[Frame]

    def trial(self, frame: Frame, answer: str) -> Trial:
        """Return one of the trials."""
        return Trial(frame, answer, self.reference, self.prompt)

    def trials(self) -> list[Trial]:
        """Return every trial, the likeliest answer first."""
        return [self.trial(frame, answer) for answer in self.stated for frame in self.frames]


@dataclass(slots=True)
class _Unpaid:
    """Rows with which nothing that was tried earned anything."""

    rows: list[int] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    remedy: str = ""


class HonestCheck:
    """Scores honest completions for the rows of one data set with one reward.

    Args:
        judge: The reward.
        fields: Where its reference's values come from.
        findings: Where the findings go.
        source: The data set's name.
        own_frame: The frame that is known to suit this reward, if one is.
    """

    def __init__(
        self,
        judge: Judge,
        fields: Mapping[str, Field],
        findings: Findings,
        source: str,
        own_frame: Frame | None = None,
    ) -> None:
        self._judge = judge
        self._fields = fields
        self._findings = findings
        self._source = source
        self._frames = [*([own_frame] if own_frame else []), *frames()]
        self._as_sent = AsSent(judge, fields, findings, source)
        self._liked: Counter[tuple[str, int]] = Counter()
        self._unpaid = _Unpaid()
        self._tried = self._earned = self._untried = 0
        self.good: dict[int, Entry] = {}
        """The first rows with which something was earned."""

    def reference(self, entry: Entry) -> dict[str, Any]:
        """Return what a completion for a row is compared with."""
        return {name: each.value(entry.values.get(each.column)) for name, each in self._fields.items()}

    def take(self, entries: Sequence[Entry]) -> None:
        """Check some rows."""
        choices = {entry.number: self._choice(entry) for entry in entries}
        firsts = [self._favourite(choices[entry.number]) for entry in entries]
        left, reasons = [], {}
        for entry, trial, outcome in zip(entries, firsts, self._judge.outcomes(firsts), strict=True):
            self._as_sent.note(entry)
            if isinstance(outcome, Failure):
                self._fail(entry, trial, outcome)
            elif trial.frame is _READS_ONLY:
                self._untried += 1
            elif self._pays(trial, outcome):
                self._reward(entry, trial, choices[entry.number])
            else:
                left.append(entry)
                reasons[entry.number] = outcome.reason
        self._try_all(left, choices, reasons)

    def finish(self) -> None:
        """Add what can be said only of all rows together."""
        reward, unpaid = self._judge.spec.reward, self._unpaid
        if self._untried:
            message = (
                "Whether any completion could score was not tried in some rows: their reference holds no answer that "
                "a completion could simply state."
            )
            found = self._findings.add("not_tried", Level.NOTE, message, reward=reward, source=self._source)
            found.count = self._untried
        if not unpaid.rows:
            return
        tried = f"{len(self._frames)} frames, such as `#### x`, `\\boxed{{x}}` and `<answer>x</answer>`"
        reasons = ", ".join(reason for reason, _ in unpaid.reasons.most_common(2))
        if self._earned:
            check = "unscorable"
            message = f"No honest completion earns anything in these rows; tried were {tried} (reasons: {reasons})."
        else:
            check = "never_pays"
            message = (
                f"No honest completion earned anything in any row; tried were {tried} (reasons: {reasons}). Either "
                "the answers are in another form than the reward reads, or it wants a format of its own."
                f"{unpaid.remedy}"
            )
        found = self._findings.add(check, Level.ERROR, message, reward=reward, source=self._source)
        found.count, found.rows, found.examples = len(unpaid.rows), unpaid.rows[:20], unpaid.examples

    def _choice(self, entry: Entry) -> _Choice:
        reference, own = self.reference(entry), prompted(entry.prompt)
        return _Choice(entry.prompt, reference, answers(reference), [*([own] if own else []), *self._frames])

    def _favourite(self, choice: _Choice) -> Trial:
        """Return the trial that is likeliest to earn something, judged by the rows before."""
        if not choice.stated:
            return choice.trial(_READS_ONLY, "")
        for (name, index), _ in self._liked.most_common(3):
            frame = next((frame for frame in choice.frames if frame.name == name), None)
            if frame is not None and index < len(choice.stated):
                return choice.trial(frame, choice.stated[index])
        return choice.trial(next(frame for frame in choice.frames if frame.name == _USUAL), choice.stated[0])

    def _try_all(self, entries: Sequence[Entry], choices: Mapping[int, _Choice], firsts: Mapping[int, str]) -> None:
        """Try every frame for the rows whose first trial earned nothing, for the reasons given."""
        if self._tried >= _HOPELESS_AFTER and not self._earned:
            for entry in entries:
                self._note_unpaid(entry, choices[entry.number].reference, firsts[entry.number])
            return
        for entry in entries:
            choice = choices[entry.number]
            trials = choice.trials()
            outcomes = self._judge.outcomes(trials)
            paid = next((t for t, o in zip(trials, outcomes, strict=True) if self._pays(t, o)), None)
            if paid is not None:
                self._reward(entry, paid, choice)
            else:
                self._note_unpaid(entry, choice.reference, firsts[entry.number])

    def _pays(self, trial: Trial, outcome: Outcome) -> bool:
        return not isinstance(outcome, Failure) and self._judge.standing(trial).pays(outcome.value)

    def _reward(self, entry: Entry, trial: Trial, choice: _Choice) -> None:
        self._liked[trial.frame.name, choice.stated.index(trial.answer)] += 1
        self._tried += 1
        self._earned += 1
        if len(self.good) < _KEPT:
            self.good[entry.number] = entry

    def _note_unpaid(self, entry: Entry, reference: Mapping[str, Any], reason: str) -> None:
        self._tried += 1
        self._unpaid.rows.append(entry.number)
        self._unpaid.remedy = self._unpaid.remedy or _remedy(reference)
        self._unpaid.reasons[reason] += 1
        if len(self._unpaid.examples) < 3:  # noqa: PLR2004 - as many as any finding shows
            self._unpaid.examples.append(f"row {entry.number}: {shortened(self._shown(entry))}")

    def _fail(self, entry: Entry, trial: Trial, failure: Failure) -> None:
        level, said = _FAILURES.get(failure.kind, (Level.WARNING, f"The row could not be judged ({failure.kind})"))
        self._findings.add(
            failure.kind,
            level,
            f"{said}. {failure.message}{_remedy(trial.reference) if failure.kind == _BAD else ''}",
            reward=self._judge.spec.reward,
            source=self._source,
            row=entry.number,
            example=self._shown(entry),
        )

    def _shown(self, entry: Entry) -> str:
        """Return a row's reference as it is shown, by the columns that it stands in."""
        return labelled({each.column: entry.values.get(each.column) for each in self._fields.values()})


def _remedy(reference: Mapping[str, Any]) -> str:
    """Return a sentence on what may be done about a reference that is a whole solution."""
    texts = [value for value in reference.values() if isinstance(value, str)]
    if any(behind_hashes(text) and not text.startswith("####") for text in texts):
        return " The reference is a whole solution; the transform after_hashes makes it the answer behind `####`."
    if any(last_boxed(text) and not text.startswith("\\boxed") for text in texts):
        return " The reference is a whole solution; the transform last_boxed makes it the answer in its last box."
    return ""
