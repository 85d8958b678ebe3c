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
from typing import Any

from rewards.declare import Reward
from rewards.digest import LOCK_PATH, Digests, Lock, behaviour_digest, build_digest
from rewards.registry import Registry, discover
from rewards.types import Failure, Needs, Outcome, Sample, Score

Row = dict[str, Any]
PROBES = Path(__file__).parent / "probes"


def probe_outcomes(reward: Reward, registry: Registry, probes: Path = PROBES) -> Iterator[tuple[str, Outcome]]:
    """Yield what a version returns on each of its probes, by the probe's line number.

    The rows of one `group` go to a group reward together. What a version needs is scored first, on the same row; a
    row whose need fails has the need's failure.
    """
    rows = [json.loads(line) for line in (probes / f"{reward.id}.jsonl").read_text(encoding="utf-8").splitlines()]
    groups: dict[object, list[int]] = {}
    for index, row in enumerate(rows):
        groups.setdefault(row.get("group") if reward.is_group else index, []).append(index)
    for members in groups.values():
        outcomes = _score(reward, [rows[index] for index in members], registry)
        yield from ((str(index + 1), outcome) for index, outcome in zip(members, outcomes, strict=True))


def _score(reward: Reward, rows: list[Row], registry: Registry) -> list[Outcome]:
    """Return what a version says of rows that it sees together: one row, or one group."""
    params = reward.params.model_validate(rows[0].get("params", {}))
    samples, needs = [], []
    for row in rows:
        given = {need: _score(registry[need], [{**row, "params": {}}], registry)[0] for need in reward.needs}
        failed = [outcome for outcome in given.values() if isinstance(outcome, Failure)]
        if failed:
            return [failed[0]] * len(rows)
        fields = {
            name: value for name, value in row.get("reference", {}).items() if name in reward.reference.model_fields
        }
        reference = reward.reference.model_validate(fields)
        samples.append(Sample(row["completion"], reference, group=row.get("group")))
        needs.append(Needs({need: score for need, score in given.items() if isinstance(score, Score)}))
    if reward.is_group:
        return reward.score_group(samples, params, needs)
    return [reward.score(samples[0], params, needs[0])]


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
        behaviour = behaviour_digest(probe_outcomes(reward, registry))
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
