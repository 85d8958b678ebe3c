"""A calibration of a judge that is known."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from service.asking import Patience, PatienceError, Question
from service.calibration.labelled import Labelled
from service.calibration.report import report
from service.calibration.session import SOMEWHERE, Calibration, Reading, choose, digest, read
from service.journal import Journal
from tests.service.fake_rewards import FakeRewards, Says
from trainer_client import Failure, Outcome, RewardRequest, Sample, Score

SOLUTIONS = [Labelled(f"q{number}", ("One.", "Two.", "Three."), number % 3 or None) for number in range(9)]
GONE = Failure("judge_unavailable", "Nobody answered.", retryable=True)


def judged(step: int, value: float, reason: str = "judged") -> Score:
    """Return a verdict as `faithfulness@v1` gives it."""
    return Score(value, reason, "", {"first_unsupported_step": step, "steps": 3, "judge": "m"})


def run(path: Path, says: Says) -> tuple[Reading, FakeRewards]:
    """Return what a reward says of the solutions, all together."""
    fake = FakeRewards(says)
    with Journal(path, {"data": digest(SOLUTIONS)}) as journal:
        calibration = Calibration(fake, Question(RewardRequest("f@v1")), journal)
        asyncio.run(calibration.run(choose(SOLUTIONS, None, 0), 4, Patience(99), lambda *_: None))
        return read(list(journal.latest()), SOLUTIONS), fake


def test_a_judge_that_is_right_is_perfect(tmp_path: Path) -> None:
    """Steps are counted from 1 where they are said, and from 0 in labels."""

    def says(_: str, sample: Sample) -> Outcome:
        number = int(str(sample.prompt)[1:])
        step = 0 if number % 3 == 0 else number % 3 + 1
        return judged(step, float(step == 0))

    reading, _ = run(tmp_path / "j", says)
    found = report(reading, 0.9)
    assert (1.0, 1.0, 1.0) == (
        found.whole.detection.f1,
        found.whole.first.f1,
        (found.error and 1.0 - found.error) or 1.0,
    )
    assert (["m"], 0, 0.5) == (reading.judges, reading.cut_otherwise, found.chosen and found.chosen.value)
    assert 0.0 == found.rules.detection.recall


def test_what_rules_settle_is_told_from_what_the_judge_adds(tmp_path: Path) -> None:
    """The rules refute every third; of the rest the judge sees all that is wrong."""

    def says(_: str, sample: Sample) -> Outcome:
        number = int(str(sample.prompt)[1:])
        if number % 3 == 1:
            return Score(0.0, "refuted_arithmetic", "", {"first_mistake": "Two", "judge": "m"})
        return judged(number % 3, 0.2 if number % 3 else 0.9)

    reading, _ = run(tmp_path / "j", says)
    found = report(reading, None)
    assert (3, 0) == (sum(reading.settled), reading.cut_otherwise)
    assert (0.5, 1.0) == (found.rules.detection.recall, found.whole.detection.recall)
    assert found.plain()["rules_alone"]["precision"] == 1.0


def test_failures_are_left_out_and_asked_about_again(tmp_path: Path) -> None:
    """Counted as wrong, they show how good a judge looks that fails where it is hard."""
    path = tmp_path / "j"
    reading, _ = run(path, lambda _, sample: GONE if sample.prompt == "q1" else judged(0, 1.0))
    assert 9 == len(reading.unjudged)
    assert ({"judge_unavailable": 1}, [1], 8) == (reading.kinds, reading.failed, len(reading.verdicts))
    reading, fake = run(path, lambda *_: judged(2, 0.0))
    assert [("f@v1", ["Step 1: One.\nStep 2: Two.\nStep 3: Three."])] == fake.asked
    assert (9, []) == (len(reading.verdicts), reading.failed)


def test_a_reward_that_names_no_step_still_sees_a_mistake(tmp_path: Path) -> None:
    """Where it gives less than a half; the step is then the one that it quotes, or never the right one."""
    reading, _ = run(tmp_path / "j", lambda *_: Score(0.4, "x", ""))
    assert {SOMEWHERE} == {each.said for each in reading.verdicts}
    assert 0.0 == report(reading, None).whole.first.erroneous
    reading, _ = run(tmp_path / "k", lambda *_: Score(0.25, "false", "", {"first_mistake_line": 3}))
    assert {2} == {each.said for each in reading.verdicts}
    reading, _ = run(tmp_path / "l", lambda *_: Score(0.0, "refuted_arithmetic", "", {"first_mistake": "Two"}))
    assert {1} == {each.said for each in reading.verdicts}


def test_a_judge_that_is_gone_ends_it(tmp_path: Path) -> None:
    """Before every solution has failed."""
    solutions = SOLUTIONS * 20

    async def ask() -> None:
        with Journal(tmp_path / "j", {}) as journal:
            calibration = Calibration(FakeRewards(lambda *_: GONE), Question(RewardRequest("f@v1")), journal)
            await calibration.run(choose(solutions, None, 0), 16, Patience(64), lambda *_: None)

    with pytest.raises(PatienceError, match="64 rows"):
        asyncio.run(ask())


def test_a_greater_draw_holds_the_smaller() -> None:
    """So that a calibration with more solutions goes on from one with fewer."""
    drawn: Mapping[int, set[int]] = {
        count: {each.number for each in choose(SOLUTIONS, count, 7)} for count in range(1, 12)
    }
    assert all(drawn[count] <= drawn[count + 1] for count in range(1, 11))
    assert set(range(9)) == drawn[9] == drawn[11]
