"""Every version does what its golden cases say."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rewards.types import Failure, Score
from tests.rewards.scoring import registry, score

CASES = Path(__file__).parent / "cases"


def cases() -> Iterator[object]:
    """Yield each case of each file, named after its version and itself."""
    for path in sorted(CASES.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            yield pytest.param(path.stem, case, id=f"{path.stem}: {case['name']}")


@pytest.mark.parametrize(("reward_id", "case"), list(cases()))
def test_case(reward_id: str, case: dict[str, dict[str, object]]) -> None:
    """The outcome is the one that the case expects, to the bit."""
    sample, expected = case["sample"], case["expect"]
    outcome = score(reward_id, str(sample["completion"]), sample.get("reference"), case.get("params"))
    if "failure" in expected:
        assert isinstance(outcome, Failure)
        assert expected == {"failure": outcome.kind.value}
    else:
        assert isinstance(outcome, Score)
        assert (repr(expected["value"]), expected["reason"]) == (repr(outcome.value), outcome.reason), case["why"]


def test_every_version_has_ten_cases() -> None:
    """A version without golden cases cannot be reviewed."""
    counted = {path.stem: len(path.read_text(encoding="utf-8").splitlines()) for path in CASES.glob("*.jsonl")}
    assert [] == [reward_id for reward_id in registry() if counted.get(reward_id, 0) < 10]
