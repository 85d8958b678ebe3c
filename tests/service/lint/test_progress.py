"""What is said while a lint goes on, and what is not waited for."""

import io
import json
import time
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from service.cli._lint_progress import phases
from service.cli.commands import app

ENVIRONMENT = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
NOWHERE = "nobody/has-this-one"


def said(url: str, *arguments: str) -> list[str]:
    """Return what the command wrote to standard error, without the seconds."""
    result = CliRunner().invoke(app, ["lint", *arguments, "--url", url], env=ENVIRONMENT)
    return [line.split(" s  ", 1)[-1] for line in result.stderr.splitlines()]


def test_each_phase_is_named_in_a_pipe(live_url: str, tmp_path: Path) -> None:
    """Also those that no row can be counted in."""
    file = tmp_path / "x.jsonl"
    file.write_text('{"prompt": "a", "answer": "1"}\n')
    expected = ["checking the rewards ...", "reading x.jsonl ...", "scoring x.jsonl ...", "comparing the rewards ..."]
    assert expected == said(live_url, str(file), "-r", "math_equal@v2")


def test_wrong_params_are_said_before_a_file_is_read(live_url: str, tmp_path: Path) -> None:
    """The file is none that could be."""
    file = tmp_path / "x.json"
    file.write_text("[1")
    arguments = [str(file), "-r", "math_equal@v2", "--params", 'math_equal@v2={"x": 1}']
    lines = said(live_url, *arguments)
    assert "checking the rewards ..." == lines[0]
    assert "bad_params" in lines[1]
    assert not any("reading" in line for line in lines)


def test_a_terminal_gets_a_bar_for_each_phase() -> None:
    """A phase that has ended stands still at its own time; brackets in a name are kept."""
    stream = io.StringIO()
    with phases(Console(file=stream, width=100, force_terminal=True, color_system=None)) as shown:
        shown.phase("reading a[b].jsonl")
        shown.phase("scoring a[b].jsonl")
        shown.advance("5 rows", 0.5)
    last = stream.getvalue().rsplit("reading a[b].jsonl", 1)[1]
    assert "scoring a[b].jsonl" in last
    assert "5 rows" in last


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A recipe with a misspelt reward, whose data set is on a hub that cannot be reached."""
    pytest.importorskip("trl")
    hub = pytest.importorskip("service.lint.hub")
    monkeypatch.setattr(hub, "ENDPOINT", "http://127.0.0.1:9")
    rewards = ["math_equal@v2", "math_equl@v2"]
    path = tmp_path / "recipe.yaml"
    path.write_text(json.dumps({"model": "x", "dataset": {"path": NOWHERE}, "rewards": rewards}))
    return str(path)


def test_a_misspelt_reward_is_said_before_the_hub_is_asked(live_url: str, recipe: str) -> None:
    """Once, even before the trainer is loaded; and what is waited for then is named."""
    lines = said(live_url, recipe)
    place = next(number for number, line in enumerate(lines) if "unknown_reward" in line)
    assert 1 == sum("unknown_reward" in line for line in lines)
    assert "loading the trainer ..." in lines[place:]
    assert any("reading train: nobody/has-this-one, from http://127.0.0.1:9" in line for line in lines[place:])


def test_a_hub_that_cannot_be_reached_is_not_waited_for(live_url: str, recipe: str) -> None:
    """The libraries alone would try for 23 seconds; afterwards they may ask the hub again."""
    from huggingface_hub import constants  # noqa: PLC0415 - in the extra `train` alone

    was = constants.HF_HUB_OFFLINE
    began = time.monotonic()
    result = CliRunner().invoke(app, ["lint", recipe, "--url", live_url, "--json"], env=ENVIRONMENT)
    found = {one["check"]: one["message"] for one in json.loads(result.stdout)["findings"]}
    assert time.monotonic() - began < 15
    assert "http://127.0.0.1:9 cannot be reached" in found["unreadable_dataset"]
    assert was == constants.HF_HUB_OFFLINE


def test_a_hub_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is that takes so long."""
    pytest.importorskip("trl")
    hub = pytest.importorskip("service.lint.hub")
    monkeypatch.setattr(hub, "PATIENCE_S", 0.05)
    monkeypatch.setattr(hub, "get_session", lambda: time.sleep(1))
    with hub.reached_or_cached(NOWHERE) as silence:
        assert "no answer within" in silence
