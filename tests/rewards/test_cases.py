"""Every version does what its golden cases say."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rewards.types import Failure, Outcome
from tests.rewards.replay import ReplayJudge
from tests.rewards.scoring import registry, score, score_group

CASES = Path(__file__).parent / "cases"


def cases() -> Iterator[object]:
    """Yield each case of each file, named after its version and itself."""
    for path in sorted(CASES.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            yield pytest.param(path.stem, case, id=f"{path.stem}: {case['name']}")


@pytest.mark.parametrize(("reward_id", "case"), list(cases()))
def test_case(reward_id: str, case: dict[str, Any]) -> None:
    """The outcome is the one that the case expects, to the bit; a group's case expects one for each completion."""
    if "group" in case:
        outcomes = score_group(reward_id, case["group"], case.get("params"))
        expected = case["expect"] if isinstance(case["expect"], list) else [case["expect"]] * len(outcomes)
    else:
        judge = ReplayJudge(case.get("judge", {}))
        outcomes = [score(reward_id, params=case.get("params"), judge=judge, **case["sample"])]
        expected = [case["expect"]]
    assert expected == [seen(outcome) for outcome in outcomes], case["why"]


def seen(outcome: Outcome) -> dict[str, object]:
    """Return what a case can expect of an outcome."""
    if isinstance(outcome, Failure):
        return {"failure": outcome.kind.value}
    return {"value": outcome.value, "reason": outcome.reason}


def test_every_version_has_ten_cases() -> None:
    """A version without golden cases cannot be reviewed."""
    counted = {path.stem: len(path.read_text(encoding="utf-8").splitlines()) for path in CASES.glob("*.jsonl")}
    assert [] == [reward_id for reward_id in registry() if counted.get(reward_id, 0) < 10]
