"""The same sample gets the same outcome, whatever else the machine does."""

import json
from pathlib import Path

import pytest

from benchmarks.determinism import busy
from rewards.frames import Item
from rewards.registry import discover
from tests.service.running import item, running_pool, scored

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("warm_forkserver")]

REGISTRY = discover()
MATHS = sorted(reward_id for reward_id in REGISTRY if reward_id.startswith("math_equal@"))
ROWS = Path(__file__).parents[1] / "rewards" / "cases"
TURNS = 3
BUSY_PROCESSES = 4


def corpus(reward_id: str) -> list[Item]:
    """Return the golden cases of a version that have its default params."""
    lines = (ROWS / f"{reward_id}.jsonl").read_text(encoding="utf-8").splitlines()
    samples = [case["sample"] for case in map(json.loads, lines) if not case.get("params")]
    return [item(sample["completion"], reference=sample["reference"]) for sample in samples if "reference" in sample]


@pytest.mark.parametrize("reward_id", MATHS)
async def test_no_verdict_depends_on_the_load(reward_id: str) -> None:
    """Idle and beside four busy processes; `benchmarks/determinism.py` does it ten times with a larger corpus."""
    reward, items = REGISTRY[reward_id], corpus(reward_id)
    assert len(items) >= 5
    async with running_pool("rewards") as pool:
        first = await scored(pool, reward, reward.params(), items, 60)
        for processes in (0, BUSY_PROCESSES):
            with busy(processes):
                for _ in range(TURNS):
                    assert first == await scored(pool, reward, reward.params(), items, 120)
