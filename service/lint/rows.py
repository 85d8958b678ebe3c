"""The rows of a local file, read one after another, each with the reason where it cannot be read."""

import csv
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

MAX_ROW_BYTES = 32 * 1024 * 1024
"""A row as large as the largest request of a training job can never be scored."""

_LINES = frozenset({".jsonl", ".ndjson", ".json"})
SUFFIXES = _LINES | {".csv", ".parquet"}
"""The files that are read; `.json` holds one array, or one object a line."""

_NO_VALUE = frozenset({"", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "#N/A", "<NA>"})
"""What a trainer reads as no value at all in a CSV file, as pandas does."""

_PEEKED = 256
"""Rows looked at for the names of the columns, before the first is handed out."""


class UnreadableDatasetError(Exception):
    """The data set cannot be read at all; the message says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row, or what is wrong with it."""

    number: int
    """Its line in a text file and its position in any other, counted from 1."""

    fields: dict[str, Any]
    """Its values by column; empty where it cannot be read."""

    fault: tuple[str, str] | None = None
    """A code and a sentence, where the row cannot be read."""

    raw: bytes | None = None
    """The row as it stands in a text file; None where it does not stand there by itself, or is too large."""


class Rows:
    """The rows of one data set, streamed.

    Args:
        rows: Where they come from.
        unit: What a row's number counts: `line` or `row`.
        stream: The open file, so that one can tell how far it has been read; None where that is not known.
        size: The file's bytes.
        total: How many rows there are, where that is known beforehand.
    """

    def __init__(
        self,
        rows: Iterable[Row],
        unit: str = "row",
        stream: BinaryIO | None = None,
        size: int | None = None,
        total: int | None = None,
    ) -> None:
        self._rows = iter(rows)
        self._stream = stream
        self._size = size
        self.unit = unit
        self.total = total
        peeked = list(itertools.islice(self._rows, _PEEKED))
        self.columns = list(dict.fromkeys(name for row in peeked for name in row.fields))
        self._rows = itertools.chain(peeked, self._rows)

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    def close(self) -> None:
        """Close the file, for who does not read it to its end."""
        if self._stream is not None:
            self._stream.close()

    @property
    def share(self) -> float | None:
        """How much of the file has been read, from 0 to 1; None where it is not known."""
        if self._stream is None or not self._size:
            return None
        return 1.0 if self._stream.closed else self._stream.tell() / self._size


def read_file(path: Path) -> Rows:
    """Return the rows of a `.jsonl`, `.json`, `.csv` or `.parquet` file.

    Raises:
        UnreadableDatasetError: the file has another suffix, or is not what its suffix says.
        ModuleNotFoundError: the file needs a package that is not installed.
    """
    try:
        if path.suffix == ".parquet":
            file = _parquet(path)
            return Rows(_batches(file), total=file.metadata.num_rows)
        if path.suffix == ".json" and (whole := whole_json(path)) is not None:
            return Rows(itertools.starmap(_object, enumerate(whole, start=1)), total=len(whole))
        stream = path.open("rb")
        size = path.stat().st_size
    except OSError as error:
        raise UnreadableDatasetError(f"{path} cannot be read: {error.strerror or error}") from error
    if path.suffix in _LINES:
        return Rows(_json_lines(stream), "line", stream, size)
    if path.suffix == ".csv":
        return Rows(_csv(stream), "line", stream, size)
    stream.close()
    raise UnreadableDatasetError(f"{path} is none of .jsonl, .json, .csv, .parquet and no folder of a data set")


def _json_lines(stream: BinaryIO) -> Iterator[Row]:
    with stream:
        for number in itertools.count(1):
            line = stream.readline(MAX_ROW_BYTES)
            if not line:
                return
            if len(line) == MAX_ROW_BYTES and not line.endswith(b"\n"):
                while (rest := stream.readline(MAX_ROW_BYTES)) and not rest.endswith(b"\n"):
                    pass
                yield Row(number, {}, ("huge_row", _HUGE))
            elif line.strip():
                yield replace(_parsed(number, line), raw=line)


_HUGE = f"The row is larger than {MAX_ROW_BYTES // 2**20} MiB, more than a request can carry."


def _parsed(number: int, line: bytes) -> Row:
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError:
        return Row(number, {}, ("not_utf8", "The row is not UTF-8; convert the file, for example with iconv."))
    try:
        return _object(number, json.loads(text))
    except (ValueError, RecursionError) as error:
        said = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
        return Row(number, {}, ("bad_json", f"The row is not JSON: {said}."))


def _object(number: int, value: object) -> Row:
    if isinstance(value, dict):
        return Row(number, value)
    return Row(number, {}, ("not_an_object", "The row is JSON, but no object of columns and values."))


def whole_json(path: Path) -> list[object] | None:
    """Return the rows of a file that is one JSON value; None where it has one value a line.

    Such a file has to be read as a whole.
    """
    with path.open("rb") as stream:
        first = next((line for line in iter(lambda: stream.readline(MAX_ROW_BYTES), b"") if line.strip()), b"")
    try:
        if first.strip().startswith(b"{") and isinstance(json.loads(first), dict):
            return None
    except ValueError:
        pass  # an object over several lines, or a row that is reported when it is read
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        if not first.strip().startswith(b"["):
            return None
        raise UnreadableDatasetError(f"{path} is not valid JSON in UTF-8: {error}") from error
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and value and all(isinstance(column, list) for column in value.values()):
        return [dict(zip(value, row, strict=True)) for row in itertools.zip_longest(*value.values())]
    raise UnreadableDatasetError(f"{path} is one JSON value and no list of rows")


def _csv(stream: BinaryIO) -> Iterator[Row]:
    with stream:
        csv.field_size_limit(MAX_ROW_BYTES)
        read: list[bytes] = []
        reader = csv.DictReader(_decoded(stream, read), strict=True)
        while True:
            number = reader.line_num + 1
            try:
                _ = reader.fieldnames  # reads the header, and only that
                read.clear()
                fields: dict[Any, Any] | None = next(reader, None)
            except csv.Error as error:
                yield Row(number, {}, ("bad_csv", f"The row is not CSV: {error}."), b"".join(read))
                continue
            if fields is None:
                return
            yield replace(_record(max(number, 2), fields), raw=b"".join(read))


def _decoded(stream: BinaryIO, read: list[bytes]) -> Iterator[str]:
    """Yield the lines of a CSV file, and keep each as it is read."""
    for line in stream:
        read.append(line)
        yield line.decode("utf-8", "surrogateescape").removeprefix("\ufeff")


def csv_header(path: Path) -> bytes:
    """Return the header of a CSV file as it stands there, over several lines where a name has line breaks."""
    read: list[bytes] = []
    with path.open("rb") as stream:
        next(csv.reader(_decoded(stream, read), strict=True), None)
    return b"".join(read)


def _record(number: int, fields: dict[Any, Any]) -> Row:
    if None in fields:
        return Row(number, {}, ("ragged_row", "The row has more cells than the header has columns."))
    if not all(_is_unicode(text) for pair in fields.items() for text in pair if text is not None):
        return Row(number, {}, ("not_utf8", "The row is not UTF-8; convert the file, for example with iconv."))
    return Row(number, {name: None if value in _NO_VALUE else value for name, value in fields.items()})


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _parquet(path: Path) -> Any:  # noqa: ANN401 - pyarrow has no types
    from pyarrow import ArrowInvalid, parquet  # type: ignore[import-untyped]  # noqa: PLC0415 - in no service extra

    try:
        return parquet.ParquetFile(path)
    except ArrowInvalid as error:
        raise UnreadableDatasetError(f"{path} is not Parquet: {error}") from error


def _batches(file: Any) -> Iterator[Row]:  # noqa: ANN401 - pyarrow has no types
    numbers = itertools.count(1)
    for batch in file.iter_batches(batch_size=_PEEKED):
        yield from (Row(next(numbers), fields) for fields in batch.to_pylist())
