"""What a finding shows of the rows that have it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli.commands import app
from service.lint.findings import Findings, Level

ENVIRONMENT = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}


def lint(url: str, file: Path, *values: object) -> tuple[int, str]:
    """Return the exit code and the report on rows with such answers."""
    rows = [{"prompt": str(number), "gold": value} for number, value in enumerate(values)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    arguments = ["lint", str(file), "-r", "math_equal@v2", "-c", "answer=gold", "--url", url]
    result = CliRunner().invoke(app, arguments, env=ENVIRONMENT)
    return result.exit_code, result.stdout


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "null"), (["8"], '["8"]'), ("", '""'), (" ", '" "'), ({"a": "é"}, '{"a": "é"}')],
)
def test_a_broken_value_is_labelled_and_quoted(live_url: str, tmp_path: Path, value: object, shown: str) -> None:
    """With its row, and by the column that it stands in."""
    code, output = lint(live_url, tmp_path / "x.jsonl", "1", value)
    assert 1 == code
    assert f"    row 2: gold = {shown}\n" in output


def test_the_same_value_is_shown_once() -> None:
    """Of 3 examples, none repeats another but for its row."""
    findings = Findings()
    for row, value in enumerate(["a = 1", "a = 1", "a = 11"], 1):
        findings.add("x", Level.ERROR, "m", row=row, example=value)
    assert [["row 1: a = 1", "row 3: a = 11"]] == [found.examples for found in findings]


def test_a_number_that_the_service_refuses_is_reported(live_url: str, tmp_path: Path) -> None:
    """As a note, since the trainer client sends it as text, and beside the mixed types."""
    code, output = lint(live_url, tmp_path / "x.jsonl", "1", 5)
    assert 1 == code
    assert "warning  mixed_types    1 row: 2\n" in output
    assert "note  refused  math_equal@v2  1 row: 2\n" in output
    assert "422: Input should be a valid string" in output
    assert 0 == lint(live_url, tmp_path / "x.jsonl", 1, 5)[0]


def test_a_number_that_the_service_takes_is_not(live_url: str, tmp_path: Path) -> None:
    """As in a puzzle's target."""
    file = tmp_path / "x.jsonl"
    file.write_text('{"prompt": "a", "target": 24, "numbers": [2, 3, 4]}\n')
    result = CliRunner().invoke(app, ["lint", str(file), "-r", "countdown@v2", "--url", live_url], env=ENVIRONMENT)
    assert "refused" not in result.stdout
