"""Equal questions are asked once, and nobody's leaving hurts anybody else."""

import asyncio
import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.errors import JudgeUnavailable, JudgeUnparsable
from service.judging.flights import Flights

pytestmark = pytest.mark.anyio


class Errand:
    """Something asked that comes back when a test says so."""

    def __init__(self, *, leaves: bool = False) -> None:
        self.asked = 0
        self.done = 0
        self._leaves = leaves
        self._answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def __call__(self, leave: Callable[[], None]) -> str:
        """Go out, and wait."""
        self.asked += 1
        if self._leaves:
            leave()
        answer = await asyncio.shield(self._answer)
        self.done += 1
        return answer

    def returns(self, answer: str) -> None:
        """Come back with an answer."""
        self._answer.set_result(answer)

    def raises(self, error: Exception) -> None:
        """Come back with an error."""
        self._answer.set_exception(error)


async def started(flights: Flights[str], errand: Errand, count: int) -> "list[asyncio.Task[str]]":
    """Return so many who wait for the same."""
    tasks = [asyncio.ensure_future(flights.join("key", errand)) for _ in range(count)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_one_call_serves_all_who_wait() -> None:
    """Whoever comes later asks anew."""
    flights, errand = Flights[str](), Errand()
    tasks = await started(flights, errand, 100)
    assert "key" in flights
    errand.returns("answer")
    assert ["answer"] * 100 == await asyncio.gather(*tasks)
    assert 1 == errand.asked
    assert "key" not in flights
    assert "answer" == await flights.join("key", errand)
    assert 2 == errand.asked


async def test_other_questions_go_beside_it() -> None:
    """Each key has its own call."""
    flights, errand = Flights[str](), Errand()
    tasks = [asyncio.ensure_future(flights.join(key, errand)) for key in "aab"]
    await asyncio.sleep(0.01)
    errand.returns("answer")
    await asyncio.gather(*tasks)
    assert 2 == errand.asked


async def test_one_who_leaves_does_not_hurt_the_others() -> None:
    """Not even the one who came first."""
    flights, errand = Flights[str](), Errand()
    first, *others = await started(flights, errand, 3)
    first.cancel()
    await asyncio.sleep(0.01)
    errand.returns("answer")
    assert ["answer", "answer"] == await asyncio.gather(*others)
    assert first.cancelled()
    assert 1 == errand.asked


async def test_what_has_not_left_is_dropped_when_nobody_waits() -> None:
    """A newcomer does not wait for what was dropped, not even in the same turn of the loop."""
    flights, errand, another = Flights[str](), Errand(), Errand()
    tasks = await started(flights, errand, 2)
    for task in tasks:
        task.cancel()
    newcomer = asyncio.ensure_future(flights.join("key", another))
    await asyncio.sleep(0.01)
    another.returns("anew")
    assert "anew" == await newcomer
    await asyncio.sleep(0)
    assert (1, 0, 1) == (errand.asked, errand.done, another.asked)


async def test_what_has_left_comes_home_when_nobody_waits() -> None:
    """And a newcomer waits for it."""
    flights, errand = Flights[str](), Errand(leaves=True)
    (task,) = await started(flights, errand, 1)
    task.cancel()
    await asyncio.sleep(0.01)
    assert "key" in flights
    newcomer = asyncio.ensure_future(flights.join("key", errand))
    await asyncio.sleep(0.01)
    errand.returns("answer")
    assert "answer" == await newcomer
    assert (1, 1) == (errand.asked, errand.done)


@pytest.mark.parametrize("kind", [JudgeUnparsable, ValueError])
async def test_an_error_reaches_all(kind: type[Exception]) -> None:
    """And is not kept."""
    flights, errand = Flights[str](), Errand()
    tasks = await started(flights, errand, 3)
    errand.raises(kind("no"))
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [kind] * 3 == [type(each) for each in found]
    assert "key" not in flights


async def test_an_error_that_nobody_waits_for_is_no_noise() -> None:
    """The event loop's handler is not called."""
    heard: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: heard.append(context))
    flights, errand = Flights[str](), Errand(leaves=True)
    (task,) = await started(flights, errand, 1)
    task.cancel()
    await asyncio.sleep(0)
    errand.raises(ValueError("no"))
    await asyncio.sleep(0.01)
    del task
    assert [] == heard


async def test_stopping_is_told_to_all_and_ends_what_was_dropped_too() -> None:
    """Nobody takes it for a cancellation of his own, and nobody is let in afterwards."""
    before = asyncio.all_tasks()
    flights, errand = Flights[str](), Errand(leaves=True)
    tasks = await started(flights, errand, 2)
    await flights.stop()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [JudgeUnavailable, JudgeUnavailable] == [type(each) for each in found]
    with pytest.raises(JudgeUnavailable, match="stopping"):
        await flights.join("key", errand)
    assert before == asyncio.all_tasks()


@given(st.lists(st.sampled_from(["join", "cancel", "leave", "answer", "fail", "turn"]), max_size=25))
def test_no_order_of_events_strands_anybody(events: list[str]) -> None:
    """Whatever happens, everybody who still waits hears of a call, and there is one at a time."""
    asyncio.run(_play(events))


async def _play(events: list[str]) -> None:
    flights, errand, numbers = Flights[str](), _Open(), itertools.count()
    waiters: list[tuple[int, asyncio.Task[str]]] = []
    for event in events:
        if event == "join":
            waiters.append((next(numbers), asyncio.ensure_future(flights.join("key", errand))))
        elif event == "cancel" and waiters:
            waiters.pop()[1].cancel()
        elif event == "turn":
            await asyncio.sleep(0)
        else:
            errand.happen(event)
    while not all(task.done() for _, task in waiters):
        await asyncio.sleep(0)
        errand.happen("answer")
    for _, task in waiters:
        assert task.exception() is None or isinstance(task.exception(), ValueError)
    await asyncio.sleep(0)
    errand.happen("answer")
    await flights.stop()
    assert "key" not in flights
    assert errand.most_at_once <= 1


class _Open:
    """Calls that do what is said to all of them."""

    def __init__(self) -> None:
        self._calls: list[tuple[Callable[[], None], asyncio.Future[str]]] = []
        self.most_at_once = 0

    async def __call__(self, leave: Callable[[], None]) -> str:
        call = leave, asyncio.get_running_loop().create_future()
        self._calls.append(call)
        self.most_at_once = max(self.most_at_once, len(self._calls))
        try:
            return await call[1]
        finally:
            self._calls.remove(call)

    def happen(self, event: str) -> None:
        """Leave, answer or fail."""
        for leave, answer in self._calls:
            if event == "leave":
                leave()
            elif not answer.done():
                answer.set_result("answer") if event == "answer" else answer.set_exception(ValueError("no"))
