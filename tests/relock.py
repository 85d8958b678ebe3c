"""Writes `rewards/versions.lock`: `python tests/relock.py [--release ID ...]`.

Without arguments it locks again what is released: a version whose outcomes on its probes are what they were
gets the digest of the build that is installed now. It refuses when an outcome has changed, since that is a
new version. `--release` adds versions to the lock, for good.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from rewards.declare import Reward
from rewards.digest import LOCK_PATH, Digests, Lock, behaviour_digest, build_digest
from rewards.judging.prompt import Prompt
from rewards.registry import Registry, discover
from rewards.types import Judge, Outcome
from service.offline import offline_scorer
from service.scoring import Ask, Scorer, Submission, submission
from tests.rewards.replay import ReplayJudge

PROBES = Path(__file__).parent / "probes"
DEADLINE_S = 900

Outcomes = list[tuple[str, Outcome]]
"""What a version returns on its probes, by the probe's line number."""
Row = tuple[str, Submission]
"""A probe's line number, and its sample."""


@dataclass(slots=True)
class Behaviour:
    """What a version does on its probes."""

    outcomes: Outcomes = field(default_factory=list)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    """What it asked its judge: the probe's line number, the question's name, its words, and what may be answered."""

    @property
    def digest(self) -> str:
        """What changes with any outcome, and with any word of what was asked."""
        return behaviour_digest(self.outcomes, self.asked)


class Judges:
    """Has each probe judged as its row says; a scorer names the probe where else it names a team."""

    def __init__(self) -> None:
        self.replays: dict[str, ReplayJudge] = {}

    def judge_for(self, probe: str) -> Judge:
        """Return the judge of one probe."""
        return self.replays[probe]


def probe_outcomes(
    registry: Registry, reward_ids: Sequence[str], package: str = "rewards", probes: Path = PROBES
) -> dict[str, Behaviour]:
    """Return what versions do on their probes, scored in worker processes as the service does it."""
    judges = Judges()

    async def score_all() -> dict[str, Behaviour]:
        async with offline_scorer(registry, package, judges.judge_for) as scorer:
            return {reward_id: await _score(scorer, judges, registry[reward_id], probes) for reward_id in reward_ids}

    return asyncio.run(score_all())


async def _score(scorer: Scorer, judges: Judges, reward: Reward, probes: Path) -> Behaviour:
    """Return what one version does on its probes; those with the same params and the same judge are one batch."""
    batches: dict[tuple[str, str], list[Row]] = {}
    with (probes / f"{reward.id}.jsonl").open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            row = json.loads(line)
            params, replies = json.dumps(row.pop("params", {})), row.pop("judge", {})
            judges.replays[str(number)] = ReplayJudge(replies)
            sample = cast("Submission", {**submission(row["completion"]), **row})
            batches.setdefault((params, str(number) if reward.is_judged else ""), []).append((str(number), sample))
    found = Behaviour()
    for (params, probe), batch in batches.items():
        ask = Ask(reward, reward.params.model_validate_json(params))
        (outcomes,) = await scorer.score([ask], [sample for _, sample in batch], DEADLINE_S, probe)
        found.outcomes += zip((number for number, _ in batch), (each.outcome() for each in outcomes), strict=True)
        if probe:
            found.asked += _asked(probe, judges.replays[probe])
    return found


def _asked(probe: str, judge: ReplayJudge) -> Iterator[tuple[str, ...]]:
    """Yield what a judge was asked about one probe."""
    for (name, asked), question in zip(judge.asked, judge.questions, strict=True):
        answers = question.schema if isinstance(question, Prompt) else dict(question.values)
        yield probe, name, asked.system, asked.user, json.dumps(answers, sort_keys=False)


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
    for reward_id, found in probe_outcomes(registry, reward_ids).items():
        behaviour = found.digest
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
