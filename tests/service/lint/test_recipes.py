"""`touchstone lint RECIPE.yaml`: the rewards of a run against each other, and against its rows."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service.cli.commands import app

pytest.importorskip("trl")

ENVIRONMENT = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
ANSWER_TAGS = "Think in <think> </think>, then answer as in <answer>4</answer>."
BOXED_TAGS = "Think in <think> </think>, then answer in <answer> </answer>, inside \\boxed{}."
BARE = "Solve the problem."


def lint(
    url: str, folder: Path, rewards: str, prompt: str = BARE, dataset: dict[str, object] | None = None
) -> tuple[int, dict[str, Any]]:
    """Return the exit code and the report of a recipe over four sums."""
    rows = [{"question": f"What is {n} + 1?", "answer": str(n + 1)} for n in range(4)]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    source = {"path": str(folder / "rows.jsonl"), "system_prompt": prompt, **(dataset or {})}
    recipe = folder / "recipe.yaml"
    recipe.write_text(f"model: x\ndataset: {json.dumps(source)}\nrewards: {rewards}\n")
    result = CliRunner().invoke(app, ["lint", str(recipe), "--url", url, "--json"], env=ENVIRONMENT)
    return result.exit_code, json.loads(result.stdout)


def checks(report: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Return what was found, of which reward; notes left out."""
    return [(one["check"], one["reward"]) for one in report["findings"] if one["level"] != "note"]


LATEX_ONLY = "[think_format@v1, {reward: trl_accuracy@v1, columns: {solution: answer}}]"


def test_a_prompt_whose_frame_one_reward_ignores_is_an_error(live_url: str, tmp_path: Path) -> None:
    """`<answer>4</answer>` earns the format reward, and nothing from an accuracy reward that reads LaTeX only."""
    code, report = lint(live_url, tmp_path, LATEX_ONLY, ANSWER_TAGS)
    assert 1 == code
    assert [("prompt_unpaid", "trl_accuracy@v1"), ("contradiction", None)] == checks(report)
    assert "\\boxed{x}" in report["findings"][0]["message"]


def test_a_frame_that_hides_the_answer_is_a_warning(live_url: str, tmp_path: Path) -> None:
    """Where the prompt asks for no frame, a format reward may teach one that an accuracy reward cannot read."""
    code, report = lint(live_url, tmp_path, LATEX_ONLY)
    assert 1 == code
    assert [("contradiction", None)] == checks(report)


def test_a_prompt_whose_frame_all_pay_is_clean(live_url: str, tmp_path: Path) -> None:
    """The same rewards, and a prompt that asks for the box inside the tags."""
    code, report = lint(live_url, tmp_path, LATEX_ONLY, BOXED_TAGS)
    assert 0 == code, report["findings"]


def test_rewards_that_exclude_each_other_are_an_error(live_url: str, tmp_path: Path) -> None:
    """The first revisions of the two XML rewards: one demands the newlines that the other forbids."""
    _, report = lint(live_url, tmp_path, "[xml_strict_format@v1, xml_soft_format@v1]")
    assert [("contradiction", None)] == checks(report)
    assert "No frame pays both xml_strict_format@v1 and xml_soft_format@v1" in report["findings"][0]["message"]


def test_params_may_resolve_a_contradiction(live_url: str, tmp_path: Path) -> None:
    """The later revision takes newlines."""
    rewards = "[xml_strict_format@v1, {reward: xml_soft_format@v1, params: {dotall: true}}]"
    assert 0 == lint(live_url, tmp_path, rewards)[0]


def test_what_is_only_watched_contradicts_nothing(live_url: str, tmp_path: Path) -> None:
    """Its column is shown all the same."""
    rewards = "[xml_strict_format@v1, {reward: xml_soft_format@v1, diagnostic: true}]"
    code, report = lint(live_url, tmp_path, rewards)
    assert 0 == code
    assert "xml_soft_format@v1" in report["frames"]["earned"][0]


@pytest.mark.parametrize(
    ("rewards", "found"),
    [
        ("[math_equl@v2, math_equal@v2]", ("unknown_reward", "math_equl@v2")),
        ("[{reward: math_equal@v2, params: {unitz: true}}]", ("bad_params", "math_equal@v2")),
        ("[{reward: math_equal@v2, columns: {anser: answer}}]", ("unknown_field", "math_equal@v2")),
        ("[{reward: math_equal@v2, columns: {answer: gold}}]", ("missing_column", "math_equal@v2")),
        ("[{reward: math_equal@v2, wieght: 1}]", ("bad_recipe", None)),
        ("3", ("bad_recipe", None)),
    ],
)
def test_wrong_rewards_are_findings(live_url: str, tmp_path: Path, rewards: str, found: tuple[str, str | None]) -> None:
    """What is wrong with the recipe is what was asked for."""
    code, report = lint(live_url, tmp_path, rewards)
    assert 1 == code
    assert [found] == checks(report)


def test_a_recipe_that_is_no_yaml_is_a_finding(live_url: str, tmp_path: Path) -> None:
    """Also where it is not even text."""
    for content in (b"{", b"\xff\xfe\x00"):
        (tmp_path / "recipe.yaml").write_bytes(content)
        arguments = ["lint", str(tmp_path / "recipe.yaml"), "--url", live_url]
        result = CliRunner().invoke(app, arguments, env=ENVIRONMENT)
        assert 1 == result.exit_code
        assert "bad_recipe" in result.output


def test_rows_are_mapped_as_the_trainer_maps_them(live_url: str, tmp_path: Path) -> None:
    """Transforms, limits and the held-out rows, whose prompts must not be trained on."""
    dataset: dict[str, object] = {
        "transforms": {"answer": ["strip", "in_dollars"]},
        "limit": 3,
        "eval": {"limit": 1},
    }
    code, report = lint(live_url, tmp_path, "[math_equal@v2]", dataset=dataset)
    assert 1 == code
    assert [("leak", None)] == checks(report)
    assert {"train": 3, "eval": 1} == report["rows"]


@pytest.mark.parametrize(
    ("dataset", "check"),
    [
        ({"columns": {"prompt": "questoin"}}, "missing_column"),
        ({"columns": {"answer": "gold"}}, "missing_column"),
        ({"path": "nowhere.jsonl"}, "unreadable_dataset"),
    ],
)
def test_a_data_set_that_cannot_be_used_leaves_the_comparison(
    live_url: str, tmp_path: Path, dataset: dict[str, object], check: str
) -> None:
    """The rewards are compared by a stand-in for its rows."""
    code, report = lint(live_url, tmp_path, LATEX_ONLY, ANSWER_TAGS, dataset)
    assert 1 == code
    assert [(check, None), ("prompt_unpaid", "trl_accuracy@v1"), ("contradiction", None)] == checks(report)


def test_a_recipe_takes_no_rewards(live_url: str, tmp_path: Path) -> None:
    """It names them itself."""
    (tmp_path / "recipe.yaml").write_text("a: 1")
    arguments = ["lint", str(tmp_path / "recipe.yaml"), "-r", "math_equal@v2", "--url", live_url]
    assert 2 == CliRunner().invoke(app, arguments, env=ENVIRONMENT).exit_code
