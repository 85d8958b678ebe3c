"""What goes into one request."""

from collections.abc import Collection, Sequence

import pytest

from service.rescoring.case import Case
from service.rescoring.errors import RescoringError
from service.rescoring.portions import Groups, Singles
from trainer_client import Sample


def group(name: str, *keys: int, text: str = "c") -> list[Case]:
    """Return the samples of a group."""
    return [Case(key, {}, Sample(text, group=name)) for key in keys]


def portions(groups: Sequence[Sequence[Case]], size: int, done: Collection[int] = ()) -> list[list[int]]:
    """Return which samples are asked about together."""
    found = Groups(groups).portions(lambda case: case.key not in done, size)
    return [[case.key for case in portion] for portion in found]


def test_single_samples_go_so_many_at_a_time() -> None:
    """Those that are done are left out."""
    found = Singles(group("g", *range(7))).portions(lambda case: case.key != 1, 4)
    assert [[0, 2, 3, 4], [5, 6]] == [[case.key for case in portion] for portion in found]


def test_a_group_is_never_split() -> None:
    """One that is larger than a request should be goes alone."""
    assert [[0, 1, 2, 3], [4, 5, 6, 7, 8], [9]] == portions(
        [group("a", 0, 1), group("b", 2, 3), group("c", 4, 5, 6, 7, 8), group("d", 9)], 4
    )


def test_groups_of_one_name_are_kept_apart() -> None:
    """In one request they would be one group."""
    assert [[0, 1, 2], [3]] == portions([group("a", 0, 1), group("b", 2), group("a", 3)], 9)


def test_a_group_is_done_or_not_done() -> None:
    """One of which some samples are missing is asked about whole."""
    assert [[2, 3]] == portions([group("a", 0, 1), group("b", 2, 3)], 9, done=[0, 1, 2])


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ([group("a", *range(8193))], "the group 'a' has 8,193 samples, and a request may have 8,192"),
        ([group("a", 0, 1, text="x" * 17_000_000)], "the group 'a' has 32 MiB, and a request may have 32"),
    ],
)
def test_a_group_that_no_request_can_carry_is_refused(groups: list[list[Case]], words: str) -> None:
    """The client would send it in two, and its parts would be compared as if they were all."""
    with pytest.raises(RescoringError, match=words):
        portions(groups, 256)
