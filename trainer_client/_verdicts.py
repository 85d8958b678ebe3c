"""A batch's outcomes as the numbers that a trainer may learn from."""

from collections.abc import Sequence
from dataclasses import dataclass

from trainer_client._spec import RewardSpec
from trainer_client._statistics import Statistics
from trainer_client._types import Failure, Outcome


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What every reward of a run said about a batch."""

    outcomes: tuple[tuple[Outcome, ...], ...]
    """For each reward, one for each completion."""

    unshared: tuple[str | None, ...]
    """For each completion, the kind of a failure that the rest of its group does not share, or None."""

    left_out: tuple[bool, ...]
    """For each completion, whether it is missing in every reward's column."""

    statistics: tuple[Statistics | None, ...] = ()
    """For each reward, what the service says of its outcomes; None of a service that is too old."""

    def values(self, reward: int) -> list[float | None]:
        """The column of one reward."""
        return [
            None if left_out else outcome.value
            for outcome, left_out in zip(self.outcomes[reward], self.left_out, strict=True)
        ]


def verdicts(specs: Sequence[RewardSpec], outcomes: Sequence[Sequence[Outcome]]) -> Verdicts:
    """The outcomes, and which completions to leave out of the training.

    A trainer sums the columns and takes a missing number for nothing at all, so that one missing number makes
    a good completion look worse than its group. Only a completion that is missing in every column is left
    out. Two kinds are: one with a failure that its group does not share, and one that no reward of any weight
    could judge, since a diagnostic value alone would make the trainer count it as 0.
    """
    columns = tuple(tuple(column) for column in outcomes)
    weighted = [column for spec, column in zip(specs, columns, strict=True) if not spec.diagnostic]
    rows: list[tuple[Outcome, ...]] = list(zip(*weighted, strict=True)) if weighted else [()] * len(columns[0])
    unshared = tuple(unshared_kind(row) for row in rows)
    return Verdicts(
        outcomes=columns,
        unshared=unshared,
        left_out=tuple(
            kind is not None or (bool(row) and all(isinstance(outcome, Failure) for outcome in row))
            for kind, row in zip(unshared, rows, strict=True)
        ),
    )


def unshared_kind(row: Sequence[Outcome]) -> str | None:
    """The kind of the first failure that the completion's group does not share, or None."""
    return next((each.kind for each in row if isinstance(each, Failure) and not each.shared), None)
