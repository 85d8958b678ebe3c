"""One data set and the rewards that are to be trained with on it, row by row."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.lint import columns
from service.lint.answers import answer_field, answers
from service.lint.duplicates import Duplicates
from service.lint.entry import Entry
from service.lint.findings import Findings, Level, labelled
from service.lint.frames import Frame
from service.lint.honest import HonestCheck
from service.lint.judge import Judge
from service.lint.rows import Row, Rows
from trainer_client._spec import RewardSpec
from trainer_client._types import RewardInfo

_CHUNK = 256

Shape = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Turns a stored row into the one that is trained on."""


@dataclass(frozen=True, slots=True)
class Rewards:
    """The rewards of a run, ready to be asked."""

    specs: Sequence[RewardSpec]
    catalogue: Mapping[str, RewardInfo]
    judges: Sequence[Judge]
    own_frames: Mapping[str, Frame] = field(default_factory=dict)
    """The frame that is known to suit a reward, by its id."""


class DatasetLint:
    """Checks the rows of one data set.

    Args:
        rewards: What the rows are to be scored with.
        findings: Where the findings go.
        duplicates: The prompts seen so far, which several data sets may share.
        source: The data set's name.
    """

    def __init__(self, rewards: Rewards, findings: Findings, duplicates: Duplicates, source: str) -> None:
        self._rewards = rewards
        self._findings = findings
        self._duplicates = duplicates
        self._source = source
        self._types: dict[str, tuple[str, int]] = {}
        self._columns: list[str] = []
        self.checks: dict[int, HonestCheck] = {}
        """What is known of the rows with each reward, by its position."""
        self.first: list[Entry] = []
        """The first rows that could be read."""
        self.seen = 0
        """Rows looked at."""

    def map(self, names: Sequence[str]) -> None:
        """Find out which columns go where.

        Args:
            names: The columns, as they are after the row is shaped.
        """
        rewards = self._rewards
        found = columns.reward_fields(rewards.specs, rewards.catalogue, names, self._findings, self._source)
        self._columns = sorted({each.column for fields in found.values() for each in fields.values()})
        for position, fields in found.items():
            if fields:
                judge = rewards.judges[position]
                own = rewards.own_frames.get(judge.spec.reward)
                self.checks[position] = HonestCheck(judge, fields, self._findings, self._source, own)

    def run(self, rows: Rows, shape: Shape, limit: int | None, advance: Callable[[int], None]) -> None:
        """Check the rows.

        Args:
            rows: The rows as they are stored.
            shape: What the trainer makes of one; its column `prompt` is the prompt.
            limit: How many rows to look at; None for all.
            advance: Told how many rows are done.
        """
        chunk: list[Entry] = []
        for row in _at_most(rows, limit):
            self.seen += 1
            if row.fault is not None:
                check, message = row.fault
                self._findings.add(check, Level.ERROR, message, source=self._source, row=row.number)
                continue
            chunk.append(self._entry(row, shape))
            if len(chunk) == _CHUNK:
                self._take(chunk, advance)
                chunk = []
        self._take(chunk, advance)
        advance(self.seen)
        for check_ in self.checks.values():
            check_.finish()
        if not self.seen and limit != 0:
            self._findings.add("empty", Level.ERROR, "The data set has no rows.", source=self._source)

    def _entry(self, row: Row, shape: Shape) -> Entry:
        shaped = shape(row.fields)
        prompt = _text(shaped.get("prompt"))
        if not prompt.strip():
            message = "The row has no prompt: its column is empty, or holds no text."
            self._findings.add("empty_prompt", Level.ERROR, message, source=self._source, row=row.number)
        entry = Entry(row.number, prompt, {column: _plain(shaped.get(column)) for column in self._columns})
        for column in self._columns:
            self._note_type(entry, column)
        return entry

    def _note_type(self, entry: Entry, column: str) -> None:
        """Add a finding where a column holds texts in some rows and something else in others."""
        value = entry.values.get(column)
        if value is None:
            return
        kind = _kind(value)
        first, number = self._types.setdefault(column, (kind, entry.number))
        if first != kind:
            message = (
                f"Column '{column}' holds {kind}s in some rows and {first}s in others, such as row {number}; a "
                "data set has one type a column, so that loading it fails."
            )
            self._findings.add(
                "mixed_types",
                Level.WARNING,
                message,
                source=self._source,
                row=entry.number,
                example=labelled({column: value}),
            )

    def _take(self, chunk: list[Entry], advance: Callable[[int], None]) -> None:
        if len(self.first) < _CHUNK:
            self.first += chunk
        for entry in chunk:
            if entry.prompt.strip():
                self._duplicates.add(self._source, entry.number, entry.prompt, self._said(entry))
        for done, check in enumerate(self.checks.values(), 1):
            check.take(chunk)
            advance(self.seen - len(chunk) + len(chunk) * done // len(self.checks))

    def _said(self, entry: Entry) -> str:
        """Return what a row's references say, as one text."""
        said: dict[str, None] = {}
        for check in self.checks.values():
            reference = check.reference(entry)
            stated = answers(reference) if answer_field(reference) else []
            said[stated[0] if stated else json.dumps(reference, sort_keys=True, default=str)] = None
        return " | ".join(said)


def _at_most(rows: Rows, limit: int | None) -> Iterator[Row]:
    for count, row in enumerate(rows):
        if limit is not None and count >= limit:
            return
        yield row


def _text(prompt: object) -> str:
    """Return a prompt as one text: its messages, a blank line between them."""
    if isinstance(prompt, str):
        return prompt
    if not isinstance(prompt, list):
        return ""
    contents = (message.get("content") for message in prompt if isinstance(message, dict))
    return "\n\n".join(content for content in contents if isinstance(content, str))


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "truth value"
    return {str: "text", int: "number", float: "number", list: "list", dict: "object"}.get(type(value), "value")


def _plain(value: object) -> object:
    """Return a value as JSON can say it: what it cannot say becomes text, as in dates."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return str(value)
    return value
