"""`touchstone filter`, run as a person runs it, with a real service."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service.calibration.store import Store
from service.cli._local_service import local_service
from service.cli.commands import app
from tests.service.judging.scripted_server import MODEL, scripted_thread
from tests.service.judging.scripts import SCRIPTS

WIDE = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
TRUE, FALSE = "step_arithmetic@v1>=0.5", "step_arithmetic@v1<0.5"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """One service for all."""
    with local_service() as running:
        yield running


def cot(folder: Path, count: int = 4) -> Path:
    """Return a file of solutions, every fourth of them with a false equation."""
    path = folder / "cot.jsonl"
    rows = [
        {"question": f"What is {n} + 2?", "response": f"We add {n} + 2 = {n + 2 + (n % 4 == 3)}.", "answer": n + 2}
        for n in range(count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def run(*arguments: object) -> tuple[int, str]:
    """Return the exit code and everything printed."""
    result = CliRunner().invoke(app, ["filter", *map(str, arguments)], env=WIDE, prog_name="touchstone")
    return result.exit_code, result.output


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_kept_rows_are_untouched_and_scores_lie_beside(url: str, tmp_path: Path) -> None:
    """And a table says what became of the rows, and why."""
    path = cot(tmp_path)
    code, output = run(path, "--keep", TRUE, "--keep", "math_equal@v2 == 1", "--url", url)
    assert 0 == code, output
    assert path.read_text().splitlines()[:3] == (tmp_path / "cot.jsonl.kept.jsonl").read_text().splitlines()
    assert [True, True, True, False] == [
        line["fate"] == "kept" for line in lines(tmp_path / "cot.jsonl.scores.jsonl")[1:]
    ]
    assert "not step_arithmetic@v1>=0.5" in output
    assert "false_equation 1" in output
    assert "3 kept rows:" in output
    assert "values of math_equal@v2" in output


def test_the_same_command_asks_nothing_again(url: str, tmp_path: Path) -> None:
    """Another condition does not go on with its scores, and says what to do."""
    path = cot(tmp_path)
    assert 0 == run(path, "-k", TRUE, "--url", url)[0]
    before = (tmp_path / "cot.jsonl.scores.jsonl").read_bytes()
    code, output = run(path, "-k", TRUE, "--url", url)
    assert (0, True) == (code, "4 rows are done already" in output)
    assert before == (tmp_path / "cot.jsonl.scores.jsonl").read_bytes()
    code, output = run(path, "-k", FALSE, "--url", url)
    assert (2, True) == (code, "--restart forgets it" in output)
    path.write_text(path.read_text() + '{"response": "Fine."}\n')
    assert "other data" in run(path, "-k", TRUE, "--url", url)[1]
    assert 0 == run(path, "-k", FALSE, "--url", url, "--restart")[0]
    assert 1 == len(lines(tmp_path / "cot.jsonl.kept.jsonl"))


def test_a_failure_is_not_dropped(url: str, tmp_path: Path) -> None:
    """It is listed by kind, costs the exit code, and can be accepted."""
    path = cot(tmp_path, 2)
    path.write_text(path.read_text() + '{"response": "4", "answer": null}\n{oops\n{"response": "4", "question": 7}\n')
    code, output = run(path, "-k", "math_equal@v2==1", "--url", url)
    assert 1 == code
    assert "missing_reference" in output
    assert "bad_json" in output
    assert "3 rows were not judged and are not kept" in output
    assert 2 == len(lines(tmp_path / "cot.jsonl.kept.jsonl"))
    assert 0 == run(path, "-k", "math_equal@v2==1", "--url", url, "--allow-failures")[0]


def test_a_dry_run_writes_nothing(url: str, tmp_path: Path) -> None:
    """It shows what would become of the first rows."""
    path = cot(tmp_path)
    code, output = run(path, "-k", TRUE, "-k", "math_equal@v2==1", "--url", url, "--dry-run", "4")
    assert 0 == code
    assert (3, 1, 1) == (output.count(" kept "), output.count(" dropped "), output.count("not asked"))
    assert [path] == list(tmp_path.iterdir())


def test_without_a_judge_it_stops_and_says_how_to_get_one(url: str, tmp_path: Path) -> None:
    """Every row would fail alike."""
    path = cot(tmp_path, 600)
    code, output = run(path, "-k", "faithfulness@v1>=0.5", "--url", url)
    assert 1 == code
    assert "TOUCHSTONE_JUDGE_URL" in output


def test_what_was_begun_without_a_judge_goes_on_with_one(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same command once more is enough; another judge is another job."""
    path = cot(tmp_path, 3)
    keep = ("-k", "faithfulness@v1>=0.5")
    code, output = run(path, *keep, "--url", url)
    assert (1, True) == (code, "run the same command once more" in output)
    monkeypatch.setenv("TOUCHSTONE_JUDGE_CACHE", str(tmp_path / "cache" / "judge.sqlite3"))
    with scripted_thread(SCRIPTS["fair"]) as judge:
        monkeypatch.setenv("TOUCHSTONE_JUDGE_URL", judge.url)
        monkeypatch.setenv("TOUCHSTONE_JUDGE_MODEL", MODEL)
        code, output = run(path, *keep)
        assert 0 == code, output
        monkeypatch.setenv("TOUCHSTONE_JUDGE_MODEL", "other")
        code, output = run(path, *keep)
    assert (2, True) == (code, f'judge was "{MODEL}", is "other"' in output), output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "which rows are to be kept?"),
        (["-k", "step_arithmetic@v1"], "is no condition"),
        (["-k", "step_arithmetic@v1>=2"], "no row would be kept"),
        (["-k", "step_arithmetics@v1>=0.5"], "step_arithmetic@v1"),
        (["-k", "majority_vote@v1>=0.5"], "compares the completions of a group"),
        (["-k", "step_arithmetic@v1>=calibrated", "--calibrations", "no.json"], "touchstone calibrate"),
        (["-k", TRUE, "-c", "completion=text"], "no row has text; the columns are answer, question, response"),
        (["-k", TRUE, "-c", "x"], "write FIELD=COLUMN"),
        (["-k", "countdown@v1>=0.5"], "countdown@v1 compares with the field"),
        (["-k", TRUE, "--params", 'step_arithmetic@v1={"x": 1}'], "The params are refused"),
        (["-k", TRUE, "--params", "math_equal@v2={}"], "no condition asks for that reward"),
        (["-k", TRUE, "--out", "kept.csv"], "name it *.jsonl"),
        (["-k", TRUE, "--out", "x.jsonl", "--scores", "x.jsonl"], "three different files"),
    ],
)
def test_wrong_usage_says_what_to_change(url: str, tmp_path: Path, arguments: list[str], said: str) -> None:
    """And nothing is written."""
    path = cot(tmp_path)
    code, output = run(path, *arguments, "--url", url)
    assert (2, True) == (code, said in output), output
    assert [path] == list(tmp_path.iterdir())


def test_a_calibrated_threshold_is_used(url: str, tmp_path: Path) -> None:
    """It stands in the report as the number that it is."""
    store = Store(tmp_path / "calibration.json")
    store.save({"judge": "", "reward": "step_arithmetic@v1", "threshold": 0.625})
    keep = ("-k", "step_arithmetic@v1>=calibrated", "--calibrations", store.path)
    code, output = run(cot(tmp_path), *keep, "--url", url)
    assert (0, True) == (code, "not step_arithmetic@v1>=0.625" in output), output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_goes_on(url: str, tmp_path: Path, number: signal.Signals) -> None:
    """Nothing is kept before the end, and the end is that of a run that was never stopped."""
    path = cot(tmp_path, 6000)
    # Whoever runs the tests in a shell's background ignores SIGINT, and so would what they start.
    command = "import signal as s; s.signal(s.SIGINT, s.default_int_handler); from service.cli import main; main()"
    arguments = ["filter", str(path), "-k", TRUE, "--url", url, "--batch", "16"]
    process = subprocess.Popen(
        [sys.executable, "-c", command, *arguments], env={**os.environ, **WIDE}, stderr=subprocess.PIPE
    )
    scores = tmp_path / "cot.jsonl.scores.jsonl"
    while not scores.exists() or scores.read_bytes().count(b"\n") < 50:
        time.sleep(0.01)
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert (130, True) == (process.returncode, b"goes on from there" in said), said
    assert not (tmp_path / "cot.jsonl.kept.jsonl").exists()
    done = scores.read_bytes().count(b"\n")
    assert done < 6000
    code, _ = run(path, "-k", TRUE, "--url", url)
    assert (0, 4500) == (code, len(lines(tmp_path / "cot.jsonl.kept.jsonl")))
    assert list(range(1, 6001)) == sorted(line["row"] for line in lines(scores)[1:])
