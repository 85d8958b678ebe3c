"""Reading data sets: every format, and every way in which a row can be broken."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.lint import rows
from service.lint.rows import UnreadableDatasetError, csv_header, read_file

GOOD = b'{"prompt": "a", "answer": "1"}\n'


def read(path: Path, content: bytes) -> list[tuple[int, dict[str, Any] | str]]:
    """Return each row's number with its fields, or with the code of its fault."""
    path.write_bytes(content)
    return [(row.number, row.fault[0] if row.fault else row.fields) for row in read_file(path)]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b'{"prompt": \n', "bad_json"),
        (b"[1]\n", "not_an_object"),
        (b"72\n", "not_an_object"),
        (b'{"prompt": "\xff"}\n', "not_utf8"),
        (b"[" * 100_000 + b"\n", "bad_json"),
        (b'{"n": ' + b"9" * 5000 + b"}\n", "bad_json"),
    ],
)
def test_a_broken_line_is_named_and_the_others_are_read(tmp_path: Path, line: bytes, fault: str) -> None:
    """The fault has the line's number, blank lines counted, and the rows around it are whole."""
    good = json.loads(GOOD)
    assert [(1, good), (3, fault), (4, good)] == read(tmp_path / "x.jsonl", GOOD + b"\n" + line + GOOD)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    """Some editors write one at the beginning of a file."""
    assert [(1, json.loads(GOOD))] == read(tmp_path / "x.jsonl", b"\xef\xbb\xbf" + GOOD)


def test_a_huge_row_is_skipped_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row over the limit is named, and the next one is read."""
    monkeypatch.setattr(rows, "MAX_ROW_BYTES", 50)
    huge = b'{"prompt": "' + b"x" * 500 + b'"}\n'
    assert [(1, json.loads(GOOD)), (2, "huge_row"), (3, json.loads(GOOD))] == read(
        tmp_path / "x.jsonl", GOOD + huge + GOOD
    )


@pytest.mark.parametrize("content", [b"", b"\n\n"])
@pytest.mark.parametrize("name", ["x.jsonl", "x.csv"])
def test_an_empty_file_has_no_rows(tmp_path: Path, name: str, content: bytes) -> None:
    """It has no columns either."""
    assert [] == read(tmp_path / name, content)


@pytest.mark.parametrize(
    "text",
    [
        '[{"a": 1}, {"a": 2}]',
        '[\n  {"a": 1},\n  {"a": 2}\n]\n',
        '{"a": 1}\n{"a": 2}\n',
        '{\n "a": [1, 2]\n}',
    ],
)
def test_json_holds_an_array_or_lines_or_columns(tmp_path: Path, text: str) -> None:
    """Each of the layouts of `.json` gives the same rows."""
    assert [(1, {"a": 1}), (2, {"a": 2})] == read(tmp_path / "x.json", text.encode())


@pytest.mark.parametrize("text", [b"[1, 2", b'{\n"a": 1\n}', b'[{"a": "\xff"}]'])
def test_json_that_is_no_list_of_rows_is_refused(tmp_path: Path, text: bytes) -> None:
    """There is nothing to go on with."""
    with pytest.raises(UnreadableDatasetError):
        read(tmp_path / "x.json", text)


def test_csv_rows_have_the_number_of_their_first_line(tmp_path: Path) -> None:
    """A quoted cell may hold newlines; what pandas takes for no value is none; a long row is a fault."""
    content = b'\xef\xbb\xbfprompt,answer\n"two\nlines",1\nb,NA\nc,2,3\n\xff,4\ne\n'
    expected: list[tuple[int, dict[str, Any] | str]] = [
        (2, {"prompt": "two\nlines", "answer": "1"}),
        (4, {"prompt": "b", "answer": None}),
        (5, "ragged_row"),
        (6, "not_utf8"),
        (7, {"prompt": "e", "answer": None}),
    ]
    assert expected == read(tmp_path / "x.csv", content)


def test_broken_csv_is_named(tmp_path: Path) -> None:
    """A quote that is never closed takes the rest of the file with it."""
    assert [(2, {"prompt": "a", "answer": "1"}), (3, "bad_csv")] == read(
        tmp_path / "x.csv", b'prompt,answer\na,1\n"b,2\nc,3\n'
    )


def test_parquet_is_read_in_batches(tmp_path: Path) -> None:
    """Its rows are numbered from 1."""
    parquet = pytest.importorskip("pyarrow.parquet")
    arrow = pytest.importorskip("pyarrow")
    parquet.write_table(arrow.table({"prompt": ["a"] * 600, "answer": list(range(600))}), tmp_path / "x.parquet")
    found = list(read_file(tmp_path / "x.parquet"))
    assert (600, {"prompt": "a", "answer": 599}) == (found[-1].number, found[-1].fields)
    assert 600 == len(found)


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    """The suffix alone does not make it one."""
    pytest.importorskip("pyarrow")
    with pytest.raises(UnreadableDatasetError):
        read(tmp_path / "x.parquet", GOOD)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """The message has its name."""
    with pytest.raises(UnreadableDatasetError, match="gone"):
        read_file(tmp_path / "gone.jsonl")


@pytest.mark.parametrize(
    ("name", "head", "lines"),
    [
        ("x.jsonl", b"", [b'{"a": 1.0}\n', b' {"a" :2}\n', b'{"a": \n', b'{"a": 3}']),
        ("x.csv", b"\xef\xbb\xbfa,b\r\n", [b'1,"x\r\ny"\r\n', b"2,3,4\r\n", b"5,\r\n"]),
        ("x.csv", b'"a\nb"\n', [b"1\n", b"NA\n"]),
    ],
)
def test_a_row_of_text_is_kept_as_it_stands(tmp_path: Path, name: str, head: bytes, lines: list[bytes]) -> None:
    """Who copies rows copies their bytes, and those of a header over several lines."""
    path = tmp_path / name
    path.write_bytes(head + b"".join(lines))
    assert lines == [row.raw for row in read_file(path)]
    assert head == (csv_header(path) if name == "x.csv" else b"")
