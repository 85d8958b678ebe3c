"""What needs no worker is decided here, needs are scored once, and groups stay together."""

import asyncio
from collections.abc import Sequence

import pytest

from rewards.registry import discover
from rewards.types import Failure, FailureKind, Outcome, Score
from service.judging.bench import Bench
from service.judging.nobody import NoJudge
from service.memo import Memo
from service.pool import Pool, PoolUnavailableError
from service.scoring import Ask, Scorer, Submission, submission
from service.settings import MEBIBYTE
from tests.service.running import TEST_REWARDS, running_pool, until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("warm_forkserver")]

REGISTRY = discover(TEST_REWARDS)


async def score(
    pool: Pool,
    reward_ids: Sequence[str],
    submissions: Sequence[Submission],
    deadline_s: float = 20,
    memo: Memo | None = None,
) -> list[list[Outcome]]:
    """Return what each reward says."""
    asks = [Ask(REGISTRY[reward_id], REGISTRY[reward_id].params()) for reward_id in reward_ids]
    scorer = Scorer(
        REGISTRY,
        pool,
        Bench(lambda _: NoJudge()),
        max_text_chars=100,
        memo=Memo(100, MEBIBYTE) if memo is None else memo,
    )
    found = await scorer.score(asks, submissions, deadline_s)
    return [[outcome.outcome() for outcome in outcomes] for outcomes in found]


def kinds(outcomes: Sequence[Outcome]) -> list[str]:
    """Return what decided each outcome."""
    return [outcome.reason if isinstance(outcome, Score) else outcome.kind.value for outcome in outcomes]


async def test_a_need_is_scored_and_passed_on() -> None:
    """A reward built on another's verdict sees it; a failed need is a failure of the same kind."""
    moods = ["fine", "raise", "bad_reference", "burn"]
    async with running_pool() as pool:
        moody, doubled = await score(pool, ["moody@v1", "doubled@v1"], [submission(mood) for mood in moods])
    assert ["fine", "crash", "bad_reference", "answer_too_expensive"] == kinds(moody)
    assert ["doubled", "crash", "bad_reference", "doubled"] == kinds(doubled)
    assert [2.0, -2.0] == [outcome.value for outcome in doubled if isinstance(outcome, Score)]
    assert isinstance(doubled[1], Failure)
    assert doubled[1].message.startswith("doubled@v1 needs moody@v1: ")


async def test_two_rewards_share_a_need() -> None:
    """The pool scores it once."""
    async with running_pool(workers=1) as pool:
        first, second = await score(pool, ["doubled@v1", "doubled@v1"], [submission("burn")])
        assert first == second
        assert 2 == pool.status.restarts


async def test_groups_are_put_together() -> None:
    """By their id, in the order of the batch, without those that are decided already."""
    texts = [("aaa", "1"), ("b", "2"), ("a", "1"), ("x" * 2, "2")]
    submissions = [submission(text, group=group) for text, group in texts]
    submissions.append(submission("a", group="1", prompt="p" * 101))
    async with running_pool(workers=1) as pool:
        (ranks,) = await score(pool, ["rank@v1"], submissions)
    assert [1.0, 0.0, 0.0, 1.0] == [outcome.value for outcome in ranks if isinstance(outcome, Score)]
    assert [2, 2, 2, 2] == [outcome.details["of"] for outcome in ranks if isinstance(outcome, Score)]
    assert "too_long" == kinds(ranks)[4]


async def test_texts_over_a_limit_reach_no_worker() -> None:
    """The completion's fault is the lowest score, the prompt's and the reference's a failure."""
    good = {"answer": "a"}
    submissions = [
        submission("x" * 1_000_001, reference=good),
        submission("a", prompt="p" * 101, reference=good),
        submission("a", reference={"answer": "a" * 101}),
        submission("a", prompt="p" * 100, reference={"answer": "a"}),
    ]
    async with running_pool(workers=1) as pool:
        (outcomes,) = await score(pool, ["matches@v1"], submissions)
    assert ["too_long", "too_long", "too_long", "equal"] == kinds(outcomes)
    assert [Score, Failure, Failure, Score] == [type(outcome) for outcome in outcomes]


async def test_a_missing_reference_is_said() -> None:
    """The failure names the field; a reward that needs none scores the same sample."""
    async with running_pool(workers=1) as pool:
        matches, length = await score(pool, ["matches@v1", "length@v1"], [submission("abc", reference={"number": 1})])
    assert matches == [Failure(FailureKind.MISSING_REFERENCE, "matches@v1 compares with a reference: answer.")]
    assert ["counted"] == kinds(length)


async def test_the_deadline_covers_the_needs() -> None:
    """Wall time is counted from the start of the request."""
    async with running_pool(workers=1) as pool:
        started = asyncio.get_running_loop().time()
        (outcomes,) = await score(pool, ["doubled@v1"], [submission("sleep")], 0.3)
        assert asyncio.get_running_loop().time() - started < 2
    assert ["deadline"] == kinds(outcomes)


async def test_when_one_reward_is_refused_the_others_stop() -> None:
    """Nobody waits for the rest of a request that has failed."""
    async with running_pool(workers=1, max_queued=5) as pool:
        with pytest.raises(PoolUnavailableError):
            await score(pool, ["moody@v1", "length@v1"], [submission("sleep", group=str(n)) for n in range(4)])
        await until(lambda: pool.status.queued == 0, 5)
        assert [["counted"]] == [kinds(outcomes) for outcomes in await score(pool, ["length@v1"], [submission("a")])]


async def test_equal_samples_are_scored_once() -> None:
    """In one batch and in the next; every copy gets the outcome, and nothing that a limit decided is remembered."""
    memo = Memo(100, MEBIBYTE)
    moods = ["fine", "burn", "fine", "bad_reference", "burn", "killed", "raise"]
    submissions = [submission(mood) for mood in moods]
    async with running_pool(workers=1) as pool:
        (first,) = await score(pool, ["moody@v1"], submissions, memo=memo)
        assert "answer_too_expensive" == kinds(first)[1]
        assert 2 == len(memo)
        deaths = pool.status.restarts
        (again,) = await score(pool, ["moody@v1"], submissions, memo=memo)
        assert pool.status.restarts > deaths
    assert first == again
    assert (first[0], first[1]) == (first[2], first[4])


async def test_a_deadline_is_not_remembered() -> None:
    """The next batch has its own."""
    memo = Memo(100, MEBIBYTE)
    async with running_pool(workers=1) as pool:
        (late,) = await score(pool, ["moody@v1"], [submission("doze"), submission("sleep")], 0.01, memo=memo)
        assert {"deadline"} == set(kinds(late))
        assert 0 == len(memo)
        assert [["fine"]] == [
            kinds(found) for found in await score(pool, ["moody@v1"], [submission("doze")], memo=memo)
        ]
        assert 1 == len(memo)


async def test_what_is_remembered_needs_no_worker() -> None:
    """The second time, the pool is not asked; a group is always scored anew."""
    memo = Memo(100, MEBIBYTE)
    submissions = [submission(text, group="g", reference={"answer": "a"}) for text in ("a", "b")]
    ids = ["matches@v1", "doubled@v1", "gilded@v1"]
    async with running_pool(workers=1) as pool:
        first = await score(pool, [*ids, "rank@v1"], submissions, memo=memo)
        kept = len(memo)
    assert first[:3] == await score(pool, ids, submissions, 0, memo=memo)
    assert 8 == kept == len(memo)
