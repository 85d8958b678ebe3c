"""Solutions in steps whose first mistake is known, read from the forms in which they are published."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.lint.rows import Row, UnreadableDatasetError, read_file

_WRITTEN_BREAK = re.compile(r"\\n(?![a-z])")
r"""A line break written as two characters; `\neq` and `\nu` are none."""
_NUMBERED = re.compile(r"step \d+\s*[:.]", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_QUESTIONS = ("question", "problem", "input", "prompt")
_MISTAKES = ("first_mistake", "mistake_index", "label")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A solution in steps."""

    question: str
    steps: tuple[str, ...]
    first_mistake: int | None
    """The first wrong step, counted from 0; None where all are right."""
    answer: str | None = None
    """What the solution comes to, where that is said apart from the steps."""

    @property
    def completion(self) -> str:
        """The steps, one a line and numbered, so that they are cut nowhere else; the answer if the last has it not."""
        texts = [_SPACE.sub(" ", _WRITTEN_BREAK.sub(" ", step)).strip() for step in self.steps]
        lines = [
            text if _NUMBERED.match(text) else f"Step {number}: {text}" for number, text in enumerate(texts, start=1)
        ]
        if self.answer is not None and self.answer not in texts[-1]:
            lines.append(f"The answer is {self.answer}.")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Label:
    """Where the first mistake of a solution is said to be."""

    first: int | None
    """Its step, counted from 0; None where there is none."""
    told: str
    """What the row says, for who reads a message."""


_NO_MISTAKE = _Label(None, "")


def read_labelled(path: Path) -> tuple[list[Labelled], list[str]]:
    """Return the solutions of a file, or of all files of a folder, and what is wrong with each that has no label.

    Raises:
        UnreadableDatasetError: there are none.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    found: list[Labelled] = []
    faults: list[str] = []
    for file in files:
        rows = read_file(file)
        for row in rows:
            for each in _labelled(row):
                if isinstance(each, Labelled):
                    found.append(each)
                else:
                    faults.append(f"{file.name}, {rows.unit} {row.number}: {each}")
    if not found:
        first = f" {faults[0]}." if faults else ""
        raise UnreadableDatasetError(
            f"{path} has no labelled steps that can be used.{first} A row is to have question, steps and "
            "first_mistake, counted from 0 and null where there is none; or the fields of ProcessBench, PRMBench or "
            "BIG-Bench-Mistake"
        )
    return found, faults


def _labelled(row: Row) -> Iterator[Labelled | str]:
    """Yield the solutions of a row, and what is wrong where there is none."""
    if row.fault is not None:
        yield row.fault[1].removesuffix(".")
    elif "modified_process" in row.fields:
        yield _solution(row.fields, "original_question", "original_process", _NO_MISTAKE)
        errors = row.fields.get("error_steps") or []
        if not isinstance(errors, list) or not all(map(_is_whole, errors)):
            yield "error_steps is no list of whole numbers"
            return
        least = min(errors, default=None)
        label = _NO_MISTAKE if least is None else _Label(least - 1, f"error_steps names {least}, counted from 1")
        yield _solution(row.fields, "modified_question", "modified_process", label)
    else:
        yield _of_one(row.fields)


def _of_one(fields: Mapping[str, Any]) -> Labelled | str:
    """Return the solution of a row that has one."""
    question = next((name for name in _QUESTIONS if name in fields), None)
    mistake = next((name for name in _MISTAKES if name in fields), None)
    if question is None or mistake is None:
        return f"it has no {_QUESTIONS[0] if question is None else _MISTAKES[0]}"
    first = fields[mistake]
    if first is not None and not _is_whole(first):
        return f"{mistake} is no whole number"
    return _solution(
        fields, question, "steps", _Label(None if first == -1 else first, f"{mistake} is {first}, counted from 0")
    )


def _solution(fields: Mapping[str, Any], question: str, steps: str, label: _Label) -> Labelled | str:
    """Return a solution, or what is wrong: its steps are no texts, or the label points beside them."""
    asked, told, first = fields.get(question), fields.get(steps), label.first
    if not isinstance(asked, str):
        return f"{question} is no text"
    if not isinstance(told, list) or not told or not all(isinstance(step, str) for step in told):
        return f"{steps} is no list of texts"
    if first is not None and not 0 <= first < len(told):
        return f"{label.told}, but there {'is 1 step' if len(told) == 1 else f'are {len(told):,} steps'}"
    answer = fields.get("answer")
    return Labelled(asked, tuple(told), first, None if answer is None else str(answer))


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
