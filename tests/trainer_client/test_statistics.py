"""Statistics as they arrive, and those of several requests as one."""

import math
from typing import Any

import pytest

from trainer_client import BadReply, RewardRequest, Statistics
from trainer_client import _wire as wire
from trainer_client._json import encoded
from trainer_client._statistics import merged, statistics

SENT: dict[str, Any] = {
    "samples": 5,
    "scored": 4,
    "failures": {"crash": 1},
    "mean": 0.75,
    "fire_rate": 0.75,
    "saturation": 0.5,
    "groups": 2,
    "groups_without_variance": 1,
    "in_group_variance": 0.125,
    "warnings": ["a: b"],
}
ONE = Statistics(5, 4, 0.75, 0.5, 0.75, 2, 1, 0.125, {"crash": 1}, ("a: b",))
NOTHING = Statistics(0, 0, None, None, None, 0, 0, None)


def test_all_fields_are_read() -> None:
    """Also those of a service that knows more, or less."""
    assert statistics(SENT) == ONE
    assert statistics({**SENT, "new": 1}) == ONE
    assert statistics({}) == NOTHING
    assert statistics(None) is None


@pytest.mark.parametrize("value", [3, [], {"samples": []}, {"mean": "much"}, {"failures": 3}, {"warnings": 3}])
def test_what_is_no_statistics_is_a_bad_reply(value: object) -> None:
    """Like everything else of another type than agreed."""
    result = {"reward": "a@v1", "outcomes": [], "statistics": value}
    with pytest.raises(BadReply):
        wire.results(encoded({"results": [result]}), [RewardRequest("a@v1")], 0)


def test_parts_are_one_whole() -> None:
    """Shares are weighted by what they are shares of; a part without values weighs nothing."""
    other = Statistics(12, 12, 0.25, 0.0, 0.1, 1, 0, 0.5, {}, ("a: b", "c: d"))
    found = merged([ONE, other, NOTHING])
    assert found is not None
    assert (found.samples, found.scored, found.groups, found.groups_without_variance) == (17, 16, 3, 1)
    assert (found.fire_rate, found.saturation, found.in_group_variance) == (0.375, 0.125, 0.25)
    assert found.mean is not None
    assert math.isclose(found.mean, (4 * 0.75 + 12 * 0.1) / 16)
    assert (found.failures, found.warnings) == ({"crash": 1}, ("a: b", "c: d"))
    assert merged([NOTHING]) == NOTHING


def test_a_part_without_statistics_leaves_none() -> None:
    """Half of them would say something else."""
    assert merged([ONE, None]) is None
    assert merged([]) is None


def test_share_without_variance() -> None:
    """Of the groups; there is none without groups."""
    assert ONE.share_without_variance == 0.5
    assert NOTHING.share_without_variance is None
