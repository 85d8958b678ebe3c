"""The texts of the record: files beside the database, to which frames are only ever added.

A file belongs to one run and one writer, so that a deleted run is so many files that are unlinked, and two replicas
that share a folder never write into one file. Files are short, in bytes and in hours, so that the oldest can go: over
the cap of bytes those of the team that has the most.
"""

import heapq
import os
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

SUFFIX = ".texts"
_MOST_BYTES = 64 << 20
"""Of one file."""
_FILES_TO_A_CAP = 16
"""Files that the byte cap is good for at least: so much of it goes at once, where it is reached."""
_LONGEST_S = 86_400.0
"""How long a file is added to: what is in it goes as late as its last frame."""
_MOST_OPEN = 64
_UNSETTLED_S = 60.0
"""A file younger than this may belong to a run whose row another replica is about to commit."""

Place = tuple[str, int, int]
"""A file's name, and where in it a frame begins and how long it is."""


class Living(NamedTuple):
    """A run that there is, as its texts' keeper sees it."""

    team_id: int
    texts_deleted_at: float
    """Seconds since the epoch; 0 where they never were."""


class Total(NamedTuple):
    """All files of texts."""

    files: int
    bytes: int


class _File(NamedTuple):
    """A file of texts."""

    path: Path
    run: int | None
    """None where its name does not say."""
    size: int
    added_at: float
    """When something was last added."""


@dataclass(slots=True)
class _Open:
    """A file that is added to."""

    name: str
    descriptor: int
    opened_at: float
    end: int = 0
    is_dirty: bool = False


class TextFiles:
    """Keeps frames of text. One thread writes.

    Args:
        folder: Where the files are.
        max_bytes: Most bytes that they may take.
        write: Writes bytes to a descriptor and returns how many it took.
        clock: Seconds since the epoch.
    """

    def __init__(
        self,
        folder: Path,
        max_bytes: float,
        write: Callable[[int, bytes], int] = os.write,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._file_bytes = min(_MOST_BYTES, max_bytes / _FILES_TO_A_CAP)
        self._write = write
        self._clock = clock
        self._writer = secrets.token_hex(4)
        self._number = 0
        self._has_new = False
        """Whether there are files whose names may not be durable."""
        self._open: OrderedDict[int, _Open] = OrderedDict()
        self._bytes = sum(file.size for file in self._files())

    @property
    def total_bytes(self) -> int:
        """How many bytes all files take, as far as this writer knows."""
        return self._bytes

    @property
    def total(self) -> Total:
        """What there is now, looked up in the folder."""
        files = self._files()
        return Total(len(files), sum(file.size for file in files))

    @property
    def is_over(self) -> bool:
        """Whether that is over the cap."""
        return self._bytes > self._max_bytes

    def add(self, run_id: int, frames: Sequence[bytes]) -> list[Place]:
        """Add frames to a run's file, and return where they are. They are durable after `sync`.

        Raises:
            OSError: they cannot be written; none of them is there then.
        """
        file = self._file(run_id)
        start = file.end
        try:
            _write_all(self._write, file.descriptor, b"".join(frames))
        except OSError:
            with suppress(OSError):
                os.ftruncate(file.descriptor, start)
            self._close(run_id)
            raise
        file.is_dirty = True
        places = []
        for frame in frames:
            places.append((file.name, file.end, len(frame)))
            file.end += len(frame)
        self._bytes += file.end - start
        return places

    def sync(self) -> None:
        """Return when what was added is durable.

        Raises:
            OSError: it may not be.
        """
        if self._has_new:
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)  # else a power cut may take the names of files
            finally:
                os.close(folder)
            self._has_new = False
        for file in self._open.values():
            if file.is_dirty:
                os.fdatasync(file.descriptor)
                file.is_dirty = False
        while len(self._open) > _MOST_OPEN:
            self._close(next(iter(self._open)))

    def discard(self, run_id: int) -> None:
        """Remove what was added for a run that did not come to be."""
        file = self._open.get(run_id)
        if file is not None:
            file.is_dirty = False
            with suppress(OSError):
                self._remove(self._folder / file.name)
                self._bytes -= file.end

    def tidy(self, living: Callable[[Collection[int]], Mapping[int, Living]], oldest: float) -> None:
        """Remove the files of runs that are gone, deleted texts, files last added to before a time, and what is over.

        Of what is over, the oldest files of the team that has the most go first: no team's texts give way while another
        has more.

        Args:
            living: Returns which of some runs there still are.
            oldest: Seconds since the epoch.
        """
        for run_id in [run_id for run_id, file in self._open.items() if _is_unlinked(file) or self._is_full(file)]:
            self._close(run_id)  # the disk keeps an unlinked file for as long as it is open
        files = sorted(self._files(), key=lambda file: file.added_at)
        settled_at = self._clock() - _UNSETTLED_S
        settled = {file.run for file in files if file.added_at < settled_at and file.run is not None}
        found = living({file.run for file in files if file.run is not None})
        self._bytes = sum(file.size for file in files)
        kept: dict[int | None, deque[_File]] = {}
        for file in files:
            run = None if file.run is None else found.get(file.run)
            is_gone = file.run in settled and run is None
            is_deleted = run is not None and _opened_at(file.path) <= run.texts_deleted_at
            if is_gone or is_deleted or file.added_at < oldest:
                self._remove_counted(file)
            else:
                kept.setdefault(None if run is None else run.team_id, deque()).append(file)
        if self._bytes > self._max_bytes:
            self._make_room(kept)

    def _make_room(self, kept: Mapping[int | None, "deque[_File]"]) -> None:
        """Remove files until there is room for some more: else each that is added would have all looked through.

        Args:
            kept: The files of each team, the oldest first; those of runs that nobody knows are one team's.
        """
        wanted = self._max_bytes * (1 - 1 / _FILES_TO_A_CAP)
        teams = [(-sum(file.size for file in files), number, files) for number, files in enumerate(kept.values())]
        heapq.heapify(teams)
        while self._bytes > wanted and teams:
            size, number, files = teams[0]
            removed = files.popleft()
            self._remove_counted(removed)
            if files:
                heapq.heapreplace(teams, (size + removed.size, number, files))
            else:
                heapq.heappop(teams)

    def close(self) -> None:
        """Close all files."""
        for run_id in list(self._open):
            self._close(run_id)

    def _file(self, run_id: int) -> _Open:
        """Return the file that a run's frames go to."""
        file = self._open.get(run_id)
        if file is not None and (self._is_full(file) or _is_unlinked(file)):
            self._close(run_id)
            file = None
        if file is None:
            file = self._open[run_id] = self._new(run_id)
        self._open.move_to_end(run_id)
        return file

    def _new(self, run_id: int) -> _Open:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._number += 1
        now = self._clock()
        name = f"{run_id}-{int(now * 1000):x}-{self._writer}-{self._number}{SUFFIX}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        descriptor = os.open(self._folder / name, flags, 0o600)
        self._has_new = True
        return _Open(name, descriptor, now)

    def _is_full(self, file: _Open) -> bool:
        return file.end >= self._file_bytes or self._clock() - file.opened_at > _LONGEST_S

    def _close(self, run_id: int) -> None:
        file = self._open.pop(run_id)
        try:
            if file.is_dirty:
                os.fdatasync(file.descriptor)
        finally:
            os.close(file.descriptor)

    def _remove_counted(self, file: _File) -> None:
        self._remove(file.path)
        self._bytes -= file.size

    def _remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        for run_id in [run_id for run_id, file in self._open.items() if file.name == path.name]:
            self._close(run_id)

    def _files(self) -> list[_File]:
        found = []
        for path in self._folder.glob(f"*{SUFFIX}"):
            with suppress(FileNotFoundError):  # another replica was faster
                about = path.stat()
                found.append(_File(path, _run_of(path), about.st_size, about.st_mtime))
        return found


def files_of(folder: Path, run_id: int) -> list[Path]:
    """Return the files of a run."""
    return list(folder.glob(f"{run_id}-*{SUFFIX}"))


def _write_all(write: Callable[[int, bytes], int], descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[write(descriptor, left) :]  # type: ignore[arg-type]


def _run_of(path: Path) -> int | None:
    run_id = path.name.partition("-")[0]
    return int(run_id) if run_id.isdecimal() else None


def _opened_at(path: Path) -> float:
    """Return since when a file may have been added to: what does not say may be as old as can be."""
    with suppress(IndexError, ValueError):
        return int(path.name.split("-")[1], 16) / 1000
    return 0.0


def _is_unlinked(file: _Open) -> bool:
    return os.fstat(file.descriptor).st_nlink == 0
