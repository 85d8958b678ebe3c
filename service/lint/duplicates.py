"""Prompts that occur more than once, and what their references say."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from service.lint.findings import Finding, Findings, Level, shortened

_DIGEST_BYTES = 12
"""Two of 100 million different prompts share such a digest with a chance of one in ten trillion."""
_MOST_ROWS = 20
_MOST_ANSWERS = 5
_MOST_EXAMPLES = 3


@dataclass(slots=True)
class Repeat:
    """One prompt and the rows that have it."""

    prompt: str
    """The prompt as the second of the rows has it."""

    rows: list[tuple[str, int]]
    """The first of the rows: the data set's name and the row's number."""

    count: int
    """How many rows there are."""

    is_exact: bool
    """Whether the prompts are the same letter for letter, and not only but for case and blanks."""

    answers: dict[str, None] = field(default_factory=dict)
    """The different references, as far as they are kept."""

    contradicts: bool = False
    """Whether two rows have different references."""


@dataclass(frozen=True, slots=True)
class _First:
    """The first row with a prompt: all that has to be remembered of most rows."""

    source: str
    number: int
    exact: bytes
    answer: bytes
    text: str


class Duplicates:
    """Finds repeated prompts; keeps some hundred bytes for each different prompt."""

    def __init__(self) -> None:
        self._first: dict[bytes, _First] = {}
        self._repeats: dict[bytes, Repeat] = {}

    def add(self, source: str, number: int, prompt: str, answer: str) -> None:
        """Take a row.

        Args:
            source: The data set's name.
            number: The row's number.
            prompt: The prompt.
            answer: What the row's references say, as one text.
        """
        key, exact, said = _digest(normalised(prompt)), _digest(prompt), _digest(answer)
        first = self._first.get(key)
        if first is None:
            self._first[key] = _First(source, number, exact, said, answer[:60])
            return
        repeat = self._repeats.get(key)
        if repeat is None:
            repeat = self._repeats[key] = Repeat(
                prompt[:200], [(first.source, first.number)], 1, is_exact=True, answers={first.text: None}
            )
        repeat.count += 1
        repeat.is_exact &= exact == first.exact
        repeat.contradicts |= said != first.answer
        if len(repeat.rows) < _MOST_ROWS:
            repeat.rows.append((source, number))
        if len(repeat.answers) < _MOST_ANSWERS:
            repeat.answers[answer[:60]] = None

    def __iter__(self) -> Iterator[Repeat]:
        """Iterate over the repeated prompts: those with contradicting references first, then the most frequent."""
        return iter(sorted(self._repeats.values(), key=lambda repeat: (not repeat.contradicts, -repeat.count)))


def report(duplicates: Duplicates, findings: Findings) -> None:
    """Add the repeated prompts."""
    for repeat in duplicates:
        sources = {source for source, _ in repeat.rows}
        if repeat.contradicts:
            found = findings.add("contradicting_duplicates", Level.ERROR, _CONTRADICTS)
        elif len(sources) > 1:
            found = findings.add("leak", Level.ERROR, _LEAK)
        elif repeat.is_exact:
            found = findings.add("duplicate_prompt", Level.WARNING, _EXACT)
        else:
            found = findings.add("near_duplicate_prompt", Level.WARNING, _NEAR)
        _count(found, repeat, named=len(sources) > 1)


_CONTRADICTS = "Rows with the same prompt, but for case and blanks, have different references: one of them is wrong."
_LEAK = "Prompts are both in the rows to train on and in the held-out rows."
_EXACT = "Prompts occur more than once, letter for letter."
_NEAR = "Prompts occur more than once, but for case and blanks."


def _count(found: Finding, repeat: Repeat, *, named: bool) -> None:
    """Enter a repeated prompt."""
    found.count += repeat.count
    found.rows += [number for _, number in repeat.rows][: max(0, _MOST_ROWS - len(found.rows))]
    if len(found.examples) < _MOST_EXAMPLES:
        rows = ", ".join(f"{source} {number}" if named else str(number) for source, number in repeat.rows[:5])
        said = f" -> {' / '.join(map(repr, repeat.answers))}" if repeat.contradicts else ""
        found.examples.append(f"rows {rows}: {shortened(repeat.prompt, 80)}{said}")


def normalised(prompt: str) -> str:
    """Return a prompt without regard to case, and with one blank between words."""
    return " ".join(prompt.casefold().split())


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=_DIGEST_BYTES).digest()
