"""A data set that is filtered: its rows as they are read, and those that are kept as they stand in it."""

import contextlib
import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from service.lint.rows import Row, Rows, UnreadableDatasetError, csv_header, read_file, whole_json

_BLOCK = 1 << 20
_BATCH_ROWS = 4096

IsKept = Callable[[int], bool]
"""Says of a row's number whether the row is kept."""


class DataSet:
    """A file, or a folder that holds a data set.

    Args:
        path: Where it is.
        split: The part of it, where a folder holds several.
    """

    def __init__(self, path: Path, split: str = "train") -> None:
        self.path = path
        self._split = split

    @property
    def suffix(self) -> str:
        """What a file with some of its rows is called at the end."""
        return ".parquet" if self.path.is_dir() else self.path.suffix

    def beside(self, what: str, suffix: str | None = None) -> Path:
        """Return where a file belongs that is about this data set and no other one beside it."""
        whole = self.path.resolve()
        name = f"{whole.name}.{self._split}" if whole.is_dir() else self.path.name
        return whole.parent / f"{name}.{what}{suffix or self.suffix}"

    def digest(self) -> str:
        """Return what tells this data set from every other: a digest of its bytes, its files' names and its part."""
        found = hashlib.sha256(self._split.encode() if self.path.is_dir() else b"")
        for file in sorted(self.path.rglob("*")) if self.path.is_dir() else [self.path]:
            if file.is_file():
                found.update(file.relative_to(self.path).as_posix().encode() + b"\0" if file != self.path else b"")
                with file.open("rb") as stream:
                    while block := stream.read(_BLOCK):
                        found.update(block)
        return f"sha256:{found.hexdigest()}"

    def rows(self) -> Rows:
        """Return the rows.

        Raises:
            UnreadableDatasetError: there are none to be read.
            ModuleNotFoundError: a package is missing.
        """
        if not self.path.is_dir():
            return read_file(self.path)
        from service.lint.stored import read_folder  # noqa: PLC0415 - torch takes seconds to import

        return read_folder(self.path, self._split)

    def write(self, out: Path, is_kept: IsKept) -> int:
        """Write the rows that are kept, untouched and in order, and return how many.

        Raises:
            OSError: they cannot be written there.
        """
        draft = out.with_name(f".{out.name}.part")
        try:
            count = self._write(draft, is_kept)
            draft.replace(out)
        finally:
            draft.unlink(missing_ok=True)
        return count

    def _write(self, out: Path, is_kept: IsKept) -> int:
        if self.path.is_dir():
            return self._write_folder(out, is_kept)
        if self.path.suffix == ".parquet":
            return _write_parquet(self.path, out, is_kept)
        if self.path.suffix == ".json" and whole_json(self.path) is not None:
            kept = [row.fields for row in self.rows() if is_kept(row.number)]
            out.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            return len(kept)
        with out.open("wb") as sink:
            if self.path.suffix == ".csv":
                _write_line(sink, csv_header(self.path))
            return sum(_write_line(sink, row.raw or b"") for row in self.rows() if is_kept(row.number))

    def _write_folder(self, out: Path, is_kept: IsKept) -> int:
        from service.lint.stored import open_folder  # noqa: PLC0415 - as above

        found = open_folder(self.path, self._split)
        kept = found.select([position for position in range(len(found)) if is_kept(position + 1)])
        kept.to_parquet(str(out))
        return len(kept)


def digest_of(row: Row) -> str:
    """Return what tells a row from every other: a digest of its bytes, or of its values where it has none."""
    whole = row.raw if row.raw is not None else json.dumps(row.fields, sort_keys=True, default=str).encode()
    return f"sha256:{hashlib.sha256(whole.strip()).hexdigest()[:32]}"


def _write_line(sink: BinaryIO, line: bytes) -> int:
    if line:
        sink.write(line if line.endswith(b"\n") else line + b"\n")
    return 1


def _write_parquet(path: Path, out: Path, is_kept: IsKept) -> int:
    """Write the kept rows of a Parquet file, row group by row group, with its schema and its compression."""
    import pyarrow as pa  # type: ignore[import-untyped]  # noqa: PLC0415 - in no service extra
    from pyarrow import parquet  # noqa: PLC0415

    file = parquet.ParquetFile(path)
    groups = range(file.num_row_groups)
    codec = file.metadata.row_group(0).column(0).compression if groups and file.metadata.num_columns else "SNAPPY"
    numbers = itertools.count(1)
    count = 0
    with parquet.ParquetWriter(out, file.schema_arrow, compression=_codec(codec)) as writer:
        for group in groups:
            kept = list(_kept_batches(file, group, numbers, is_kept))
            if kept:
                table = pa.Table.from_batches(kept)
                writer.write_table(table.cast(file.schema_arrow))
                count += table.num_rows
    return count


def _kept_batches(file: Any, group: int, numbers: Iterator[int], is_kept: IsKept) -> Iterator[Any]:  # noqa: ANN401
    for batch in file.iter_batches(batch_size=_BATCH_ROWS, row_groups=[group]):
        mask = [is_kept(number) for number in itertools.islice(numbers, batch.num_rows)]
        if any(mask):
            yield batch.filter(_boolean(mask))


def _boolean(mask: list[bool]) -> Any:  # noqa: ANN401 - pyarrow has no types
    import pyarrow as pa  # noqa: PLC0415 - as above

    return pa.array(mask)


def _codec(name: str) -> str:
    return "none" if name == "UNCOMPRESSED" else name.lower()


def columns(data: DataSet) -> list[str]:
    """Return the columns of a data set.

    Raises:
        UnreadableDatasetError: it has none.
        ModuleNotFoundError: a package is missing.
    """
    with contextlib.closing(data.rows()) as rows:
        if rows.columns:
            return rows.columns
        first = next(iter(rows), None)
    if first is None:
        raise UnreadableDatasetError(f"{data.path} has no rows")
    raise UnreadableDatasetError(f"{data.path}: no row can be read. {first.fault[1] if first.fault else ''}".rstrip())
