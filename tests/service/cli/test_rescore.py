"""`touchstone rescore`, run as a person runs it, with a real service and a real record."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from service.cli._local_service import local_service
from service.cli.commands import app
from service.database.engine import open_database
from tests.service.record.recorded import Asked, Recorded, scored

WIDE = {"COLUMNS": "220", "NO_COLOR": "1", "TERM": "dumb"}
OLD, NEW = "math_equal@v1", "math_equal@v2"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """One service for all."""
    with local_service() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, in which the record is too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOUCHSTONE_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("TOUCHSTONE_DATABASE_URL", raising=False)
    return tmp_path


@pytest.fixture
def engine(folder: Path) -> Iterator[Engine]:
    """The record's database."""
    found = open_database(f"sqlite:///{folder}/data/touchstone.db")
    yield found
    found.dispose()


def run(*arguments: object) -> tuple[int, str]:
    """Return the exit code and everything printed."""
    result = CliRunner().invoke(app, ["rescore", *map(str, arguments)], env=WIDE, prog_name="touchstone")
    return result.exit_code, result.output


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def asked(values: list[float], completions: list[str], step: int, **more: Any) -> Asked:  # noqa: ANN401
    """Return a request for sums whose answer is 4, of which some texts are kept."""
    texts = {
        place: {"completion": text, "reference": {"answer": "4"}} for place, text in enumerate(completions) if text
    }
    outcomes = {OLD: [scored(value) for value in values]}
    return Asked(outcomes, request_id=f"q{step}", step=step, prompt="What is 2 + 2?", texts=texts, **more)


def test_a_run_is_scored_again(url: str, folder: Path, engine: Engine) -> None:
    """It says how much text there is, lists flips side by side, and the groups that training would notice."""
    record = Recorded(engine, folder / "data" / "texts")
    record.add("local", "exp/7", asked([1, 0, 1], ["\\boxed{5}", "\\boxed{4}", ""], 1))
    record.add("local", "exp/7", asked([1, 0], ["\\boxed{4}", "\\boxed{5}"], 2))
    code, output = run("exp/7", "--with", NEW, "--url", url)
    assert 0 == code, output
    assert "4 of 5 samples have their text (80.0%)" in output
    assert "step 1, position 0, request q1" in output
    out = folder / f"exp_7.{NEW}.rescored.jsonl"
    flips, (group, summary) = lines(out)[:2], lines(out)[2:]
    assert [("flip", -1.0), ("flip", 1.0)] == [(each["what"], each["change"]) for each in flips]
    assert ("equal", True) == (flips[0]["old"]["reason"], bool(flips[0]["new"]["explanation"]))
    assert ("turned", [1, 0], [0, 1], True) == (
        *(group[name] for name in ("became", "old", "new")),
        group["group"].startswith("step 1, prompt "),
    )
    wanted = {"compared": 4, "equal": 2, "up": 1, "down": 1, "mean_change": 0.0, "groups": 2, "groups_turned": 1}
    assert wanted == {name: summary[name] for name in wanted}


def test_it_goes_on_where_it_stopped(url: str, folder: Path, engine: Engine) -> None:
    """Samples that came since are scored too, and nothing is scored twice."""
    record = Recorded(engine, folder / "data" / "texts")
    record.add("local", "r", asked([1], ["\\boxed{4}"], 1))
    journal = folder / f"r.{NEW}.rescored.jsonl.journal"
    assert 0 == run("r", "--with", NEW, "--url", url)[0]
    record.add("local", "r", asked([1], ["\\boxed{4}"], 2))
    code, output = run("r", "--with", NEW, "--url", url)
    assert (0, True, 3) == (code, "1 samples were scored before" in output, len(lines(journal)))
    assert [0, 1] == [line["row"] for line in lines(journal)[1:]]
    code, output = run("r", "--with", OLD, "--out", folder / f"r.{NEW}.rescored.jsonl", "--url", url)
    assert (2, True) == (code, "--restart forgets it" in output)


def test_a_record_that_is_not_there_is_not_made(url: str, folder: Path) -> None:
    """Who forgot to say where it is would look through an empty one."""
    code, output = run("r", "--with", NEW, "--url", url)
    assert (2, True, False) == (code, "set TOUCHSTONE_DATA or" in output, (folder / "data").exists())


def test_recorded_params_are_used_unless_others_are_named(url: str, folder: Path, engine: Engine) -> None:
    """Those that the new version does not take are said, with what to do."""
    record = Recorded(engine, folder / "data" / "texts")
    record.add("local", "r", asked([1], ["\\boxed{4}"], 1, params={"strange": 1}))
    code, output = run("r", "--with", NEW, "--url", url)
    assert (2, True) == (code, "They are those that math_equal@v1 was scored with" in output), output
    assert "The params are refused: strange: There is no such field" in output
    assert 0 == run("r", "--with", NEW, "--params", f"{NEW}={{}}", "--url", url)[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["absent", "--with", NEW], "the team local has no run 'absent' in sqlite:///"),
        (["[red]", "--with", NEW], "no run '[red]'"),
        (["f.txt", "--with", NEW], "f.txt is a file, and none of .csv"),
        (["r", "--with", NEW, "--team", "other"], "There is one of local: --team local"),
        (["r", "--with", "step_arithmetic@v1"], "It has math_equal@v1: name one with --reward"),
        (["r", "--with", "absent@v1"], "absent@v1"),
        (["r", "--with", NEW, "--value-column", "x"], "so it is a run"),
        (["r", "--with", NEW, "--params", "other@v1={}"], "that reward is not asked"),
        (["r", "--with", NEW], "there is no text to score again"),
        (["f.jsonl", "--with", NEW], "what was said of the rows before?"),
        (["f.jsonl", "--with", NEW, "--from", NEW], "there is nothing to compare"),
        (["f.jsonl", "--with", NEW, "--value-column", "score"], "the columns are"),
        (["f.jsonl", "--with", NEW, "--from", OLD, "--reward", OLD], "--reward is for runs"),
    ],
)
def test_what_cannot_be_done_is_said(url: str, folder: Path, engine: Engine, arguments: list[str], words: str) -> None:
    """With what to do about it, and the exit code 2."""
    Recorded(engine, folder / "data" / "texts").add("local", "r", Asked({OLD: [scored(1.0)]}))
    (folder / "f.jsonl").write_text('{"completion": "4", "answer": "4"}\n')
    (folder / "f.txt").touch()
    code, output = run(*arguments, "--url", url)
    assert (2, True) == (code, words in output), output


def test_a_reward_of_groups_is_asked_about_whole_groups(url: str, folder: Path, engine: Engine) -> None:
    """A part of one would be voted on as if it were all: it is left out, and that is said first."""
    record, again = Recorded(engine, folder / "data" / "texts"), ("--reward", OLD, "--url", url)
    record.add("local", "r", asked([1, 1, 0], ["\\boxed{5}", "\\boxed{4}", "\\boxed{4}"], 1))
    record.add("local", "r", asked([1, 0, 0], ["\\boxed{4}", "\\boxed{5}", "\\boxed{5}"], 2))
    record.add("local", "r", asked([1, 1, 0], ["\\boxed{4}", "", "\\boxed{5}"], 3))
    code, output = run("r", "--with", "majority_vote@v1", *again)
    assert 0 == code, output
    assert "8 of 9 samples have their text (88.9%)" in output
    assert "Scored again: 6 samples in 2 whole groups. Left out: 2 samples in 1 group whose other texts" in output
    summary = lines(folder / "r.majority_vote@v1.rescored.jsonl")[-1]
    wanted = {"compared": 6, "equal": 1, "up": 3, "down": 2, "groups": 2, "groups_turned": 2}
    assert wanted == {name: summary[name] for name in wanted}
    coverage = {"groups": 2, "replayed": 6, "parts": 1, "in_parts": 2, "alone": 0}
    assert coverage == {name: summary["coverage"][name] for name in coverage}
    assert ("local", "r", OLD, "majority_vote@v1") == tuple(summary[name] for name in ("team", "run", "old", "new"))
    code, output = run("r", "--with", "kimi_length@v2", *again)
    assert (1, True) == (code, "scored -> not_applicable" in output), output


def test_a_run_without_a_whole_group_is_said_to_have_none(url: str, folder: Path, engine: Engine) -> None:
    """It has texts, and a reward of samples would score them."""
    record = Recorded(engine, folder / "data" / "texts")
    record.add("local", "r", asked([1, 1], ["\\boxed{4}", ""], 1))
    code, output = run("r", "--with", "majority_vote@v1", "--reward", OLD, "--url", url)
    assert (2, True) == (code, "there is no group with all its texts to score again" in output), output


def test_a_reward_of_groups_is_asked_about_the_groups_of_a_file(url: str, folder: Path) -> None:
    """Its rows are anywhere in it; where nothing says what a group is, it is asked for."""
    path = folder / "rows.jsonl"
    texts = ["4", "5", "4", "5", "4", "4"]
    rows = [{"completion": f"\\boxed{{{text}}}", "question": f"q{n % 2}", "n": n} for n, text in enumerate(texts)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, output = run(path, "--with", "majority_vote@v1", "--value-column", "n", "--batch", 1, "--url", url)
    assert 0 == code, output
    journal = lines(folder / "rows.jsonl.majority_vote@v1.rescored.jsonl.journal")[1:]
    assert {1: 1, 3: 1, 5: 1, 2: 1, 4: 1, 6: 0} == {line["where"]["line"]: line["new"]["value"] for line in journal}
    path.write_text('{"completion": "4", "n": 1}\n')
    code, output = run(path, "--with", "majority_vote@v1", "--value-column", "n", "--url", url)
    assert (2, True) == (code, "Name one with --column group=COLUMN or prompt=COLUMN" in output), output


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_a_file_is_compared_with_its_column(url: str, folder: Path, suffix: str) -> None:
    """What has no number there is a failure and no zero."""
    rows = [
        {"response": "\\boxed{4}", "gold": "4", "score": 1.0, "group": "g"},
        {"response": "\\boxed{5}", "gold": "4", "score": 1.0, "group": "g"},
        {"response": "\\boxed{4}", "gold": "4", "score": None, "group": "h"},
    ]
    path = folder / f"rows{suffix}"
    if suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows) + "{oops\n")
    else:
        arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        parquet.write_table(arrow.Table.from_pylist(rows), path)
    chosen = ("--value-column", "score", "--column", "answer=gold", "--url", url)
    code, output = run(path, "--with", NEW, *chosen)
    assert 0 == code, output
    found = lines(folder / f"rows{suffix}.{NEW}.rescored.jsonl")
    assert ["flip", "failure", "group", "summary"] == [line["what"] for line in found]
    assert ("woken", 2, "no_value") == (found[2]["became"], found[3]["compared"], found[1]["old"]["kind"])


def test_a_file_is_scored_with_both_versions(url: str, folder: Path) -> None:
    """Samples that have no value any more cost the exit code, unless that is accepted."""
    path = folder / "rows.jsonl"
    path.write_text('{"response": "x", "answer": null}\n')
    code, output = run(path, "--with", NEW, "--from", OLD, "--out", "none.jsonl", "--url", url)
    assert (1, True) == (code, "missing_reference -> missing_reference" in output), output
    path.write_text('{"response": "\\\\boxed{4}", "answer": "4"}\n{"response": "x"}\n')
    code, output = run(path, "--with", NEW, "--from", OLD, "--url", url)
    assert (0, True) == (code, "missing_reference -> missing_reference" in output), output
    code, output = run(path, "--with", "step_arithmetic@v1", "--from", NEW, "--url", url)
    assert (0, True) == (code, "missing_reference -> scored" in output), output
    code, output = run(path, "--with", NEW, "--from", "step_arithmetic@v1", "--out", "back.jsonl", "--url", url)
    assert (1, True) == (code, "scored -> missing_reference" in output), output
    again = ("--out", "back.jsonl", "--url", url, "--allow-failures")
    assert 0 == run(path, "--with", NEW, "--from", "step_arithmetic@v1", *again)[0]
