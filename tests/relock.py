"""Writes `rewards/versions.lock`: `python tests/relock.py [--release ID ...]`.

Without arguments it locks again what is released: a version whose outcomes on its probes are what they were
gets the digest of the build that is installed now. It refuses when an outcome has changed, since that is a
new version. `--release` adds versions to the lock, for good.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from rewards.declare import Reward
from rewards.digest import LOCK_PATH, Digests, Lock, behaviour_digest, build_digest
from rewards.registry import Registry, discover
from rewards.types import Outcome
from service.offline import offline_scorer
from service.scoring import Ask, Scorer, Submission, submission

PROBES = Path(__file__).parent / "probes"
DEADLINE_S = 900

Outcomes = list[tuple[str, Outcome]]
"""What a version returns on its probes, by the probe's line number."""


def probe_outcomes(
    registry: Registry, reward_ids: Sequence[str], package: str = "rewards", probes: Path = PROBES
) -> dict[str, Outcomes]:
    """Return what versions return on their probes, scored in worker processes as the service does it."""

    async def score_all() -> dict[str, Outcomes]:
        async with offline_scorer(registry, package) as scorer:
            return {reward_id: await _score(scorer, registry[reward_id], probes) for reward_id in reward_ids}

    return asyncio.run(score_all())


async def _score(scorer: Scorer, reward: Reward, probes: Path) -> Outcomes:
    """Return what one version says of its probes; those with the same params are one batch."""
    batches: dict[str, list[tuple[str, Submission]]] = {}
    with (probes / f"{reward.id}.jsonl").open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            row = json.loads(line)
            params = json.dumps(row.pop("params", {}))
            sample = cast("Submission", {**submission(row["completion"]), **row})
            batches.setdefault(params, []).append((str(number), sample))
    found: Outcomes = []
    for params, batch in batches.items():
        ask = Ask(reward, reward.params.model_validate_json(params))
        (outcomes,) = await scorer.score([ask], [sample for _, sample in batch], DEADLINE_S)
        found += zip((number for number, _ in batch), (outcome.outcome() for outcome in outcomes), strict=True)
    return found


def relocked(registry: Registry, lock: Lock, releases: list[str]) -> Lock:
    """Return the lock with the builds of today, and with the releases added.

    Raises:
        ValueError: an id is unknown, released already, or does not behave as it was locked.
    """
    reward_ids = [*lock.lines, *releases]
    if unknown := [reward_id for reward_id in reward_ids if reward_id not in registry]:
        raise ValueError(f"not declared: {', '.join(unknown)}; a released version stays in the tree")
    if again := [reward_id for reward_id in releases if reward_id in lock.lines]:
        raise ValueError(f"released already: {', '.join(again)}")
    if missing := [reward_id for reward_id in reward_ids if not (PROBES / f"{reward_id}.jsonl").exists()]:
        raise ValueError(f"no probes: write tests/probes/{missing[0]}.jsonl first")
    lines = {}
    for reward_id, outcomes in probe_outcomes(registry, reward_ids).items():
        behaviour = behaviour_digest(outcomes)
        locked = lock.lines.get(reward_id)
        if locked is not None and locked.behaviour != behaviour:
            raise ValueError(f"{reward_id} returns something else than it did; undo that and add a new version")
        lines[reward_id] = Digests(behaviour, build_digest(registry[reward_id], registry))
    return Lock(lines)


def main() -> None:
    """Rewrite the lock, or say why not."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--release", nargs="+", default=[], metavar="ID", help="versions to add to the lock")
    arguments = parser.parse_args()
    try:
        lock = relocked(discover(), Lock.read(), arguments.release)
    except ValueError as error:
        sys.exit(str(error))
    LOCK_PATH.write_text(lock.format(), encoding="utf-8")
    sys.stdout.write(f"{len(lock.lines)} released versions locked\n")


if __name__ == "__main__":
    main()
