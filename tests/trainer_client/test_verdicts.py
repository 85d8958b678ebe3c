"""Which completions are left out of the training."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer_client import Failure, Outcome, RewardSpec, Score
from trainer_client._verdicts import verdicts

SHARED = ["bad_reference", "missing_reference", "too_long", "not_applicable"]
OWN = ["deadline", "crash", "judge_unavailable", "judge_unparsable", "out_of_range", "a_kind_of_the_future"]

HALF = Score(0.5, "half", "Half.")


def failure(kind: str) -> Failure:
    """A failure of that kind."""
    return Failure(kind, "It failed.")


def table(specs: list[RewardSpec], rows: list[list[Outcome]]) -> list[list[float | None]]:
    """The columns that the trainer gets, by rows."""
    found = verdicts(specs, list(zip(*rows, strict=True)))
    return [list(row) for row in zip(*(found.values(at) for at in range(len(specs))), strict=True)]


TWO = [RewardSpec("a@v1"), RewardSpec("b@v1", weight=0.5)]
WATCHED = [RewardSpec("a@v1"), RewardSpec("b@v1", diagnostic=True)]


@pytest.mark.parametrize("kind", OWN)
def test_own_failure_leaves_the_row_out(kind: str) -> None:
    """A failure that the group does not share takes the completion out of every column."""
    assert table(TWO, [[HALF, failure(kind)], [HALF, HALF]]) == [[None, None], [0.5, 0.5]]


@pytest.mark.parametrize("kind", SHARED)
def test_shared_failure_stays_in_its_column(kind: str) -> None:
    """A failure that the whole group shares leaves the other rewards alone."""
    assert table(TWO, [[HALF, failure(kind)], [failure(kind), HALF]]) == [[0.5, None], [None, 0.5]]


@pytest.mark.parametrize("kind", [*OWN, *SHARED])
def test_diagnostic_failure_costs_nothing(kind: str) -> None:
    """A diagnostic reward's failure is missing in its own column only."""
    assert table(WATCHED, [[HALF, failure(kind)]]) == [[0.5, None]]


@pytest.mark.parametrize("kind", [*OWN, *SHARED])
def test_diagnostic_column_follows(kind: str) -> None:
    """A completion that cannot be trained on is missing in the diagnostic columns too."""
    assert table(WATCHED, [[failure(kind), HALF]]) == [[None, None]]


def test_only_diagnostics() -> None:
    """Where nothing is trained on, every value is shown."""
    watched = [RewardSpec("a@v1", diagnostic=True)]
    assert table(watched, [[failure("crash")], [HALF]]) == [[None], [0.5]]


def test_kinds_are_reported() -> None:
    """The kind of each failure that the group does not share is known."""
    columns = [[failure("bad_reference"), HALF], [failure("crash"), failure("deadline")]]
    assert verdicts(TWO, columns).unshared == ("crash", "deadline")


OUTCOMES = st.one_of(
    st.builds(Score, st.floats(-3, 3), st.just("r"), st.just("e")),
    st.builds(failure, st.sampled_from(OWN + SHARED)),
)


@given(
    st.lists(st.booleans(), min_size=1, max_size=4).flatmap(
        lambda flags: st.tuples(
            st.just(flags), st.lists(st.lists(OUTCOMES, min_size=len(flags), max_size=len(flags)), min_size=1)
        )
    )
)
def test_rows_are_whole_or_gone(case: tuple[list[bool], list[list[Outcome]]]) -> None:
    """No row keeps a value beside an unshared failure of a weighted reward, and no score is ever changed."""
    flags, rows = case
    specs = [RewardSpec(f"r{at}@v1", diagnostic=flag) for at, flag in enumerate(flags)]
    for outcomes, values in zip(rows, table(specs, rows), strict=True):
        weighted = [outcome for outcome, flag in zip(outcomes, flags, strict=True) if not flag]
        gone = any(isinstance(each, Failure) and each.kind in OWN for each in weighted)
        gone = gone or (bool(weighted) and all(isinstance(each, Failure) for each in weighted))
        assert values == [None if gone else outcome.value for outcome in outcomes]
