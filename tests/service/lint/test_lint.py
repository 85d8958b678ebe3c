"""`touchstone lint`, run as a person runs it, scored by the real service."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service.cli.commands import app

DATA = Path("../shared/data")
ENVIRONMENT = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}


def run(url: str, *arguments: str) -> tuple[int, str]:
    """Return the exit code and everything printed."""
    result = CliRunner().invoke(app, ["lint", *arguments, "--url", url], env=ENVIRONMENT)
    return result.exit_code, result.output


def plain(url: str, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Return the exit code and the report as JSON."""
    result = CliRunner().invoke(app, ["lint", *arguments, "--url", url, "--json"], env=ENVIRONMENT)
    return result.exit_code, json.loads(result.stdout)


def checks(report: dict[str, Any]) -> list[tuple[str, str | None, list[int]]]:
    """Return what was found, of which reward, in which rows; notes left out."""
    return [(one["check"], one["reward"], one["rows"]) for one in report["findings"] if one["level"] != "note"]


def written(path: Path, rows: Sequence[object]) -> str:
    """Write rows as JSON lines and return the file's name."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


@pytest.fixture
def clean(tmp_path: Path) -> str:
    """Rows that have nothing wrong with them."""
    rows = [{"question": f"What is {n} + 1?", "answer": str(n + 1)} for n in range(5)]
    return written(tmp_path / "clean.jsonl", rows)


def test_a_clean_data_set_ends_with_0(live_url: str, clean: str) -> None:
    """The summary says that nothing was found."""
    code, output = run(live_url, clean, "--reward", "math_equal@v2")
    assert 0 == code
    assert "5 rows of clean.jsonl, 1 reward: nothing found." in output


def test_references_that_cannot_be_read_are_named(live_url: str, tmp_path: Path) -> None:
    """By row, with what the reward itself says of them; an empty one is told apart."""
    rows = [{"prompt": "a", "answer": "33"}, {"prompt": "b", "answer": "1000"}, {"prompt": "c", "answer": None}]
    code, report = plain(live_url, written(tmp_path / "x.jsonl", rows), "-r", "aime_integer@v1")
    assert 1 == code
    assert [("bad_reference", "aime_integer@v1", [2]), ("missing_reference", "aime_integer@v1", [3])] == checks(report)
    assert "0 to 999" in report["findings"][0]["message"]
    assert ['row 2: answer = "1000"'] == report["findings"][0]["examples"]


def test_rows_that_no_completion_could_score_are_found(live_url: str, tmp_path: Path) -> None:
    """A reference that is compared letter for letter, and that no stripped answer can equal."""
    rows = [{"prompt": "a", "answer": "72"}, {"prompt": "b", "answer": "72 "}]
    code, report = plain(live_url, written(tmp_path / "x.jsonl", rows), "-r", "xml_correctness@v1")
    assert 1 == code
    assert [("unscorable", "xml_correctness@v1", [2])] == checks(report)
    assert "tried were" in report["findings"][0]["message"]


def test_unsolvable_puzzles_are_unscorable(live_url: str, tmp_path: Path) -> None:
    """Also for a reward that pays a little for any answer in its frame."""
    rows = [{"prompt": str(n), "target": n, "numbers": [2, 3, 4]} for n in (24, 23, 22)]
    file = written(tmp_path / "x.jsonl", rows)
    code, report = plain(live_url, file, "-r", "countdown@v1", "-r", "countdown@v2")
    unscorable = [(reward, rows) for check, reward, rows in checks(report) if check == "unscorable"]
    assert 1 == code
    assert [("countdown@v1", [2, 3]), ("countdown@v2", [2, 3])] == unscorable


def test_whole_solutions_are_told_from_answers(live_url: str, tmp_path: Path) -> None:
    """Where none of the rows earns anything, the transform that would mend it is named; and it does."""
    rows = [{"prompt": str(n), "answer": f"We add and get {n}.\n#### {n}"} for n in range(300)]
    file = written(tmp_path / "x.jsonl", rows)
    code, report = plain(live_url, file, "-r", "math_equal@v2")
    assert 1 == code
    assert ["never_pays"] == [check for check, _, _ in checks(report)]
    assert 300 == report["findings"][0]["count"]
    assert "after_hashes" in report["findings"][0]["message"]
    pytest.importorskip("trl")
    assert 0 == run(live_url, file, "-r", "math_equal@v2", "--transform", "answer=after_hashes")[0]


def test_duplicates_with_other_references_are_found(live_url: str, tmp_path: Path) -> None:
    """The rows and both references are named."""
    rows = [{"prompt": "What is it?", "answer": "1"}, {"prompt": "what is  it?", "answer": "2"}]
    code, output = run(live_url, written(tmp_path / "x.jsonl", rows), "-r", "math_equal@v2")
    assert 1 == code
    assert "rows 1, 2: what is it? -> '1' / '2'" in output


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"prompt": "a", "Final_Answer": "1"}, "--column answer=Final_Answer"),
        ({"prompt": "a", "gold": "1"}, "--column answer=gold"),
        ({"prompt": "a", "zzz": "1"}, "among prompt, zzz."),
        ({"input": "a", "answer": "1"}, "--column prompt=input"),
    ],
)
def test_columns_that_do_not_map_are_suggested(live_url: str, tmp_path: Path, row: dict[str, str], said: str) -> None:
    """The nearest name, or what data sets also call the field."""
    code, output = run(live_url, written(tmp_path / "x.jsonl", [row]), "-r", "math_equal@v2")
    assert 1 == code
    assert "missing_column" in output
    assert said in output


def test_columns_are_mapped_by_hand(live_url: str, tmp_path: Path) -> None:
    """Prompt and reference alike."""
    file = written(tmp_path / "x.jsonl", [{"input": "a", "gold": 1}])
    assert 0 == run(live_url, file, "-r", "math_equal@v2", "-c", "prompt=input", "-c", "answer=gold")[0]


def test_broken_rows_are_found_among_good_ones(live_url: str, tmp_path: Path) -> None:
    """Each by its own code and line; the empty prompt, the mixed types and the long prompt too."""
    file = tmp_path / "x.jsonl"
    lines = [
        b'{"prompt": "a", "answer": "1"}',
        b"{",
        b'{"prompt": "\xff", "answer": "1"}',
        b'{"prompt": "", "answer": "1"}',
        b'{"prompt": "c", "answer": 7}',
        b'{"prompt": "' + b"x" * 1_000_001 + b'", "answer": "1"}',
    ]
    file.write_bytes(b"\n".join(lines))
    code, report = plain(live_url, str(file), "-r", "math_equal@v2")
    assert 1 == code
    found = {(check, rows[0]) for check, _, rows in checks(report)}
    expected = {("bad_json", 2), ("not_utf8", 3), ("empty_prompt", 4), ("mixed_types", 5), ("too_long", 6)}
    assert expected == found
    assert {"x.jsonl": 6} == report["rows"]


@pytest.mark.parametrize("value", [{"a": 1}, ["1", "2"], 10**40, 1e400, True, "\ud800", "", " "])
def test_any_value_can_stand_in_a_reference(live_url: str, tmp_path: Path, value: object) -> None:
    """Whatever it is, the row next to it is scored, and the lint ends."""
    rows = [{"prompt": "a", "answer": value}, {"prompt": [{"role": "user"}, 3, {"content": "b"}], "answer": "2"}]
    code, report = plain(live_url, written(tmp_path / "x.jsonl", rows), "-r", "math_equal@v2", "-r", "f1@v1")
    assert code in {0, 1}
    assert all(2 not in found for check, _, found in checks(report) if check != "mixed_types")


def test_a_value_of_another_type_is_named(live_url: str, tmp_path: Path) -> None:
    """In a run it would take its whole batch with it; here its neighbours are scored."""
    rows = [{"prompt": str(n), "answer": ["1", "2"] if n == 3 else "1"} for n in range(9)]
    _, report = plain(live_url, written(tmp_path / "x.jsonl", rows), "-r", "math_equal@v2")
    assert [("refused", "math_equal@v2", [4]), ("mixed_types", None, [4])] == checks(report)


def test_an_empty_file_is_a_finding(live_url: str, tmp_path: Path) -> None:
    """Nothing can be trained on it."""
    code, output = run(live_url, written(tmp_path / "x.jsonl", []), "-r", "math_equal@v2")
    assert 1 == code
    assert "The data set has no rows." in output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "which rewards"),
        (["-r", "math_equl@v2"], "math_equal@v2"),
        (["-r", "math_equal@v2", "-c", "answr=answer"], "these rewards know answer, prompt"),
        (["-r", "math_equal@v2", "-c", "completion=response"], "lint reads no completions"),
        (["-r", "math_equal@v2", "-c", "answer"], "write FIELD=COLUMN"),
        (["-r", "math_equal@v2", "--params", "math_equal@v2={"], "not JSON"),
        (["-r", "math_equal@v2", "--params", "math_equal@v2=1"], "write an object"),
        (["-r", "math_equal@v2", "--params", 'math_equal@v2={"x": 1}'], "The params are refused: x: "),
        (["-r", "math_equal@v2", "--params", "other@v1={}"], "none of the rewards"),
    ],
)
def test_a_wrong_command_ends_with_2(live_url: str, clean: str, arguments: list[str], said: str) -> None:
    """And with one sentence that says what to change."""
    code, output = run(live_url, clean, *arguments)
    assert 2 == code
    assert said in output


def test_other_files_are_refused(live_url: str, tmp_path: Path) -> None:
    """The suffixes that are read are named."""
    file = tmp_path / "x.txt"
    file.write_text("a")
    code, output = run(live_url, str(file), "-r", "math_equal@v2")
    assert 2 == code
    assert ".jsonl" in output


def test_the_limit_is_kept(live_url: str, clean: str) -> None:
    """No more rows are looked at."""
    _, report = plain(live_url, clean, "-r", "math_equal@v2", "--limit", "2")
    assert {"clean.jsonl": 2} == report["rows"]


def test_without_rows_the_rewards_are_still_compared(live_url: str, clean: str) -> None:
    """No rows that were looked at are no empty data set."""
    code, report = plain(live_url, clean, "-r", "math_equal@v2", "-r", "think_format@v1", "--limit", "0")
    assert 0 == code, report["findings"]
    assert report["frames"]["earned"]


def test_group_rewards_take_part(live_url: str, clean: str) -> None:
    """Their honest completion is one of a group."""
    code, report = plain(live_url, clean, "-r", "math_equal@v2", "-r", "majority_vote@v1")
    assert 0 == code
    boxed = next(each for each in report["frames"]["earned"] if each["frame"] == "\\boxed{x}")
    assert 1.0 == boxed["majority_vote@v1"]["value"]


def test_a_saved_data_set_is_read_from_its_folder(live_url: str, tmp_path: Path) -> None:
    """As `save_to_disk` leaves it."""
    datasets = pytest.importorskip("datasets")
    pytest.importorskip("trl")
    rows = datasets.Dataset.from_dict({"prompt": ["a", "b"], "answer": ["1", "2"]})
    rows.save_to_disk(str(tmp_path / "saved"))
    code, report = plain(live_url, str(tmp_path / "saved"), "-r", "math_equal@v2")
    assert 0 == code
    assert {"saved": 2} == report["rows"]


def test_a_folder_of_files_is_read(live_url: str, tmp_path: Path) -> None:
    """As the trainer loads it; another split than it has, or nothing at all, cannot be read."""
    pytest.importorskip("trl")
    for name in ("files", "empty"):
        (tmp_path / name).mkdir()
    written(tmp_path / "files" / "train.jsonl", [{"prompt": "a", "answer": "1"}])
    code, report = plain(live_url, str(tmp_path / "files"), "-r", "math_equal@v2")
    assert (0, {"files": 1}) == (code, report["rows"])
    for folder, split in (("files", "test"), ("empty", "train")):
        code, report = plain(live_url, str(tmp_path / folder), "-r", "math_equal@v2", "--split", split)
        assert (1, [("unreadable_dataset", None, [])]) == (code, checks(report))


def test_a_file_that_is_not_what_it_says_is_a_finding(live_url: str, tmp_path: Path) -> None:
    """Where no row can be told from another."""
    (tmp_path / "x.json").write_text("[1, 2")
    code, report = plain(live_url, str(tmp_path / "x.json"), "-r", "math_equal@v2")
    assert (1, [("unreadable_dataset", None, [])]) == (code, checks(report))


def test_large_puzzles_are_not_tried(live_url: str, tmp_path: Path) -> None:
    """Which is said, and is no fault of theirs."""
    rows = [{"prompt": "a", "target": 100, "numbers": [1, 2, 3, 4, 5]}]
    code, report = plain(live_url, written(tmp_path / "x.jsonl", rows), "-r", "countdown@v2")
    assert (0, ["not_tried", "not_compared"]) == (code, [one["check"] for one in report["findings"]])


def test_an_unknown_transform_is_refused(live_url: str, clean: str) -> None:
    """With those there are."""
    pytest.importorskip("trl")
    code, output = run(live_url, clean, "-r", "math_equal@v2", "--transform", "answer=after_hash")
    assert 2 == code
    assert "after_hashes" in output


def test_gsm8k_is_clean(live_url: str) -> None:
    """The published rows have nothing wrong with them for the reward that is made for them."""
    file = DATA / "gsm8k" / "test.jsonl"
    if not file.exists():
        pytest.skip(f"{file} is not on this machine")
    code, report = plain(live_url, str(file), "-r", "gsm8k_answer@v2")
    assert 0 == code, report["findings"]
    assert {"test.jsonl": 1319} == report["rows"]
