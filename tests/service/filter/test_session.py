"""A filter that goes through rows, stops anywhere, and goes on."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from service.asking import PatienceError, Question
from service.filter.conditions import Condition
from service.filter.dataset import DataSet
from service.filter.session import PATIENCE_ROWS, Filter, Progress, Sieve
from service.filter.tally import Tally
from service.journal import Journal
from service.samples import SampleColumns
from tests.service.fake_rewards import FakeRewards, Says
from trainer_client import Failure, Outcome, RewardInfo, RewardRequest, Sample, Score

INFO = RewardInfo("a@v1", None, None, "", "", (0.0, 1.0), {}, {}, (), group=False)
GONE = Failure("judge_unavailable", "Nobody answered.", retryable=True)


def says(_: str, sample: Sample) -> Outcome:
    """Say the number that a completion is."""
    return Score(float(str(sample.completion)), "number", "It is one.")


def data_of(folder: Path, completions: Sequence[str]) -> DataSet:
    """Return a data set with some completions."""
    path = folder / "x.jsonl"
    path.write_text("".join(f'{{"completion": {json.dumps(each)}}}\n' for each in completions))
    return DataSet(path)


def filtered(data: DataSet, fake: FakeRewards, limit: int | None = None, batch: int = 3) -> tuple[Filter, Tally]:
    """Return a filter that has gone through the data, or as far as it came, and its tally."""
    columns = SampleColumns(["a@v1"], {"a@v1": INFO}, {}, ["completion"])
    sieve = Sieve(fake, [Question(RewardRequest("a@v1"))], [Condition("a@v1", ">=", 0.5)], columns)
    seen: list[Progress] = []
    with Journal(data.beside("scores"), {"data": data.digest()}) as journal, closing(data.rows()) as rows:
        found = Filter(sieve, journal)
        asyncio.run(found.run(rows, limit, batch, seen.append))
    return found, found.tally()


def run(data: DataSet, says: Says, limit: int | None = None) -> tuple[Tally, list[str]]:
    """Return what became of the rows, and which completions were asked about."""
    fake = FakeRewards(says)
    _, tally = filtered(data, fake, limit)
    return tally, [text for _, texts in fake.asked for text in texts]


def test_rows_are_kept_or_dropped_by_their_values(tmp_path: Path) -> None:
    """Reasons and values stand in the scores file, one line a row."""
    data = data_of(tmp_path, ["1", "0", "0.5", "0.25"])
    found, tally = filtered(data, FakeRewards(says))
    assert [True, False, True, False] == [found.is_kept(number) for number in range(1, 5)]
    assert {"kept": 2, "dropped": 2} == tally.fates
    lines = [json.loads(line) for line in data.beside("scores").read_text().splitlines()[1:]]
    assert [1, 2, 3, 4] == [line["row"] for line in lines]
    assert {
        "status": "scored",
        "value": 0.0,
        "reason": "number",
        "explanation": "It is one.",
    } == lines[1]["rewards"]["a@v1"]
    assert ["a@v1>=0.5"] == lines[1]["broken"]


def test_a_second_run_asks_nothing(tmp_path: Path) -> None:
    """And comes to the same."""
    data = data_of(tmp_path, ["1", "0"])
    first, asked = run(data, says)
    assert ["1", "0"] == asked
    assert (first, []) == run(data, says)


def test_a_greater_limit_goes_on(tmp_path: Path) -> None:
    """Only the rows that are new are asked about."""
    data = data_of(tmp_path, ["1", "0", "1", "0", "1"])
    assert ["1", "0"] == run(data, says, 2)[1]
    tally, asked = run(data, says)
    assert ["1", "0", "1"] == asked
    assert {"kept": 3, "dropped": 2} == tally.fates


def test_what_may_mend_is_asked_again_and_what_cannot_is_not(tmp_path: Path) -> None:
    """A row whose judge was away is decided at last; one without a reference stays a failure."""
    data = data_of(tmp_path, ["1", "7", "8", "0"])
    away = {"7": GONE, "8": Failure("missing_reference", "There is none.")}
    tally, _ = run(data, lambda reward, sample: away.get(str(sample.completion)) or says(reward, sample))
    assert {"kept": 1, "dropped": 1, "failed": 2} == tally.fates
    assert {"judge_unavailable": 1, "missing_reference": 1} == tally.failed
    tally, asked = run(data, says)
    assert ["7"] == asked
    assert {"kept": 2, "dropped": 1, "failed": 1} == tally.fates


def test_a_row_that_cannot_be_read_has_failed(tmp_path: Path) -> None:
    """It is no fault of its quality."""
    data = data_of(tmp_path, ["1"])
    with data.path.open("a") as sink:
        sink.write("{oops\n")
    found, tally = filtered(data, FakeRewards(says))
    assert {"bad_json": 1} == tally.failed
    assert not found.is_kept(2)


def test_a_judge_that_is_gone_stops_the_run(tmp_path: Path) -> None:
    """Not one row is lost: the next run asks about all of them."""
    data = data_of(tmp_path, ["1"] * (PATIENCE_ROWS * 2))
    with pytest.raises(PatienceError, match="judge_unavailable"):
        run(data, lambda *_: GONE)
    tally, asked = run(data, says)
    assert len(asked) == PATIENCE_ROWS * 2
    assert {"kept": PATIENCE_ROWS * 2} == tally.fates


@pytest.mark.parametrize("last", range(1, 20, 3))
def test_a_run_that_is_killed_goes_on(tmp_path: Path, last: int) -> None:
    """Wherever it stopped, the end is that of a run that was never stopped."""
    completions = [str(number % 3 / 2) for number in range(20)]
    data = data_of(tmp_path, completions)
    left = iter(range(last))

    def stops(reward: str, sample: Sample) -> Outcome:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return says(reward, sample)

    with pytest.raises(KeyboardInterrupt):
        run(data, stops)
    with data.beside("scores").open("a") as sink:
        sink.write('{"row": 19, "di')
    tally, asked = run(data, says)
    assert {"kept": 13, "dropped": 7} == tally.fates
    assert len(asked) >= 20 - last
