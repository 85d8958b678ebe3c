"""The file that lets a long job stop anywhere and go on."""

from pathlib import Path
from typing import Any

import pytest

from service.journal import Journal, JournalError

JOB = {"command": "filter", "keep": ["a@v1>=1"]}


def written(path: Path, *records: dict[str, Any]) -> list[int]:
    """Add some records, and return the rows of all that the journal has."""
    with Journal(path, JOB) as journal:
        journal.append(records)
        return [record["row"] for record in journal.records()]


def test_the_last_record_of_a_row_counts(tmp_path: Path) -> None:
    """A row that failed and was asked again stands there twice."""
    assert [2, 7, 2] == written(tmp_path / "j", {"row": 2, "x": 1}, {"row": 7, "x": 2}, {"row": 2, "x": 3})
    with Journal(tmp_path / "j", JOB) as journal:
        assert [(7, 2), (2, 3)] == [(each["row"], each["x"]) for each in journal.latest()]


def test_records_are_in_the_file_at_once(tmp_path: Path) -> None:
    """They outlive a process that does not end well."""
    with Journal(tmp_path / "j", JOB) as journal:
        journal.append([{"row": 1}])
        assert [1, 2] == written(tmp_path / "j", {"row": 2})


@pytest.mark.parametrize("torn", ['{"row": 2', '{"row": 2}', "{", "\x00"])
def test_a_torn_line_is_dropped(tmp_path: Path, torn: str) -> None:
    """A line without an end was being written when the job was killed; the row is asked about again."""
    path = tmp_path / "j"
    written(path, {"row": 1})
    with path.open("a") as sink:
        sink.write(torn)
    assert [1, 3] == written(path, {"row": 3})


def test_another_job_does_not_go_on(tmp_path: Path) -> None:
    """What changed is named."""
    path = tmp_path / "j"
    written(path)
    with pytest.raises(JournalError, match=r'keep was \["a@v1>=1"\], is \["b@v1>=1"\]'):
        Journal(path, {**JOB, "keep": ["b@v1>=1"]})
    with pytest.raises(JournalError, match="other data"):
        Journal(path, {**JOB, "data": "sha256:" + "0" * 64})


def test_what_was_missing_at_first_may_come_later(tmp_path: Path) -> None:
    """Its first value is kept with the records; another value, or none any more, is another job."""
    path = tmp_path / "j"
    with Journal(path, {**JOB, "judge": None}) as journal:
        journal.append([{"row": 1}])
    with pytest.raises(JournalError, match='judge was null, is "m"'):
        Journal(path, {**JOB, "judge": "m"})
    for _ in range(2):
        with Journal(path, {**JOB, "judge": "m"}, later=["judge"]) as journal:
            assert [{"row": 1}] == list(journal.records())
    for other in ("n", None):
        with pytest.raises(JournalError, match='judge was "m"'):
            Journal(path, {**JOB, "judge": other}, later=["judge"])
    assert [path] == list(tmp_path.iterdir())


@pytest.mark.parametrize("content", ["hello\n", "[1]\n", '{"prompt": "a"}\n', "\n"])
def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path, content: str) -> None:
    """Nothing is added to it."""
    path = tmp_path / "j"
    path.write_text(content)
    with pytest.raises(JournalError, match="no file of this command"):
        Journal(path, JOB)
    assert content == path.read_text()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """The reason is the system's."""
    with pytest.raises(JournalError, match="cannot be written: No such file"):
        Journal(tmp_path / "no" / "j", JOB)
