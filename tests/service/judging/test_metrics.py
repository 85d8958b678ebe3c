"""What `GET /metrics` says about the judge is everybody's, known cases among it."""

from pathlib import Path

import pytest

from service.judging.metrics import collect
from tests.service.judging.asking import asking, prompt, says

pytestmark = pytest.mark.anyio


async def test_what_known_cases_cost_is_told_by_itself(tmp_path: Path) -> None:
    """It is among what was spent, and on no team's account; what two teams asked is added up."""
    async with asking(tmp_path, input_usd_per_million=10.0) as (server, judges):
        for team in "ab":
            await says(judges, "x", prompt(canaries=4), team=team)
        found = {
            (sample.name.removeprefix("touchstone_judge_"), *sample.labels.values()): sample.value
            for metric in collect(judges)
            for sample in metric.samples
        }
        own = [judges.counts.own(team) for team in "abc"]
    assert (6, 6.0) == (len(server.asked), found["calls_total", "question"])
    assert (600.0, 400.0) == (found["tokens_total", "prompt"], found["known_cases_tokens_total", "prompt"])
    assert pytest.approx((0.006, 0.004)) == (found["spent_usd_total",], found["known_cases_spent_usd_total",])
    assert [(1, 100), (1, 100), (0, 0)] == [(each.sent, each.prompt_tokens) for each in own]
