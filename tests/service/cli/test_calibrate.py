"""`touchstone calibrate`, run as a person runs it, with a real service."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli._local_service import local_service
from service.cli.commands import app

WIDE = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
REWARD = ("--reward", "step_arithmetic@v1")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """One service for all."""
    with local_service() as running:
        yield running


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    """A file of solutions, every other one with a false equation in its second step."""
    path = tmp_path / "steps.jsonl"
    rows = [
        {
            "question": f"What is {n} + 2 + 3?",
            "steps": ["We add both.", f"First {n} + 2 = {n + 2 + n % 2}.", f"So {n + 2} + 3 = {n + 5}."],
            "first_mistake": 1 if n % 2 else None,
        }
        for n in range(20)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def run(*arguments: object) -> tuple[int, str]:
    """Return the exit code and everything printed."""
    result = CliRunner().invoke(app, ["calibrate", *map(str, arguments)], env=WIDE, prog_name="touchstone")
    return result.exit_code, result.output


def test_what_is_found_is_printed_and_saved(url: str, steps: Path, tmp_path: Path) -> None:
    """Rules that see every false equation are perfect here."""
    store = tmp_path / "calibration.json"
    code, output = run(steps, *REWARD, "--url", url, "--save", store, "--precision", "0.9")
    assert 0 == code, output
    assert "20 solutions, 10 with a mistake" in output
    assert 6 == output.splitlines()[3].count("100.0%")
    (entry,) = json.loads(store.read_text())["calibrations"]
    assert ("", "step_arithmetic@v1", 0.625) == (entry["judge"], entry["reward"], entry["threshold"])
    assert 1.0 == entry["figures"]["whole"]["processbench_f1"]
    assert 21 == len((tmp_path / "steps.jsonl.verdicts.jsonl").read_text().splitlines())


def test_a_draw_is_gone_on_with(url: str, steps: Path, tmp_path: Path) -> None:
    """A second run asks about the rest alone."""
    verdicts, store = tmp_path / "steps.jsonl.verdicts.jsonl", ("--save", tmp_path / "c.json")
    assert "5 solutions" in run(steps, *REWARD, "--url", url, *store, "--limit", "5")[1]
    first = verdicts.read_text()
    assert "20 solutions" in run(steps, *REWARD, "--url", url, *store)[1]
    assert verdicts.read_text().startswith(first)
    code, output = run(steps, "--reward", "rationale_consistency@v1", "--url", url, *store)
    assert (2, True) == (code, "--restart forgets it" in output)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--reward", "step_arithmetics@v1"], "it has step_arithmetic@v1"),
        (["--reward", "overlong@v1"], "overlong@v1"),
        ([*REWARD, "--params", "x"], "not JSON"),
        ([*REWARD, "--params", '{"x": 1}'], "The params are refused"),
    ],
)
def test_wrong_usage_says_what_to_change(url: str, steps: Path, arguments: list[str], said: str) -> None:
    """And nothing is written."""
    code, output = run(steps, *arguments, "--url", url)
    assert (2, True) == (code, said in output), output
    assert [steps] == list(steps.parent.iterdir())


def test_without_data_it_says_what_a_row_is() -> None:
    """Exit code 2, before anything is started."""
    code, output = run()
    assert (2, True) == (code, '"first_mistake": 1' in output)


def test_header_and_figures_say_what_they_are_over(url: str, steps: Path, tmp_path: Path) -> None:
    """Without a judge, rules settle some solutions, and are measured on all."""
    rows = [json.loads(line) for line in steps.read_text().splitlines()]
    for row in rows:
        row["steps"][1] = row["steps"][1].replace("First", "Then")
    steps.write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, output = run(steps, "--reward", "faithfulness@v1", "--url", url, "--save", tmp_path / "c.json")
    assert 1 == code
    assert "no judge: 20 solutions, 10 with a mistake; 10 were judged" in output, output
    assert "rules alone 20 " in " ".join(output.split())
    assert "nothing is saved: 10 solutions could not be judged" in output
    assert "values as probabilities, of the 10 that were judged" in output


def test_a_precision_that_cannot_be_had_gives_no_threshold(url: str, steps: Path, tmp_path: Path) -> None:
    """The figures are kept, and nothing else takes the place of the threshold."""
    rows = [json.loads(line) for line in steps.read_text().splitlines()]
    rows[0]["first_mistake"] = 2  # a mistake that no rule sees
    steps.write_text("".join(json.dumps(row) + "\n" for row in rows))
    store = tmp_path / "c.json"
    code, output = run(steps, *REWARD, "--url", url, "--save", store, "--precision", "0.95")
    assert (1, True) == (code, "no threshold reaches --precision 0.95, at most 90.0%" in output), output
    assert "saved as" not in output
    (entry,) = json.loads(store.read_text())["calibrations"]
    assert (None, 20) == (entry["threshold"], entry["figures"]["solutions"])
    arguments = ["filter", str(steps), "-k", f"{REWARD[1]}>=calibrated", "-c", "completion=question"]
    filtered = CliRunner().invoke(app, [*arguments, "--url", url, "--calibrations", str(store)], env=WIDE)
    assert (2, True) == (filtered.exit_code, "no threshold reaches --precision 0.95" in filtered.output)


def test_solutions_of_one_kind_give_no_threshold(url: str, steps: Path, tmp_path: Path) -> None:
    """Nothing is saved then."""
    rows = [line for line in steps.read_text().splitlines() if json.loads(line)["first_mistake"] is None]
    steps.write_text("\n".join(rows))
    code, output = run(steps, *REWARD, "--url", url, "--save", tmp_path / "c.json")
    assert (1, True) == (code, "without solutions of both kinds" in output)
    assert not (tmp_path / "c.json").exists()
