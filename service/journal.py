"""What a long job has done, line by line in a file, so that it can stop anywhere and go on.

The first line says what the job is, each other one what became of a row. Lines are only ever added: where a row has
several, the last one counts. A line that was cut off when the job was killed is dropped.
"""

import json
import shutil
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_MADE_BY = "touchstone"
_NONE = 2**64 - 1
_SHOWN_CHARS = 70
"""Longer is a digest, which says to anybody, or a list that nobody compares by eye."""


class JournalError(Exception):
    """The file cannot be gone on with; the message says why."""


class Journal:
    """The journal of one job.

    Args:
        path: The file; it is made where it does not exist.
        job: What the job is, as JSON can say it. Only the very same job goes on.
        later: Parts of it that may have been null when it was begun. The first value that they get is kept.

    Raises:
        JournalError: the file belongs to another job, is none of these, or cannot be written.
    """

    def __init__(self, path: Path, job: Mapping[str, Any], later: Collection[str] = ()) -> None:
        self.path = path
        header = json.loads(json.dumps({_MADE_BY: 1, **job}))
        try:
            if path.exists() and path.stat().st_size:
                self._check(header, later)
                self._cut_off_the_torn_line()
            else:
                path.write_text(_line(header), encoding="utf-8")
            self._sink = path.open("ab")
        except OSError as error:
            raise JournalError(f"{path} cannot be written: {error.strerror or error}") from error

    def append(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Add what became of some rows; each record has the number of its `row`."""
        self._sink.write("".join(map(_line, records)).encode())
        self._sink.flush()

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield every record in the order in which they were added, those that no longer count too."""
        for _, line in self._lines():
            yield json.loads(line)

    def latest(self) -> Iterator[dict[str, Any]]:
        """Yield the record that counts of each row."""
        last = array("Q")
        for offset, line in self._lines():
            row = json.loads(line)["row"]
            if row >= len(last):
                last.extend([_NONE] * (row + 1 - len(last)))
            last[row] = offset
        for offset, line in self._lines():
            record = json.loads(line)
            if last[record["row"]] == offset:
                yield record

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._sink.close()

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield each line but the first, and where it begins."""
        with self.path.open("rb") as stream:
            offset = len(stream.readline())
            for line in stream:
                yield offset, line
                offset += len(line)

    def _check(self, header: Mapping[str, Any], later: Collection[str]) -> None:
        found = self._header()
        gained = {name for name in later if found.get(name) is None and header.get(name) is not None}
        changed = [name for name in {**header, **found} if header.get(name) != found.get(name) and name not in gained]
        if changed:
            told = "; ".join(_told(name, found.get(name), header.get(name)) for name in changed)
            raise JournalError(f"{self.path} was begun with something else: {told}")
        if gained:
            self._begin_with(header)

    def _header(self) -> dict[str, Any]:
        with self.path.open("rb") as stream:
            first = stream.readline()
        try:
            found = json.loads(first)
        except ValueError:
            found = None
        if not isinstance(found, dict) or _MADE_BY not in found:
            raise JournalError(f"{self.path} exists and is no file of this command")
        return found

    def _begin_with(self, header: Mapping[str, Any]) -> None:
        """Put another line in the place of the first one; whenever this is killed, one of the two stands there."""
        draft = self.path.with_name(f".{self.path.name}.part")
        try:
            with self.path.open("rb") as before, draft.open("wb") as after:
                before.readline()
                after.write(_line(header).encode())
                shutil.copyfileobj(before, after)
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)

    def _cut_off_the_torn_line(self) -> None:
        with self.path.open("r+b") as stream:
            whole = 0
            for line in stream:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
            stream.truncate(whole)


def _line(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"


def _told(name: str, before: object, now: object) -> str:
    """Return how a part of what a job is has changed, where that is short."""
    shown = [json.dumps(each, ensure_ascii=False) for each in (before, now)]
    if max(map(len, shown)) > _SHOWN_CHARS:
        return f"other {name}"
    return f"{name} was {shown[0]}, is {shown[1]}"
