"""Requests of one sample are scored together, and none of them feels the others."""

import asyncio

import pytest

from rewards.frames import Item
from rewards.registry import discover
from rewards.types import Failure, NoParams, Outcome, Score
from service.batch import Batch, Shard, Work
from service.coalescing import ShardQueue, line_of
from service.costs import Costs
from service.pool import Pool
from tests.service.running import TEST_REWARDS, item, running_pool, scored, until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("warm_forkserver")]

REGISTRY = discover(TEST_REWARDS)
MOODY = REGISTRY["moody@v1"]
LENGTH = REGISTRY["length@v1"]
ODD = REGISTRY["odd@v1"]
GILDED = REGISTRY["gilded@v1"]
HOSTILE_MOODS = ["burn", "hog", "recurse", "segfault", "killed", "exit", "raise"]


async def one(pool: Pool, completion: str, deadline_s: float = 20.0) -> Outcome:
    """Return the outcome of a request of one sample."""
    ((outcome,),) = await scored(pool, MOODY, NoParams(), [item(completion)], deadline_s)
    return outcome


def reason(outcome: Outcome) -> str:
    """Return what decided an outcome."""
    return outcome.reason if isinstance(outcome, Score) else outcome.kind.value


def small(completion: str = "a") -> Shard:
    """Return the shard of a request of one sample."""
    batch = Batch(MOODY, NoParams(), [None], missing=1)
    return Shard([Work(batch, item(completion), 0)], 1.0, line_of(batch))


def large(shards: int) -> list[Shard]:
    """Return the shards of a large batch."""
    batch = Batch(MOODY, NoParams(), [None] * 10 * shards, missing=10 * shards)
    works = [Work(batch, item("a"), position) for position in range(10 * shards)]
    return [Shard(works[start : start + 10], 1.0, line_of(batch)) for start in range(0, 10 * shards, 10)]


def drained(queue: ShardQueue) -> list[Shard]:
    """Return what the queue gives until it is empty."""
    found = []
    while (shard := queue.pop()) is not None:
        found.append(shard)
    return found


def test_what_waits_for_a_worker_leaves_together() -> None:
    """As much of it as makes a good shard, in the order in which it came, the rest for the other worker."""
    queue = ShardQueue(Costs(workers=2))
    shards = [small() for _ in range(30)]
    works = [shard.works[0] for shard in shards]
    for shard in shards:
        queue.put(shard)
    assert 30 == queue.items
    found = drained(queue)
    assert 15 == len(found[0].works)
    assert 8 == len(found[1].works)
    assert works == [work for shard in found for work in shard.works]


def test_large_batches_and_the_line_of_small_ones_take_turns() -> None:
    """However many requests of one sample wait, a large batch comes second, and the reverse."""
    queue = ShardQueue(Costs(workers=1))
    for _ in range(100):
        queue.put(small())
    for shard in large(3):
        queue.put(shard)
    assert [True, False, True, False, True, False] == [isinstance(shard.line, tuple) for shard in drained(queue)][:6]


def test_a_shard_of_small_batches_holds_a_bounded_number_of_characters() -> None:
    """Long completions do not wait for each other in one frame."""
    queue = ShardQueue(Costs(workers=1))
    for _ in range(3):
        queue.put(small("x" * 600_000))
    assert [1, 1, 1] == [len(shard.works) for shard in drained(queue)]
    assert 0 == queue.items


async def test_each_request_gets_its_own_outcome() -> None:
    """Two hundred at once on one worker, in a fraction of the frames."""
    async with running_pool(workers=1) as pool:
        texts = ["x" * number for number in range(200)]
        outcomes = await asyncio.gather(*(scored(pool, LENGTH, NoParams(), [item(text)], 20) for text in texts))
        values = [each.value for ((each,),) in outcomes if isinstance(each, Score)]
    assert [float(number) for number in range(200)] == values


@pytest.mark.parametrize("mood", HOSTILE_MOODS)
async def test_a_hostile_request_changes_none_of_its_neighbours(mood: str) -> None:
    """Those that shared a worker with it get the outcome that they get alone."""
    async with running_pool(workers=1) as pool:
        alone = await one(pool, mood)
        texts = [*["fine"] * 10, mood, *["fine"] * 10]
        outcomes = await asyncio.gather(*(one(pool, text) for text in texts))
    assert alone == outcomes[10]
    assert {"fine"} == {reason(outcome) for outcome in [*outcomes[:10], *outcomes[11:]]}


async def test_a_deadline_is_its_requests_own() -> None:
    """A request that sleeps for ever ends at its deadline, and the others behind it are scored."""
    async with running_pool(workers=1) as pool:
        texts = ["fine", "sleep", "fine", "fine"]
        outcomes = await asyncio.gather(*(one(pool, text, 0.5 if text == "sleep" else 20) for text in texts))
        assert ["fine", "deadline", "fine", "fine"] == [reason(outcome) for outcome in outcomes]
        assert isinstance(outcomes[1], Failure)


async def test_a_client_that_hangs_up_delays_nobody() -> None:
    """Its sample goes on for the grace that every worker has, and what shared the worker is scored after that."""
    async with running_pool(workers=1) as pool:
        busy = asyncio.create_task(one(pool, "doze"))
        await asyncio.sleep(0.02)
        leaving = [asyncio.create_task(one(pool, "sleep")) for _ in range(2)]
        staying = [asyncio.create_task(one(pool, "fine")) for _ in range(5)]
        await asyncio.sleep(0.01)
        leaving[1].cancel()
        assert "fine" == reason(await busy)
        await asyncio.sleep(0.1)
        leaving[0].cancel()
        started = asyncio.get_running_loop().time()
        assert {"fine"} == {reason(outcome) for outcome in await asyncio.gather(*staying)}
        assert asyncio.get_running_loop().time() - started < 5
        await until(lambda: pool.status.queued == 0)


async def test_a_request_that_waits_behind_one_that_is_given_up_is_not_killed() -> None:
    """What a worker scores for somebody goes on when another of its shard is given up."""
    async with running_pool(workers=1) as pool:
        busy = asyncio.create_task(one(pool, "doze"))
        await asyncio.sleep(0.02)
        wanted = asyncio.create_task(one(pool, "doze"))
        given_up = asyncio.create_task(one(pool, "sleep", 0.15))
        last = asyncio.create_task(one(pool, "fine"))
        outcomes = await asyncio.gather(busy, wanted, given_up, last)
        assert ["fine", "fine", "deadline", "fine"] == [reason(outcome) for outcome in outcomes]


async def test_what_no_frame_can_carry_is_a_failure_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    """A number of more than 64 bits among requests that shared a frame with it."""
    items: list[Item] = [item("fine", reference={"number": 2**70 if n == 3 else n}) for n in range(6)]
    async with running_pool(workers=1) as pool:
        outcomes = await asyncio.gather(*(scored(pool, ODD, NoParams(), [each], 10) for each in items))
    assert ["fine", "fine", "fine", "crash", "fine", "fine"] == [reason(each) for ((each,),) in outcomes]
    assert "shard_failed: TypeError at frames.py" in caplog.text


async def test_a_hostile_reference_is_paid_for_once_by_those_that_share_a_worker() -> None:
    """Of the completions of one prompt, each a request, one finds out what reading the reference takes."""
    async with running_pool(workers=1) as pool:
        items = [item(str(n), reference={"answer": "burn" if n % 2 else "8"}) for n in range(20)]
        outcomes = await asyncio.gather(*(scored(pool, GILDED, GILDED.params(), [each], 60) for each in items))
        assert pool.status.restarts <= 4
    expected = ["bad_reference" if n % 2 else "equal" if n == 8 else "different" for n in range(20)]
    assert expected == [reason(each) for ((each,),) in outcomes]
