"""Which frames pay for which reward of a run, and where the rewards contradict each other."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.lint.answers import answers
from service.lint.entry import Entry
from service.lint.findings import Findings, Level
from service.lint.frames import Frame, prompted
from service.lint.honest import HonestCheck
from service.lint.judge import Judge, Trial
from service.lint.progress import Watcher
from trainer_client import Score

ROWS = 8
"""Rows whose right answers are put into every frame."""

STAND_IN = "What is 2 + 2?"
_STAND_IN_ANSWER = "4"
"""Used where no row can be: what a frame earns hardly depends on the answer."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one frame earns from one reward."""

    value: float | None
    """The mean over the rows; None where nothing could be judged."""

    share: float
    """The share of the rows in which it pays."""

    reason: str
    """The code of the first row's outcome."""


@dataclass(frozen=True, slots=True)
class Column:
    """One reward of the run."""

    reward: str
    name: str
    """Its id, with a number behind it where the run uses it twice."""

    counts: bool
    """Whether the run trains on it, and not only watches it or subtracts it."""

    compares: bool
    """Whether it compares with a reference, and so judges the answer."""

    cells: Mapping[str, Cell]
    """By the frame's name."""

    @property
    def paid(self) -> set[str]:
        """The frames that earn something in some row."""
        return {frame for frame, cell in self.cells.items() if cell.share > 0}

    @property
    def best(self) -> set[str]:
        """The frames that earn the most that any does, in all rows."""
        values = [cell.value for cell in self.cells.values() if cell.value is not None]
        return {frame for frame, cell in self.cells.items() if cell.share == 1 and values and cell.value == max(values)}


@dataclass(frozen=True, slots=True)
class Matrix:
    """The rewards of a run over the frames."""

    frames: Sequence[str]
    columns: Sequence[Column]
    asked: str | None
    """The frame that the prompts ask for."""

    def patterns(self) -> list[tuple[list[str], list[Cell]]]:
        """Return the frames that earn alike together, those that more rewards pay first."""
        alike: dict[tuple[tuple[str, bool], ...], list[str]] = {}
        for frame in self.frames:
            cells = [column.cells[frame] for column in self.columns]
            key = tuple((_figure(cell), frame == self.asked) for cell in cells)
            alike.setdefault(key, []).append(frame)
        rows = [(names, [column.cells[names[0]] for column in self.columns]) for names in alike.values()]
        return sorted(rows, key=lambda row: (row[0][0] != self.asked, -sum(cell.share for cell in row[1])))


def _figure(cell: Cell) -> str:
    return f"{round(cell.value, 1) + 0.0 if cell.value is not None else None} {cell.share}"


@dataclass(frozen=True, slots=True)
class Entrant:
    """One reward that takes part in the comparison."""

    name: str
    judge: Judge
    check: HonestCheck | None
    """What is known of the rows with it; None where it could not be mapped."""

    answer_field: str | None
    """The field of its reference that holds the answer; None where it has none."""


def matrix(entrants: Sequence[Entrant], frames: Sequence[Frame], entries: Sequence[Entry], watcher: Watcher) -> Matrix:
    """Return what right answers earn in each frame from each reward.

    Args:
        entrants: The rewards.
        frames: The frames; that of the prompts is added.
        entries: The rows whose answers are used; one with the number 0 stands in where there is none.
        watcher: Told how many rewards are done.
    """
    asked = next((found for entry in entries if (found := prompted(entry.prompt))), None)
    tried = [*([asked] if asked else []), *frames]
    answer_of = _answer_of(entrants, entries)
    columns: list[Column] = []
    for entrant in entrants:
        columns.append(_column(entrant, tried, entries, answer_of))
        watcher.advance(f"{len(columns)} of {len(entrants)} rewards", len(columns) / len(entrants))
    return Matrix([frame.name for frame in tried], columns, asked.name if asked else None)


def _answer_of(entrants: Sequence[Entrant], entries: Sequence[Entry]) -> dict[int, str]:
    """Return the answer of each row, as the first reward that has one says it."""
    found = {}
    for entry in entries:
        references = (entrant.check.reference(entry) for entrant in entrants if entrant.check and entry.number)
        stated = next((each for reference in references if (each := answers(reference))), [_STAND_IN_ANSWER])
        found[entry.number] = stated[0]
    return found


def _column(entrant: Entrant, tried: Sequence[Frame], entries: Sequence[Entry], answer_of: Mapping[int, str]) -> Column:
    trials = [
        Trial(frame, answer_of[entry.number], _reference(entrant, entry), entry.prompt)
        for frame in tried
        for entry in entries
    ]
    outcomes = entrant.judge.outcomes(trials)
    cells = {}
    for frame, start in zip(tried, range(0, len(trials), len(entries)), strict=True):
        scores = [
            (trial, outcome)
            for trial, outcome in zip(trials[start:], outcomes[start : start + len(entries)], strict=False)
            if isinstance(outcome, Score)
        ]
        paid = sum(entrant.judge.standing(trial).pays(score.value) for trial, score in scores)
        mean = sum(score.value for _, score in scores) / len(scores) if scores else None
        first = outcomes[start]
        reason = first.reason if isinstance(first, Score) else first.kind
        cells[frame.name] = Cell(mean, paid / len(scores) if scores else 0.0, reason)
    spec = entrant.judge.spec
    return Column(spec.reward, entrant.name, spec.applied_weight > 0, entrant.judge.compares, cells)


def _reference(entrant: Entrant, entry: Entry) -> dict[str, Any]:
    if entrant.check is not None and entry.number:
        return entrant.check.reference(entry)
    return {entrant.answer_field: _STAND_IN_ANSWER} if entrant.answer_field else {}


def contradictions(found: Matrix, findings: Findings) -> None:
    """Add where the rewards of a run contradict each other.

    A reward that pays no frame, or that could not judge those that it might pay, is reported by itself and left out of
    the rest.
    """
    able = []
    for column in found.columns:
        if not column.counts:
            continue
        unjudged = [cell for cell in column.cells.values() if cell.value is None]
        if unjudged and not column.paid:
            reason = unjudged[0].reason
            message = f"It was not compared with the others: nothing that it might pay could be judged ({reason})."
            findings.add("not_compared", Level.NOTE, message, reward=column.name)
        elif column.paid:
            able.append(column)
        elif not findings.has("never_pays", column.reward):
            reasons = ", ".join(sorted({cell.reason for cell in column.cells.values()})[:3])
            message = f"None of {len(found.frames)} frames with a right answer earns anything from it ({reasons})."
            findings.add("never_pays", Level.WARNING, message, reward=column.name)
    apart = _exclusive_pairs(able, findings)
    together = set.intersection(*(column.paid for column in able)) if able else set()
    if able and not together and not apart:
        names = ", ".join(column.name for column in able)
        findings.add("contradiction", Level.ERROR, f"No frame pays every reward of the run: {names}.")
    _asked_frame(found, able, together, findings)
    _traps(found, able, findings)


def _exclusive_pairs(columns: Sequence[Column], findings: Findings) -> bool:
    """Add each pair of rewards that no frame pays both; return whether there was one."""
    pairs = [(one, two) for one, two in itertools.combinations(columns, 2) if not one.paid & two.paid]
    for one, two in pairs:
        message = (
            f"No frame pays both {one.name} and {two.name}: `{_first(one, one.best or one.paid)}` earns {two.name}'s "
            f"lowest, `{_first(two, two.best or two.paid)}` earns {one.name}'s."
        )
        findings.add("contradiction", Level.ERROR, message)
    return bool(pairs)


def _asked_frame(found: Matrix, columns: Sequence[Column], together: set[str], findings: Findings) -> None:
    """Add the rewards that pay nothing for a right answer in the frame that the prompts ask for."""
    if found.asked is None:
        return
    asked = found.asked
    for column in columns:
        if asked not in column.paid:
            message = (
                f"A right answer in the frame that the prompts ask for, `{asked.removeprefix('prompt: ')}`, earns "
                f"nothing from it ({column.cells[asked].reason}); {_advice(column, together)}."
            )
            findings.add("prompt_unpaid", Level.ERROR, message, reward=column.name)


def _advice(column: Column, together: set[str]) -> str:
    """Return which frame a prompt could ask for instead."""
    if together:
        return f"`{_first(column, together & column.best or together)}` earns something from every reward"
    return f"`{_first(column, column.best or column.paid)}` does"


def _traps(found: Matrix, columns: Sequence[Column], findings: Findings) -> None:
    """Add the frames that format rewards pay at their best and that hide a right answer from another reward.

    The reverse, a right answer without its format, is what a format reward is there to tell apart.
    """
    formats = [column for column in columns if not column.compares and len(column.best) < len(found.frames) / 2]
    for judge in columns:
        if not judge.compares:
            continue
        hidden: dict[str, list[Column]] = {}
        for column in formats:
            frames = [frame for frame in found.frames if frame in column.best - judge.paid and _is_usual(frame)]
            if frames and column.paid & judge.paid:
                hidden.setdefault(frames[0], []).append(column)
        for frame, trapping in hidden.items():
            _trap(found, trapping, judge, frame, findings)


def _is_usual(frame: str) -> bool:
    """Return whether somebody may write so unasked: hashes inside tags only serve two rewards at once."""
    return not ("####" in frame and "<" in frame) and not frame.startswith("as in")


def _trap(found: Matrix, trapping: Sequence[Column], judge: Column, frame: str, findings: Findings) -> None:
    shared = [each for each in found.frames if each in judge.paid and all(each in one.best for one in trapping)]
    is_asked = found.asked in shared
    demand = "as the prompts ask" if is_asked else "and the prompt should ask for it"
    remedy = f"; `{found.asked if is_asked else shared[0]}` is paid by all of them, {demand}" if shared else ""
    pay = "pays its" if len(trapping) == 1 else "pay their"
    message = (
        f"{' and '.join(one.name for one in trapping)} {pay} best for `{frame}`, and {judge.name} pays nothing for a "
        f"right answer written so ({judge.cells[frame].reason}){remedy}."
    )
    # Where the prompt asks for a frame that all of them pay, the others are paths not taken.
    level = Level.NOTE if is_asked else Level.WARNING
    findings.add("contradiction", level, message)


def _first(column: Column, frames: set[str]) -> str:
    return next(frame for frame in column.cells if frame in frames)
