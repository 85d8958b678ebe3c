"""Scoring again, stopped anywhere and gone on with."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from service.journal import Journal
from service.rescoring.case import Case
from service.rescoring.portions import Groups
from service.rescoring.session import Progress, Rescoring
from service.rescoring.versions import Versions
from tests.service.fake_rewards import FakeRewards, Says
from trainer_client import Failure, Outcome, RewardInfo, Sample, Score

NEEDED = RewardInfo("n@v1", None, None, "", "", (0.0, 1.0), {"properties": {"answer": {}}}, {}, (), group=False)
INFO = RewardInfo("a@v1", None, None, "", "", (0.0, 1.0), {}, {}, ("n@v1",), group=True)
VERSIONS = Versions({"n@v1": NEEDED, "a@v1": INFO}, INFO)
OLD = {"status": "scored", "value": 1.0, "reason": "", "explanation": ""}
GONE = Failure("deadline", "No time.", retryable=True)


def says(_: str, sample: Sample) -> Outcome:
    """Return the number that a completion is."""
    return Score(float(str(sample.completion)), "number", "")


def groups(*texts: Sequence[str]) -> list[list[Case]]:
    """Return groups of samples."""
    return [
        [Case(10 * number + place, {}, Sample(text, group=f"g{number}"), old=OLD) for place, text in enumerate(each)]
        for number, each in enumerate(texts)
    ]


def scored(
    path: Path, cases: Sequence[Sequence[Case]], says: Says = says, batch: int = 2
) -> tuple[list[list[str]], Progress]:
    """Return what was asked, and how far it came."""
    fake = FakeRewards(says, refuses=["bad"])
    with Journal(path, {"command": "rescore"}) as journal:
        whole = Rescoring(fake, VERSIONS, journal)
        asyncio.run(whole.run(Groups(cases), batch, lambda _: None))
    return [texts for _, texts in fake.asked], whole.progress


def test_a_group_is_asked_whole_or_not_at_all(tmp_path: Path) -> None:
    """Where the job was killed within a group, it is asked about again; a group that is done is not."""
    path, cases = tmp_path / "j", groups("10", "01", "11")
    asked, _ = scored(path, cases)
    assert [["1", "0"], ["0", "1"], ["1", "1"]] == asked
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:4]) + lines[4][:9])
    asked, progress = scored(path, cases)
    assert [["0", "1"], ["1", "1"]] == asked
    assert (6, 4, {"equal": 4, "different": 2, "failed": 0}) == (progress.rows, progress.asked, progress.counts)


def test_a_group_that_may_mend_is_asked_again(tmp_path: Path) -> None:
    """And is counted once."""
    path, cases = tmp_path / "j", groups("10", "01")
    _, progress = scored(path, cases, lambda reward, sample: GONE if sample.group == "g1" else says(reward, sample))
    assert {"equal": 1, "different": 1, "failed": 2} == progress.counts
    asked, progress = scored(path, cases)
    assert [["0", "1"]] == asked
    assert (4, {"equal": 2, "different": 2, "failed": 0}) == (progress.rows, progress.counts)


def test_what_one_sample_is_refused_for_costs_its_group_alone(tmp_path: Path) -> None:
    """Groups are found by halving, and never cut."""
    asked, progress = scored(tmp_path / "j", groups("111", ["1", "bad"], "1"), batch=9)
    assert [["1", "1", "1", "1", "bad", "1"], ["1", "1", "1"], ["1", "bad", "1"]] == asked[:3]
    assert {"equal": 4, "different": 0, "failed": 2} == progress.counts


def test_a_reward_gets_what_the_rewards_read_that_it_needs() -> None:
    """Its own schema does not name their fields."""
    (question,) = VERSIONS.questions({})
    assert {"answer": "7"} == question.sample(Sample("c", {"answer": "7", "other": 1})).reference
