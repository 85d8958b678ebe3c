"""A data set's kept rows, as they stand in it."""

import json
from pathlib import Path

import pytest

from service.filter.dataset import DataSet, columns, digest_of
from service.lint.rows import UnreadableDatasetError


def kept(path: Path, content: bytes, numbers: set[int]) -> bytes:
    """Return what is written where the rows of some numbers are kept."""
    path.write_bytes(content)
    data = DataSet(path)
    out = data.beside("kept")
    assert len(numbers) == data.write(out, numbers.__contains__)
    assert [path.name, out.name] == sorted(each.name for each in path.parent.iterdir())
    return out.read_bytes()


def test_lines_are_copied_byte_for_byte(tmp_path: Path) -> None:
    """Blanks, escapes and the order of columns stay; a last line gets its end."""
    lines = [b'{"b":1, "a":"\\u00e9"}\r\n', b"\n", b"{oops\n", b'  {"a" : 1.0}\n', b'{"a": 3}']
    assert lines[0] + lines[3] + b'{"a": 3}\n' == kept(tmp_path / "x.jsonl", b"".join(lines), {1, 4, 5})
    assert b"" == kept(tmp_path / "x.jsonl", b"".join(lines), set())


def test_csv_keeps_its_header_and_its_quotes(tmp_path: Path) -> None:
    """Cells over several lines stay whole."""
    content = b'\xef\xbb\xbfa,b\r\n1,"x\r\ny"\r\n\r\n"2",z\r\n3,w'
    assert b'\xef\xbb\xbfa,b\r\n1,"x\r\ny"\r\n3,w\n' == kept(tmp_path / "x.csv", content, {2, 6})


def test_an_array_stays_an_array(tmp_path: Path) -> None:
    """The values are those of the rows."""
    rows = [{"a": 1}, {"a": "é", "b": None}, {"a": 3}]
    assert rows[1:] == json.loads(kept(tmp_path / "x.json", json.dumps(rows).encode(), {2, 3}))


def test_parquet_keeps_types_row_groups_and_compression(tmp_path: Path) -> None:
    """Rows are taken from every row group by their position."""
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet  # noqa: PLC0415 - skipped without

    schema = pa.schema([("n", pa.int16()), ("t", pa.list_(pa.string())), ("when", pa.timestamp("ms"))])
    table = pa.table({"n": range(10), "t": [["a"]] * 10, "when": range(10)}, schema=schema)
    path, out = tmp_path / "x.parquet", tmp_path / "y.parquet"
    parquet.write_table(table, path, row_group_size=4, compression="zstd")
    assert 3 == DataSet(path).write(out, {1, 5, 10}.__contains__)
    found = parquet.ParquetFile(out)
    assert table.take([0, 4, 9]) == found.read()
    assert "ZSTD" == found.metadata.row_group(0).column(0).compression
    assert 3 == found.num_row_groups
    assert 0 == DataSet(path).write(out, lambda _: False)
    assert schema == parquet.ParquetFile(out).schema_arrow


def test_a_folder_is_written_as_parquet_beside_it(tmp_path: Path) -> None:
    """As `save_to_disk` leaves one."""
    datasets = pytest.importorskip("datasets")
    folder = tmp_path / "cot"
    datasets.Dataset.from_dict({"a": [1, 2, 3]}).save_to_disk(str(folder))
    data = DataSet(folder)
    assert tmp_path / "cot.train.kept.parquet" == data.beside("kept")
    assert 2 == data.write(data.beside("kept"), {1, 3}.__contains__)
    assert [1, 3] == [row.fields["a"] for row in DataSet(data.beside("kept")).rows()]


def test_each_data_set_has_files_of_its_own(tmp_path: Path) -> None:
    """Whatever lies in one folder under one stem, and each part of it."""
    (tmp_path / "cot").mkdir()
    data = [DataSet(tmp_path / name) for name in ("cot.jsonl", "cot.json", "cot.parquet")]
    parts = [DataSet(tmp_path / "cot", split) for split in ("train", "test")]
    names = {each.beside("kept").name for each in [*data, *parts]}
    assert {
        "cot.jsonl.kept.jsonl",
        "cot.json.kept.json",
        "cot.parquet.kept.parquet",
        "cot.train.kept.parquet",
        "cot.test.kept.parquet",
    } == names
    assert 5 == len({each.beside("scores", ".jsonl") for each in [*data, *parts]})
    assert parts[0].digest() != parts[1].digest()


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    """An earlier file of that name stays as it was."""
    path, out = tmp_path / "x.jsonl", tmp_path / "out.jsonl"
    path.write_text('{"a": 1}\n')
    out.write_text("before")

    def fails(_: int) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        DataSet(path).write(out, fails)
    assert ["out.jsonl", "x.jsonl"] == sorted(each.name for each in tmp_path.iterdir())
    assert "before" == out.read_text()


def test_a_digest_tells_changed_data(tmp_path: Path) -> None:
    """Of a file its bytes count, of a folder the names of its files as well."""
    one, other = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    one.write_text('{"a": 1}\n')
    other.write_text('{"a": 1}\n')
    assert DataSet(one).digest() == DataSet(other).digest()
    before = DataSet(tmp_path).digest()
    other.rename(tmp_path / "c.jsonl")
    assert before != DataSet(tmp_path).digest()


def test_a_row_is_known_by_its_bytes_or_its_values(tmp_path: Path) -> None:
    """The end of its line is no part of it."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n{"a": 1}\r\n{"a": 2}')
    first, second, third = map(digest_of, DataSet(path).rows())
    assert first == second != third


@pytest.mark.parametrize(("content", "said"), [("", "no rows"), ("{oops\n", "no row can be read. The row is not JSON")])
def test_data_without_a_column_is_said(tmp_path: Path, content: str, said: str) -> None:
    """Nothing could be asked about it."""
    path = tmp_path / "a.jsonl"
    path.write_text(content)
    with pytest.raises(UnreadableDatasetError, match=said):
        columns(DataSet(path))
