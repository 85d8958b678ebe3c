"""A limit in money that nothing is counted against is said in the log."""

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest

from service.call import Role
from service.database.engine import open_database
from service.judging.settings import JudgeSettings
from service.judging.unpriced import Unpriced
from service.teams.key_store import KeyStore
from service.teams.team import Limits
from tests.service.judging.asking import settings
from tests.service.test_process import running
from tests.service.test_telemetry import logging_to

LIMITED, OTHER = Limits(judge_usd_per_day=5.0), Limits(samples_per_min=5)


def said(judge: JudgeSettings, *readings: dict[str, Limits]) -> list[str]:
    """Return the teams that are warned of."""
    stream = io.StringIO()
    with logging_to(stream) as log:
        unpriced = Unpriced(judge, log)
        for limits in readings:
            unpriced.look(limits)
    return named(stream.getvalue())


def named(log: str) -> list[str]:
    """Return the teams that a log warns of."""
    lines = [json.loads(line) for line in log.splitlines()]
    return [
        line["team"] for line in lines if (line["event"], line["level"]) == ("judge_limit_without_price", "warning")
    ]


def test_each_team_is_said_once(tmp_path: Path) -> None:
    """When it is first read, however often that is."""
    first = {"a": LIMITED, "b": OTHER}
    assert ["a", "b", "c"] == said(settings(tmp_path), first, first, {"a": LIMITED, "b": LIMITED, "c": LIMITED}, first)


@pytest.mark.parametrize("options", [{"input_usd_per_million": 1.0}, {"output_usd_per_million": 1.0}])
def test_with_a_price_there_is_nothing_to_say(tmp_path: Path, options: dict[str, Any]) -> None:
    """The limit holds."""
    assert [] == said(settings(tmp_path, **options), {"a": LIMITED})


def test_without_a_judge_neither() -> None:
    """Nobody can spend anything."""
    assert [] == said(JudgeSettings(), {"a": LIMITED})


def test_the_service_says_it_when_it_starts_and_when_it_reads_it(tmp_path: Path) -> None:
    """A team that is limited while it runs is seen within seconds."""
    (tmp_path / "data").mkdir()
    engine = open_database(f"sqlite:///{tmp_path}/data/touchstone.db")
    store = KeyStore(engine)
    for team in "ab":
        store.create(team, Role.SCORE)
    store.set_limits("a", {"judge_usd_per_day": 5.0})
    judge = {"URL": "http://127.0.0.1:9/v1", "MODEL": "m", "CACHE": str(tmp_path / "judge")}
    environment = {f"TOUCHSTONE_JUDGE_{name}": value for name, value in judge.items()}
    with running(tmp_path, TOUCHSTONE_WORKERS="1", **environment):
        assert ["a"] == named((tmp_path / "log").read_text())
        store.set_limits("b", {"judge_usd_per_day": 5.0})
        ends_at = time.monotonic() + 20
        while named((tmp_path / "log").read_text()) == ["a"] and time.monotonic() < ends_at:
            time.sleep(0.1)
    engine.dispose()
    assert ["a", "b"] == named((tmp_path / "log").read_text())
