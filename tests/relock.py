"""Writes `rewards/versions.lock`: `python tests/relock.py [--release ID ...]`.

Without arguments it locks again what is released: a version whose outcomes on its probes are what they were
gets the digest of the build that is installed now. It refuses when an outcome has changed, since that is a
new version. `--release` adds versions to the lock, for good.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from rewards.declare import Reward
from rewards.digest import LOCK_PATH, Digests, Lock, behaviour_digest, build_digest
from rewards.registry import Registry, discover
from rewards.types import Needs, Outcome, Sample

PROBES = Path(__file__).parent / "probes"


def probe_outcomes(reward: Reward) -> Iterator[tuple[str, Outcome]]:
    """Yield what a version returns on each of its probes, by the probe's line number."""
    with (PROBES / f"{reward.id}.jsonl").open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            row = json.loads(line)
            reference = reward.reference.model_validate(row.get("reference", {}))
            params = reward.params.model_validate(row.get("params", {}))
            yield str(number), reward.score(Sample(row["completion"], reference), params, Needs({}))


def relocked(registry: Registry, lock: Lock, releases: list[str]) -> Lock:
    """Return the lock with the builds of today, and with the releases added.

    Raises:
        ValueError: an id is unknown, released already, or does not behave as it was locked.
    """
    if unknown := [reward_id for reward_id in (*lock.lines, *releases) if reward_id not in registry]:
        raise ValueError(f"not declared: {', '.join(unknown)}; a released version stays in the tree")
    if again := [reward_id for reward_id in releases if reward_id in lock.lines]:
        raise ValueError(f"released already: {', '.join(again)}")
    lines = {}
    for reward_id in (*lock.lines, *releases):
        reward = registry[reward_id]
        behaviour = behaviour_digest(probe_outcomes(reward))
        locked = lock.lines.get(reward_id)
        if locked is not None and locked.behaviour != behaviour:
            raise ValueError(f"{reward_id} returns something else than it did; undo that and add a new version")
        lines[reward_id] = Digests(behaviour, build_digest(reward, registry))
    return Lock(lines)


def main() -> None:
    """Rewrite the lock, or say why not."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--release", nargs="+", default=[], metavar="ID", help="versions to add to the lock")
    arguments = parser.parse_args()
    try:
        lock = relocked(discover(), Lock.read() if LOCK_PATH.exists() else Lock({}), arguments.release)
    except ValueError as error:
        sys.exit(str(error))
    LOCK_PATH.write_text(lock.format(), encoding="utf-8")
    sys.stdout.write(f"{len(lock.lines)} released versions locked\n")


if __name__ == "__main__":
    main()
