"""Asking about a stream of samples, and giving up."""

import asyncio

import pytest

from service.asking import Asking, Patience, PatienceError, Question, batched, between_groups, in_order
from tests.service.fake_rewards import FakeRewards
from trainer_client import Failure, Outcome, RewardRequest, Sample, Score

GONE = Failure("judge_unavailable", "Nobody answered.", retryable=True)


def says(reward: str, sample: Sample) -> Outcome:
    """Return the number that a completion is; the second reward says its double."""
    return Score(float(str(sample.completion)) * (2 if reward == "b@v1" else 1), "number", "")


def test_a_sample_that_is_settled_is_not_asked_about_again() -> None:
    """What the first reward settles costs no call of the second."""
    fake = FakeRewards(says)
    questions = [Question(RewardRequest("a@v1")), Question(RewardRequest("b@v1"))]
    asking = Asking(
        fake, questions, lambda said: any(isinstance(one, Score) and one.value > 1 for one in said.values())
    )
    found = asyncio.run(asking.outcomes([Sample("1"), Sample("5")]))
    assert [("a@v1", ["1", "5"]), ("b@v1", ["1"])] == fake.asked
    assert [["a@v1", "b@v1"], ["a@v1"]] == [list(each) for each in found]


def test_a_reward_gets_only_the_fields_that_it_reads() -> None:
    """The service refuses a field that nothing reads."""
    sample = Sample("x", {"answer": "1", "options": ["a"]})
    assert {"answer": "1"} == Question(RewardRequest("a@v1"), {"answer"}).sample(sample).reference
    assert Question(RewardRequest("a@v1")).sample(sample).reference is None


def test_one_refused_sample_does_not_cost_the_others() -> None:
    """It is found by halving, and fails alone."""
    fake = FakeRewards(says, refuses=["3"])
    asking = Asking(fake, [Question(RewardRequest("a@v1"))], lambda _: False)
    found = asyncio.run(asking.outcomes([Sample(str(number)) for number in range(5)]))
    assert [0.0, 1.0, 2.0, None, 4.0] == [each["a@v1"].value for each in found]
    assert Failure("refused", "prompt: not a text") == found[3]["a@v1"]


@pytest.mark.parametrize(
    ("groups", "cut"), [("aab", 2), ("abbbbb", 1), ("aabbcc", 2), ("aabcccc", 3), ("aaa", 0), ("a", 0), ("", 0)]
)
def test_groups_are_cut_between_them(groups: str, cut: int) -> None:
    """As near to the middle as it can be, and nowhere in one."""
    assert cut == between_groups([Sample("c", group=name) for name in groups])


def test_a_refused_sample_costs_those_that_it_is_compared_with() -> None:
    """What is wrong with several of them is said once."""
    fake = FakeRewards(says, refuses=["3"])
    asking = Asking(fake, [Question(RewardRequest("a@v1"), (), between_groups)], lambda _: False)
    found = asyncio.run(asking.outcomes([Sample(text, group=name) for text, name in zip("1234", "abbc", strict=True)]))
    refused = Failure("refused", "prompt: not a text")
    assert [1.0, refused, refused, 4.0] == [
        said.value if isinstance(said := each["a@v1"], Score) else said for each in found
    ]


def test_batches_come_back_in_order_and_overlap() -> None:
    """The second is under way before the first is done; a third is not read before."""
    log: list[str] = []

    async def work(batch: list[int]) -> int:
        log.append(f"begin {batch[0]}")
        await asyncio.sleep(0.02 if batch[0] == 0 else 0.0)
        log.append(f"end {batch[0]}")
        return sum(batch)

    async def run() -> list[int]:
        return [result async for _, result in in_order(batched(range(5), 2), work)]

    assert [1, 5, 4] == asyncio.run(run())
    assert ["begin 0", "begin 2", "end 2", "end 0"] == log[:4]


def test_what_is_under_way_is_given_up_when_one_fails() -> None:
    """No task is left behind."""
    given_up: list[int] = []

    async def work(number: int) -> None:
        try:
            await asyncio.sleep(0 if number == 0 else 60)
        except asyncio.CancelledError:
            given_up.append(number)
            raise
        raise ValueError("gone")

    async def run() -> None:
        async for _ in in_order(iter(range(9)), work):
            pass

    with pytest.raises(ValueError, match="gone"):
        asyncio.run(run())
    assert [1] == given_up


def test_patience_ends_with_the_failures_that_may_mend() -> None:
    """A score between them begins the count anew, and so does a failure that asking again cannot mend."""
    patience = Patience(2)
    for outcome in (GONE, Score(0, "x", ""), GONE, Failure("bad_reference", "no")):
        patience.take([outcome])
    patience.take([GONE])
    with pytest.raises(PatienceError, match=r"2 rows after another failed: judge_unavailable\. Nobody answered\."):
        patience.take([GONE])
