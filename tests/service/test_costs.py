"""Shards hold about as much work as pays for a frame."""

from rewards.registry import discover
from rewards.types import NoParams
from service.batch import Batch, Work
from service.costs import Costs
from tests.service.running import TEST_REWARDS, item

LENGTH = discover(TEST_REWARDS)["length@v1"]


def works(completion: str, number: int) -> list[Work]:
    """Return the items of one batch."""
    batch = Batch(LENGTH, NoParams(), [None] * number, missing=number)
    return [Work(batch, item(completion), position) for position in range(number)]


def test_shards_hold_a_bounded_number_of_characters() -> None:
    """Long completions do not wait for each other in one frame."""
    found = works("x" * 600_000, 6)
    cut = Costs(workers=1).cut(LENGTH, found)
    assert found == [work for shard in cut for work in shard]
    assert 1 == max(len(shard) for shard in cut)


def test_the_cheaper_the_items_the_more_go_together() -> None:
    """What was seen counts more and more."""
    costs = Costs(workers=2)
    before = costs.shard_items(LENGTH, 400)
    for _ in range(50):
        costs.learn(LENGTH.id, 0.00001)
    assert before < costs.shard_items(LENGTH, 400)
    assert 20 == before
