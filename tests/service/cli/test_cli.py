"""The command line, run as a person runs it, with a real service where it starts one."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli._local_service import local_service
from service.cli.commands import app
from service.cli.demo import _gsm8k, _sparkline
from service.cli.score import _chunks
from trainer_client import Sample

WIDE = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
ROWS = [
    {"response": "so \\boxed{72}", "gold": 72},
    {"response": "so \\boxed{7}", "gold": "72"},
    {"response": "no", "gold": None},
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """One service for the commands that can share it."""
    with local_service() as running:
        yield running


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """A file with a right, a wrong and an unlabelled completion."""
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS) + "\n")
    return file


def run(*arguments: str) -> tuple[int, str]:
    """Return the exit code and everything printed."""
    result = CliRunner().invoke(app, list(arguments), env=WIDE, prog_name="touchstone")
    return result.exit_code, result.output


def test_help_names_every_command() -> None:
    """`touchstone --help` lists the commands with a line each."""
    code, output = run("--help")
    assert 0 == code
    assert all(
        f" {command} " in output
        for command in ("serve", "list", "show", "score", "lint", "filter", "calibrate", "demo")
    )


@pytest.mark.parametrize("command", ["serve", "list", "show", "score", "lint", "filter", "calibrate", "train", "demo"])
def test_every_command_explains_itself(command: str) -> None:
    """`touchstone COMMAND --help` works without the heavy packages being imported."""
    code, output = run(command, "--help")
    assert 0 == code
    assert "Usage: touchstone" in output


def test_list_shows_every_version() -> None:
    """Every released version is in the table."""
    code, output = run("list")
    assert 0 == code
    assert "math_equal@v1" in output
    assert "xml_count@v1" in output
    assert "kimi_length@v2  0 to 1, compares with answer; needs groups; needs tokens" in output


def test_show_prints_the_documentation_page() -> None:
    """A version's page holds its documentation, its limits and its whole digests."""
    code, output = run("show", "math_equal@v1")
    assert 0 == code
    assert "Math-Verify" in output
    assert "5 CPU seconds" in output
    assert 2 == output.count("sha256:")
    assert "…" not in output


def test_show_prints_what_a_needed_reward_compares_with() -> None:
    """A reward with needs takes their references as well."""
    output = " ".join(run("show", "l1_length@v2")[1].split())
    assert "num_tokens: The target or the budget" in output
    assert "answer: The expected answer" in output
    assert "form: `exact`: neither longer nor shorter." in output
    assert "completion, completion_tokens" in output


def test_show_says_that_a_judge_is_asked() -> None:
    """Its time is no CPU time, and the prompt is part of what it is asked."""
    output = " ".join(run("show", "faithfulness@v1")[1].split())
    assert "judge asked; without one judge_unavailable" in output
    assert "a sample has completion, prompt" in output
    assert "CPU seconds a sample" not in output


def test_show_suggests_what_was_meant() -> None:
    """An unknown id ends with exit code 2 and the nearest ids."""
    code, output = run("show", "math_equl@v1")
    assert 2 == code
    assert "did you mean math_equal@v1" in output


def test_score_writes_one_outcome_a_row(url: str, rows: Path) -> None:
    """The outcomes lie beside the file, in order, and the table counts them."""
    code, output = run("score", "math_equal@v1", str(rows), "--column", "answer=gold", "--url", url)
    assert 0 == code
    lines = [json.loads(line) for line in (rows.parent / "rows.math_equal@v1.jsonl").read_text().splitlines()]
    assert [1.0, 0.0, None] == [line["value"] for line in lines]
    assert "missing_reference" == lines[2]["kind"]
    assert "3 samples: mean 0.5000, 2 scored, 1 failed" in output
    assert "missing_reference 1  " in output


def test_score_says_why_samples_failed(url: str, tmp_path: Path) -> None:
    """A mean of the few that rules score is said to be that of these alone, and the judge's absence is told."""
    file = tmp_path / "rows.jsonl"
    rows = [{"prompt": "What is 2 + 2?", "completion": text} for text in ("", "We add 2 + 2 = 4.", "We see 2 + 2 = 4.")]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, output = run("score", "faithfulness@v1", str(file), "--url", url)
    assert 0 == code, output
    assert "mean 0.0000 (of only 1 out of 3), 1 scored, 2 failed" in output
    assert "judge_unavailable 2  No judge is configured. Set TOUCHSTONE_JUDGE_URL" in output


def test_score_sends_tokens(url: str, tmp_path: Path) -> None:
    """From columns of the field's name or of another; without them the command says what is missing."""
    file = tmp_path / "rows.jsonl"
    file.write_text('{"completion": "She keeps 4 pens.", "completion_tokens": 90, "n": 99}\n')
    params = ("--params", '{"max_tokens": 100, "cache_tokens": 20}', "--url", url)
    assert "mean -0.5000" in run("score", "overlong@v2", str(file), *params)[1]
    assert "mean -0.9500" in run("score", "overlong@v2", str(file), *params, "-c", "completion_tokens=n")[1]
    file.write_text('{"completion": "She keeps 4 pens."}\n')
    code, output = run("score", "overlong@v2", str(file), *params)
    assert 1 == code
    assert "send completion_tokens or completion_ids" in output


def test_score_does_not_wait_for_a_service_that_is_not_there(rows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A training job waits for minutes; a person at a prompt has a typo."""
    monkeypatch.setattr("service.cli.score._ANSWER_S", 0.2)
    code, output = run("score", "math_equal@v1", str(rows), "--url", "http://127.0.0.1:9")
    assert 1 == code
    assert "127.0.0.1:9" in output


def test_score_says_whether_the_reward_fires(url: str, tmp_path: Path) -> None:
    """With the variance of the groups that the rows name, wherever the file is cut into requests."""
    file = tmp_path / "rows.jsonl"
    rows = [{"completion": f"\\boxed{{{number % 2}}}", "answer": "1", "group": number // 250} for number in range(500)]
    file.write_text("".join(json.dumps(row | {"group": str(row["group"])}) + "\n" for row in rows))
    code, output = run("score", "math_equal@v1", str(file), "--url", url)
    assert 0 == code
    assert "Above the lowest value 50.0%, at the highest 50.0%." in output
    assert "2 groups: 0 without variance, mean variance within a group 0.25." in output
    assert "warning" not in output


@pytest.mark.parametrize(
    ("completions", "said"),
    [
        (["no"] * 50, "never fired: every completion got its lowest value"),
        (["<answer>\n72\n</answer>"] * 50, "saturated: every completion got its highest value"),
        (["no", "no", "<answer>\n72\n</answer>", "<answer>\n72\n</answer>"] * 15, "completions of each group the same"),
        (["no"] * 49, None),
    ],
)
def test_score_warns_of_what_teaches_nothing(
    url: str, tmp_path: Path, completions: list[str], said: str | None
) -> None:
    """Once there are enough values to say so."""
    file = tmp_path / "rows.jsonl"
    rows = [{"completion": text, "group": str(place // 2)} for place, text in enumerate(completions)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, output = run("score", "xml_integer@v1", str(file), "--url", url)
    assert 0 == code
    assert ("warning" in output) is (said is not None)
    assert said is None or said in output


def test_rows_of_a_group_are_sent_together() -> None:
    """Those that follow each other; others are cut where a request is full."""
    samples = [Sample("x", group="a")] * 300 + [Sample("x", prompt="b")] * 300 + [Sample("x")] * 300
    assert [300, 300, 256, 44] == [len(chunk) for chunk in _chunks(samples)]
    assert [] == list(_chunks([]))


def test_score_starts_a_service_of_its_own(tmp_path: Path) -> None:
    """Without --url a private service is started, and it is gone afterwards."""
    file = tmp_path / "rows.jsonl"
    file.write_text('{"completion": "<answer>\\n72\\n</answer>"}\n')
    code, output = run("score", "xml_integer@v1", str(file), "--out", str(tmp_path / "scored.jsonl"))
    assert 0 == code
    assert "0.5" in output
    assert 0.5 == json.loads((tmp_path / "scored.jsonl").read_text())["value"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--column", "answr=gold"], 1, "knows completion, prompt, group, completion_tokens, completion_ids, answer"),
        (["--column", "answer=god"], 1, "no row has god; the columns are gold, response"),
        (["--column", "answer"], 2, "write FIELD=COLUMN"),
        (["--params", "{"], 2, "--params is not JSON"),
        (["--params", '{"x": 1}'], 1, "x"),
    ],
)
def test_score_says_what_to_change(url: str, rows: Path, arguments: list[str], code: int, said: str) -> None:
    """A wrong option ends with one sentence."""
    found, output = run("score", "math_equal@v1", str(rows), *arguments, "--url", url)
    assert code == found
    assert said in output


@pytest.mark.parametrize("line", ["{", "[1]"])
def test_score_names_the_line_that_is_no_row(url: str, tmp_path: Path, line: str) -> None:
    """A line that is not a JSON object is named by its number."""
    file = tmp_path / "rows.jsonl"
    file.write_text(f'{{"completion": "x"}}\n{line}\n')
    code, output = run("score", "xml_integer@v1", str(file), "--url", url)
    assert 2 == code
    assert "line 2 is not" in output


def test_score_needs_a_completion(url: str, tmp_path: Path) -> None:
    """A file without a column for the completion is refused with the columns it has."""
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "x"}\n')
    code, output = run("score", "xml_integer@v1", str(file), "--url", url)
    assert 1 == code
    assert "which column holds the completion?" in output


def test_score_of_an_empty_file_is_empty(url: str, tmp_path: Path) -> None:
    """No rows, no outcomes, no error."""
    file = tmp_path / "rows.jsonl"
    file.write_text("")
    assert 0 == run("score", "xml_integer@v1", str(file), "--url", url)[0]


def test_score_of_an_unknown_reward_suggests_one(url: str, rows: Path) -> None:
    """The service's catalogue is what counts."""
    code, output = run("score", "math_equal@v7", str(rows), "--url", url)
    assert 1 == code
    assert "math_equal@v1" in output


def test_serve_refuses_an_open_bind_without_a_key(tmp_path: Path) -> None:
    """The reason and the remedy are in the message."""
    command = [sys.executable, "-c", "from service.cli import main; main()", "serve", "--host", "0.0.0.0"]  # noqa: S104
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHSTONE_")}
    environment["TOUCHSTONE_DATA"] = str(tmp_path)
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert 2 == ended.returncode
    assert "TOUCHSTONE_API_KEY" in ended.stderr


def test_train_says_what_is_wrong_with_a_recipe(tmp_path: Path) -> None:
    """An unknown key is named, with the nearest known one."""
    pytest.importorskip("trl")
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("model: x\ndataset: {path: y.jsonl}\nrewards: [{reward: math_equal@v1}]\nlearning_rat: 1.0e-6\n")
    code, output = run("train", str(recipe))
    assert 1 == code
    assert "learning_rate" in output


def test_base_install_says_what_is_missing() -> None:
    """Where typer is absent, the command says which extra to install."""
    blocked = "import sys; sys.modules['typer'] = None\nfrom service.cli import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", blocked], capture_output=True, text=True, check=False, env={**os.environ}
    )
    assert 1 == result.returncode
    assert "pip install 'touchstone-rl[service]'" in result.stderr


def test_sparkline_is_as_wide_as_asked() -> None:
    """Many values are averaged into the width, and a flat line is no error."""
    assert "▁▅█" == _sparkline([0.0, 0.5, 1.0])
    assert 40 == len(_sparkline([float(n) for n in range(80)]))
    assert "▁▁" == _sparkline([1.0, 1.0])


def test_demo_reads_the_published_labels(tmp_path: Path) -> None:
    """Each model's solution becomes a sample with the row's last number as its reference."""
    file = tmp_path / "solutions.jsonl"
    solution = {"is_correct": True, "solution": "2+2=4\nA: 4"}
    file.write_text(json.dumps({"question": "2+2?", "ground_truth": "easy\nA: 4", "6b": solution}) + "\n")
    samples, labels = _gsm8k(file)
    assert [{"answer": "4"}] == [sample.reference for sample in samples]
    assert [True] == labels


def test_serve_names_the_variable_that_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its whole name, the judge's too."""
    monkeypatch.setenv("TOUCHSTONE_JUDGE_RETRIES", "-1")
    assert "TOUCHSTONE_JUDGE_RETRIES: Input should be greater" in run("serve", "--port", "0")[1]
