"""Whatever a completion does to its worker, every sample gets its outcome."""

import asyncio
import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rewards.frames import EncodedOutcome, Item, encode_outcome
from rewards.registry import discover
from rewards.types import Failure, FailureKind, NoParams, Outcome, Score
from rewards.worker import IDLE
from service.batch import Batch, Shard, Work
from service.pool import Pool, PoolUnavailableError
from service.process import Death, WorkerDiedError, WorkerProcess, _cause
from service.settings import MEBIBYTE
from tests.service.running import TEST_REWARDS, forkserver_pid, item, kill, preload, running_pool, scored, until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("warm_forkserver")]

REGISTRY = discover(TEST_REWARDS)
COSTLY = REGISTRY["costly@v1"]
MOODY = REGISTRY["moody@v1"]
GILDED = REGISTRY["gilded@v1"]
LENGTH = REGISTRY["length@v1"]
ODD = REGISTRY["odd@v1"]
MATH = replace(discover()["math_equal@v1"], budget_s=1.0)
FINE = Score(1.0, "fine", "Nothing happened.")
HOSTILE_MOODS = ("burn", "hog", "segfault", "exit", "recurse", "raise")
POISON = Path(__file__).parents[3] / "shared/data/poison/poison.jsonl"


async def run(pool: Pool, items: list[Item], deadline_s: float = 20.0) -> list[Outcome]:
    """Return what `moody@v1` says of each sample."""
    return [outcome for outcomes in await scored(pool, MOODY, NoParams(), items, deadline_s) for outcome in outcomes]


def reasons(outcomes: list[Outcome]) -> list[str]:
    """Return what decided each outcome."""
    return [outcome.reason if isinstance(outcome, Score) else outcome.kind.value for outcome in outcomes]


async def test_outcomes_come_in_order() -> None:
    """A thousand items over two workers, each where it belongs."""
    async with running_pool() as pool:
        outcomes = await scored(pool, LENGTH, NoParams(), [item("x" * size) for size in range(1000)], 20)
    values = [outcome.value for (outcome,) in outcomes if isinstance(outcome, Score)]
    assert [float(size) for size in range(1000)] == values


async def test_nothing_is_answered_with_nothing() -> None:
    """An empty batch costs no worker."""
    async with running_pool(workers=1) as pool:
        assert [] == await scored(pool, MOODY, NoParams(), [], 1)


async def test_a_group_stays_together() -> None:
    """One outcome for each of the group's samples."""
    async with running_pool(workers=1) as pool:
        (outcomes,) = await scored(pool, REGISTRY["rank@v1"], NoParams(), [item("ccc", "a", "bb")], 10)
    assert [2.0, 0.0, 1.0] == [outcome.value for outcome in outcomes if isinstance(outcome, Score)]


@pytest.mark.parametrize(
    ("mood", "expected"),
    [
        ("fine", "fine"),
        ("burn", "answer_too_expensive"),
        ("hog", "answer_too_expensive"),
        ("recurse", "answer_too_expensive"),
        ("segfault", "crash"),
        ("exit", "crash"),
        ("killed", "crash"),
        ("raise", "crash"),
        ("bad_reference", "bad_reference"),
        ("not_applicable", "not_applicable"),
        ("nan", "out_of_range"),
        ("high", "out_of_range"),
        ("print", "fine"),
    ],
)
async def test_each_mood_has_its_outcome(mood: str, expected: str) -> None:
    """The completion's fault is the lowest score, anyone else's a failure, and the neighbours are fine."""
    async with running_pool() as pool:
        outcomes = await run(pool, [item("fine"), item(mood), item("fine")])
    assert ["fine", expected, "fine"] == reasons(outcomes)
    if expected == "answer_too_expensive":
        assert Score(-1.0, expected, getattr(outcomes[1], "explanation", "")) == outcomes[1]


async def test_no_message_quotes_a_completion() -> None:
    """A crash says where, and not what."""
    async with running_pool(workers=1) as pool:
        (outcome,) = await run(pool, [item("raise")])
    assert isinstance(outcome, Failure)
    assert "ValueError in v1.py" in outcome.message
    assert "SECRET" not in outcome.message


@pytest.mark.parametrize("mood", HOSTILE_MOODS)
async def test_one_hostile_sample_changes_none_of_its_neighbours(mood: str) -> None:
    """63 of 64 outcomes are the same with it as without it."""
    neighbours = [f"completion {number}" for number in range(63)]
    async with running_pool() as pool:
        alone = await run(pool, [item(text) for text in neighbours])
        beside = await run(pool, [item(text) for text in [*neighbours[:31], mood, *neighbours[31:]]])
    assert alone == beside[:31] + beside[32:]


@pytest.mark.skipif(not POISON.exists(), reason="shared/data/poison is not here")
@pytest.mark.timeout(120)
async def test_a_poisoned_answer_changes_none_of_its_neighbours() -> None:
    """The real maths reward: 63 verdicts are the same beside an answer that hangs, grows or recurses."""
    rows = [_poison(json.loads(line)) for line in POISON.read_text(encoding="utf-8").splitlines()]
    hostile = [row for row in rows if row[0].rpartition("-")[2] in {"003", "013"}][:8]
    good = [item(rf"so \boxed{{{number % 7}}}", reference={"answer": "3"}) for number in range(63)]
    async with running_pool("rewards") as pool:
        alone = await scored(pool, MATH, NoParams(), good, 30)
        assert {"equal", "different"} == set(reasons([outcome for (outcome,) in alone]))
        batches = [
            scored(pool, MATH, NoParams(), [*good[:20], item(text, reference={"answer": gold}), *good[20:]], 60)
            for _, gold, text in hostile
        ]
        for beside in await asyncio.gather(*batches):
            assert alone == beside[:20] + beside[21:]


def _poison(row: dict[str, Any]) -> tuple[str, str, str]:
    """Return a row's id, its gold answer and its completion."""
    gold = eval(row["gold_gen"]) if row["gold_gen"] else row["gold"]  # noqa: S307 - our own file, and the point of it
    text = eval(row["gen"]) if row["gen"] else row["completion"]  # noqa: S307 - as above
    return row["id"], str(gold), str(text)


@pytest.mark.timeout(60)
async def test_a_stop_that_meets_a_worker_becoming_ready_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool stops even where the cancellation and the worker's first word come in the same turn of the loop."""
    pool = Pool(TEST_REWARDS, workers=1, memory_bytes=512 * MEBIBYTE)
    stops: list[asyncio.Task[None]] = []
    next_frame = WorkerProcess._frame

    async def frame_then_stop(process: WorkerProcess) -> list[list[EncodedOutcome]]:
        frame = await next_frame(process)
        stops.append(asyncio.create_task(pool.stop()))
        return frame

    monkeypatch.setattr(WorkerProcess, "_frame", frame_then_stop)
    await pool.start()
    await until(lambda: bool(stops))
    done, _ = await asyncio.wait(stops, timeout=20)
    assert done
    assert pool.worker_pids == []


async def test_a_late_sample_is_a_deadline() -> None:
    """What the clock took is a failure to try again, its worker is replaced and other calls are fine."""
    async with running_pool() as pool:
        late, others = await asyncio.gather(run(pool, [item("sleep")], 0.3), run(pool, [item("fine")] * 3))
        assert ["deadline"] == reasons(late)
        assert isinstance(late[0], Failure)
        assert late[0].retryable
        assert [FINE] * 3 == others
        await until(lambda: pool.status.ready == 2 and pool.status.restarts == 1)
        assert [FINE] == await run(pool, [item("fine")])


async def test_a_short_deadline_costs_no_worker() -> None:
    """One that is about to finish may: replacing it would take the time of everybody else."""
    async with running_pool(workers=1) as pool:
        for _ in range(5):
            assert ["deadline"] == reasons(await run(pool, [item("doze")], 0.02))
        assert [FINE] == await run(pool, [item("fine")], 5)
        assert 0 == pool.status.restarts


async def test_what_waits_behind_an_abandoned_batch_is_not_run() -> None:
    """A batch past its deadline leaves no work behind."""
    async with running_pool(workers=1) as pool:
        assert ["deadline"] * 3 == reasons(await run(pool, [item("sleep")] * 3, 0.2))
        assert [FINE] == await run(pool, [item("fine")], 5)
        assert 0 == pool.status.queued


async def test_cancelling_a_call_frees_its_worker() -> None:
    """Nobody waits for the answer, so nobody computes it."""
    async with running_pool(workers=1) as pool:
        call = asyncio.create_task(run(pool, [item("sleep")]))
        await asyncio.sleep(0.1)
        call.cancel()
        assert [FINE] == await run(pool, [item("fine")], 5)


async def test_a_full_queue_refuses() -> None:
    """More than `max_queued` is refused at once, and says when to come back."""
    async with running_pool(workers=1, max_queued=10) as pool:
        with pytest.raises(PoolUnavailableError, match="queue is full") as caught:
            await run(pool, [item("fine")] * 11)
        assert caught.value.retry_after_s > 0
        assert [FINE] * 10 == await run(pool, [item("fine")] * 10)


async def test_a_package_that_cannot_be_imported_is_never_ready(caplog: pytest.LogCaptureFixture) -> None:
    """Start-up backs off, calls are refused, and the log says what was raised without its text."""
    pool = Pool("tests.pool_rewards.unloadable", workers=1, memory_bytes=512 * MEBIBYTE)
    await pool.start()
    try:
        await until(lambda: pool._crew._deaths_before_ready >= 3)
        deaths = pool._crew._deaths_before_ready
        await asyncio.sleep(1.0)
        assert deaths == pool._crew._deaths_before_ready
        assert 0 == pool.status.ready
        with pytest.raises(PoolUnavailableError, match="No worker process"):
            await run(pool, [item("fine")])
    finally:
        await pool.stop()
    assert "worker_not_started: WorkerDiedError" in caplog.text
    assert "SECRET" not in caplog.text


async def test_a_worker_is_replaced_after_its_share() -> None:
    """Whatever a library accumulates goes with the process."""
    async with running_pool(workers=1, recycle_after=5) as pool:
        first = pool.worker_pids
        assert [FINE] * 5 == await run(pool, [item("fine")] * 5)
        await until(lambda: pool.status.ready == 1 and pool.worker_pids != first)
        assert [FINE] == await run(pool, [item("fine")])
        assert 0 == pool.status.restarts


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
async def test_an_idle_worker_that_dies_is_replaced(number: signal.Signals) -> None:
    """Nobody has to send work to find out."""
    async with running_pool(workers=1) as pool:
        (pid,) = pool.worker_pids
        os.kill(pid, number)
        await until(lambda: pool.status.restarts == 1 and pool.status.ready == 1)
        assert [FINE] == await run(pool, [item("fine")])


async def test_the_death_of_the_forkserver_is_survived() -> None:
    """A new one is started, work in flight is scored, and a worker that outlived it is not lost."""
    async with running_pool() as pool:
        await until(lambda: pool.status.ready == 2)
        preload()
        kill(forkserver_pid())
        assert [FINE] * 3 == await run(pool, [item("fine")] * 3)
        for pid in pool.worker_pids:
            kill(pid)
        await until(lambda: pool.status.restarts == 2 and pool.status.ready == 2)
        assert ["fine", "answer_too_expensive"] == reasons(await run(pool, [item("fine"), item("burn")]))


async def test_what_no_frame_can_carry_costs_no_slot(caplog: pytest.LogCaptureFixture) -> None:
    """A number of more than 64 bits is a failure of its shard, and the pool scores on."""
    huge = [item("fine", reference={"number": 2**70}) for _ in range(3)]
    async with running_pool(workers=1) as pool:
        outcomes = await scored(pool, ODD, NoParams(), huge, 10)
        assert ["crash"] * 3 == reasons([outcome for (outcome,) in outcomes])
        assert [FINE] == await run(pool, [item("fine")], 10)
    assert "shard_failed: TypeError at frames.py" in caplog.text


@pytest.mark.parametrize("completion", ["surrogate", "nan", "huge"])
async def test_a_result_that_no_frame_can_carry_is_a_crash_of_its_sample(completion: str) -> None:
    """The neighbours' outcomes are untouched, and no worker dies of it."""
    work = [item(text, reference={"number": 1}) for text in ("fine", completion, "fine")]
    async with running_pool(workers=1) as pool:
        outcomes = [outcome for (outcome,) in await scored(pool, ODD, NoParams(), work, 10)]
        assert ["fine", "crash", "fine"] == reasons(outcomes)
        assert 0 == pool.status.restarts


async def test_a_job_that_kills_before_its_first_item_ends() -> None:
    """A job of which no worker survives the reading is a crash and not a loop without end."""
    stranger = MATH  # the workers of this pool do not know it
    async with running_pool(workers=2) as pool:
        outcomes = await scored(pool, stranger, NoParams(), [item("1", reference={"answer": "1"})] * 3, 20)
        assert ["crash"] * 3 == reasons([outcome for (outcome,) in outcomes])
        assert [FINE] == await run(pool, [item("fine")])


async def test_a_sample_already_scored_is_not_scored_again() -> None:
    """A worker killed between its answer and its next item takes nothing back."""
    pool = Pool(TEST_REWARDS, workers=1, memory_bytes=512 * MEBIBYTE)
    batch = Batch(MOODY, NoParams(), [None] * 3, missing=3)
    works = [Work(batch, item("fine"), position) for position in range(3)]
    batch.settle(works[0], [encode_outcome(FINE)])
    pool._crew.rescue(Shard(works, 1.0, batch), 1, WorkerDiedError(Death.OUTSIDE, 0))
    rescued = pool._queue.pop()
    assert rescued is not None
    assert [1, 2] == [work.position for work in rescued.works]
    assert pool._queue.pop() is None
    await pool.stop()


@pytest.mark.parametrize(
    ("exit_code", "death"),
    [
        (70, Death.OWN_LIMIT),
        (-signal.SIGPROF, Death.OWN_LIMIT),
        (-signal.SIGKILL, Death.OUTSIDE),
        (255, Death.OUTSIDE),
        (None, Death.OUTSIDE),
        (-signal.SIGSEGV, Death.FAULT),
        (0, Death.FAULT),
        (3, Death.FAULT),
    ],
)
def test_exit_codes_tell_whose_fault_it_was(exit_code: int | None, death: Death) -> None:
    """Only its own limits are the completion's fault."""
    assert death is _cause(exit_code)


def test_idle_is_no_index() -> None:
    """A worker between two jobs accuses nobody."""
    assert IDLE < 0
    assert FailureKind.CRASH.retryable


@pytest.mark.parametrize(
    ("reference", "completion", "expected"),
    [
        ("burn", "anything", "bad_reference"),
        ("burn", "burn", "bad_reference"),
        ("72", "burn", "answer_too_expensive"),
        ("72", "72", "equal"),
    ],
)
async def test_whose_fault_the_expense_is(reference: str, completion: str, expected: str) -> None:
    """A reference too expensive for any completion is a failure; a completion too expensive for it scores lowest."""
    async with running_pool() as pool:
        (outcomes,) = await scored(pool, COSTLY, NoParams(), [item(completion, reference={"answer": reference})], 30)
        assert [expected] == reasons(outcomes)


@pytest.mark.parametrize(
    ("reference", "completion", "expected"),
    [
        ("burn", "anything", "bad_reference"),
        ("hog", "burn", "bad_reference"),
        ("recurse", "anything", "bad_reference"),
        ("", "anything", "bad_reference"),
        ("72", "burn", "answer_too_expensive"),
        ("72", "hog", "answer_too_expensive"),
        ("segfault", "72", "crash"),
        ("killed", "72", "crash"),
        ("72", "72", "equal"),
    ],
)
async def test_whose_fault_it_is_where_references_are_read_apart(
    reference: str, completion: str, expected: str
) -> None:
    """The worker dies while it reads or while it scores, and no harmless completion is needed to tell."""
    texts = [("1", "1"), (completion, reference), ("1", "2")]
    async with running_pool() as pool:
        items = [item(text, reference={"answer": answer}) for text, answer in texts]
        outcomes = [outcome for (outcome,) in await scored(pool, GILDED, GILDED.params(), items, 30)]
        assert ["equal", expected, "different"] == reasons(outcomes)
        if expected == "answer_too_expensive":
            assert 2 == pool.status.restarts


async def test_a_hostile_reference_is_paid_for_once() -> None:
    """Of a hundred samples that share it, one finds out what reading it takes."""
    async with running_pool() as pool:
        await scored(pool, GILDED, GILDED.params(), [item("1", reference={"answer": "1"})] * 64, 30)
        started = time.monotonic()
        items = [item(str(number), reference={"answer": "burn" if number % 4 else "8"}) for number in range(100)]
        outcomes = [outcome for (outcome,) in await scored(pool, GILDED, GILDED.params(), items, 30)]
        assert time.monotonic() - started < 10
        assert pool.status.restarts <= 4
    expected = ["bad_reference" if number % 4 else "equal" if number == 8 else "different" for number in range(100)]
    assert expected == reasons(outcomes)


async def test_a_small_batch_does_not_wait_for_a_large_one() -> None:
    """A hundred expensive items are queued, and one cheap item of another batch is scored among the first."""
    async with running_pool(workers=1) as pool:
        large = asyncio.create_task(run(pool, [item("burn")] * 100, 60))
        await asyncio.sleep(0.2)
        assert [FINE] == await run(pool, [item("fine")], 10)
        assert not large.done()
        large.cancel()
