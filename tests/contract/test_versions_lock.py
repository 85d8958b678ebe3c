"""Released versions return what they returned, from the build that is locked."""

from functools import cache

import pytest

from rewards.digest import LOCK_PATH, Lock, build_digest
from rewards.registry import discover
from tests.relock import Behaviour, probe_outcomes

pytestmark = pytest.mark.usefixtures("warm_forkserver")

REGISTRY = discover()
LOCK = Lock.read()


@cache
def _all_behaviours() -> dict[str, Behaviour]:
    """Return what every released version does on its probes, computed once for this module."""
    return probe_outcomes(REGISTRY, list(LOCK.lines))


def _behaviour(reward_id: str) -> Behaviour:
    return _all_behaviours()[reward_id]


@pytest.mark.parametrize("reward_id", LOCK.lines)
def test_behaviour_is_the_locked_one(reward_id: str) -> None:
    """Every outcome on the probe corpus is bit-equal to the day of the release."""
    assert LOCK.lines[reward_id].behaviour == _behaviour(reward_id).digest


@pytest.mark.parametrize("reward_id", LOCK.lines)
def test_build_is_the_locked_one(reward_id: str) -> None:
    """Whoever changes a source or a package runs `python tests/relock.py`."""
    assert LOCK.lines[reward_id].build == build_digest(REGISTRY[reward_id], REGISTRY)


def test_lock_is_as_the_tool_writes_it() -> None:
    """Nobody edits the lock by hand."""
    assert LOCK_PATH.read_text(encoding="utf-8") == LOCK.format()


@pytest.mark.parametrize("reward_id", LOCK.lines)
def test_probes_tell_outcomes_apart(reward_id: str) -> None:
    """A probe corpus that always earns the same value proves nothing."""
    outcomes = [outcome for _, outcome in _behaviour(reward_id).outcomes]
    assert len(outcomes) >= 200
    assert len({getattr(outcome, "value", None) for outcome in outcomes}) > 1
