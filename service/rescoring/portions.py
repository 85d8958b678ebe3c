"""What goes into one request: samples, so many at a time, or whole groups of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from service.asking import batched
from service.rescoring.case import Case
from service.rescoring.errors import RescoringError
from trainer_client._wire import MAX_BODY_BYTES, MAX_SAMPLES, sample_json

IsOpen = Callable[[Case], bool]
"""Says whether a sample is yet to be scored."""


class Portions(Protocol):
    """Samples, as they are asked about."""

    def portions(self, is_open: IsOpen, size: int) -> Iterator[Sequence[Case]]:
        """Yield what is yet to be scored, about so many samples at a time."""
        ...


class Singles:
    """Samples that are scored by themselves.

    Args:
        cases: The samples.
    """

    def __init__(self, cases: Iterable[Case]) -> None:
        self._cases = cases

    def portions(self, is_open: IsOpen, size: int) -> Iterator[Sequence[Case]]:
        """Yield what is yet to be scored, so many samples at a time."""
        return batched((case for case in self._cases if is_open(case)), size)


class Groups:
    """Samples that are compared with each other: a group is asked about whole, or not at all.

    Args:
        groups: The samples of each group, which have its name.
    """

    def __init__(self, groups: Iterable[Sequence[Case]]) -> None:
        self._groups = groups

    def portions(self, is_open: IsOpen, size: int) -> Iterator[Sequence[Case]]:
        """Yield groups of which something is yet to be scored, together so many samples or one group that is larger.

        Groups that have one name, as those of one prompt in two steps, are in different portions: in one request they
        would be one group.

        Raises:
            RescoringError: a group is larger than a request may be.
        """
        portion: list[Case] = []
        names: set[str | None] = set()
        for group in self._groups:
            if not any(map(is_open, group)):
                continue
            name = group[0].sample.group
            _check_size(group, name)
            if portion and (name in names or len(portion) + len(group) > size):
                yield portion
                portion, names = [], set()
            portion += group
            names.add(name)
        if portion:
            yield portion


def check_number(name: str | None, samples: int) -> None:
    """Return where a group has not too many samples for one request.

    Raises:
        RescoringError: it has.
    """
    if samples > MAX_SAMPLES:
        raise RescoringError(
            f"the group {name!r} has {samples:,} samples, and a request may have {MAX_SAMPLES:,}: they cannot be "
            "compared with each other"
        )


def _check_size(group: Sequence[Case], name: str | None) -> None:
    check_number(name, len(group))
    taken = sum(len(sample_json(case.sample)) for case in group)
    if taken > MAX_BODY_BYTES:
        raise RescoringError(
            f"the group {name!r} has {taken / 2**20:,.0f} MiB, and a request may have {MAX_BODY_BYTES // 2**20}: they "
            "cannot be compared with each other"
        )
