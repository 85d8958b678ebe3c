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


def read_labelled(path: Path) -> tuple[list[Labelled], int]:
    """Return the solutions of a file, or of all files of a folder, and how many have no label that can be used.

    Raises:
        UnreadableDatasetError: there are none.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    found, left_out = [], 0
    for row in (row for file in files for row in read_file(file)):
        solutions = list(_labelled(row)) or [None]
        found += [each for each in solutions if each is not None]
        left_out += solutions.count(None)
    if not found:
        raise UnreadableDatasetError(
            f"{path} has no labelled steps: a row is to have question, steps and first_mistake, counted from 0 and "
            "null where there is none; or the fields of ProcessBench, PRMBench or BIG-Bench-Mistake"
        )
    return found, left_out


def _labelled(row: Row) -> Iterator[Labelled | None]:
    """Yield the solutions of a row; nothing, or None, where it has no label that can be used."""
    if "modified_process" in row.fields:
        yield _solution(row.fields, "original_question", "original_process", None)
        errors = row.fields.get("error_steps") or []
        if all(isinstance(error, int) for error in errors):
            first = min(errors) - 1 if errors else None
            yield _solution(row.fields, "modified_question", "modified_process", first)
        return
    question = next((name for name in _QUESTIONS if name in row.fields), None)
    mistake = next((name for name in _MISTAKES if name in row.fields), None)
    if question is None or mistake is None:
        return
    first = row.fields[mistake]
    if first is None or (isinstance(first, int) and not isinstance(first, bool)):
        yield _solution(row.fields, question, "steps", None if first == -1 else first)


def _solution(fields: Mapping[str, Any], question: str, steps: str, first: int | None) -> Labelled | None:
    """Return a solution; None where its steps are no texts, or the label points beside them."""
    asked, told = fields.get(question), fields.get(steps)
    if not isinstance(asked, str) or not isinstance(told, list) or not all(isinstance(step, str) for step in told):
        return None
    if not told or not (first is None or 0 <= first < len(told)):
        return None
    answer = fields.get("answer")
    return Labelled(asked, tuple(told), first, None if answer is None else str(answer))
