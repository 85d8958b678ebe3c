"""One at a time, teams in turns, whoever leaves."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.judging.turns import Turns

pytestmark = pytest.mark.anyio


class Queue:
    """Notes who went through a door."""

    def __init__(self) -> None:
        self._door = Turns()
        self.passed: list[str] = []
        self.inside = 0

    async def go(self, who: str) -> None:
        """Go through; the first letter is the team."""
        async with self._door.turn(who[0]):
            self.inside += 1
            assert 1 == self.inside
            self.passed.append(who)
            try:
                await asyncio.sleep(0)
            finally:
                self.inside -= 1


async def test_teams_take_turns_and_each_keeps_its_order() -> None:
    """One that comes late with little is soon through."""
    queue = Queue()
    await asyncio.gather(*map(queue.go, ["a1", "a2", "a3", "a4", "a5", "b1", "b2", "c1"]))
    assert ["a1", "a2", "b1", "c1", "a3", "b2", "a4", "a5"] == queue.passed


async def test_a_single_team_is_served_in_order() -> None:
    """As by any other door."""
    queue = Queue()
    everybody = [f"a{number}" for number in range(50)]
    await asyncio.gather(*map(queue.go, everybody))
    assert everybody == queue.passed


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.booleans()), max_size=30))
def test_whoever_leaves_leaves_the_door_open(events: list[tuple[str, int, bool]]) -> None:
    """All who stay get through, and then nobody stands in it."""

    async def play() -> None:
        queue, staying = Queue(), []
        for number, (team, turns, leaves) in enumerate(events):
            task = asyncio.ensure_future(queue.go(f"{team}{number}"))
            for _ in range(turns):
                await asyncio.sleep(0)
            if leaves:
                task.cancel()
            else:
                staying.append(task)
        async with asyncio.timeout(5):
            await asyncio.gather(*staying)
            await queue.go("z")

    asyncio.run(play())
