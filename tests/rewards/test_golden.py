"""Every v1 returns what the published function returned, to the bit."""

from collections import Counter

import pytest

from rewards.types import Failure, FailureKind, Outcome
from tests.rewards.golden.published import DATA, Published, adapters, published_rows
from tests.rewards.scoring import score, score_group

ROWS = list(published_rows())

pytestmark = pytest.mark.skipif(not ROWS, reason=f"no golden rows under {DATA}")


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{name}-{n}") for n, (name, row) in enumerate(ROWS)])
def test_value_is_the_published_one(row: Published) -> None:
    """Where the published function abstains, so does ours."""
    if isinstance(row.completion, str):
        outcomes = [score(row.reward_id, row.completion, row.reference, row.params, **row.fields)]
        expected = [row.value]
    else:
        samples = [{"completion": text, "reference": row.reference, **row.fields} for text in row.completion]
        outcomes = score_group(row.reward_id, samples, row.params)
        expected = list(row.value) if isinstance(row.value, list | tuple) else [row.value] * len(outcomes)
    for value, outcome in zip(expected, outcomes, strict=True):
        assert written(value, row.digits) == returned(outcome, row.digits)
        assert isinstance(outcome, Failure) or row.details.items() <= outcome.details.items()


def returned(outcome: Outcome, digits: int | None) -> str:
    """Return an outcome's value as `written` does."""
    if isinstance(outcome, Failure):
        assert outcome.kind is FailureKind.BAD_REFERENCE
        return written(None, digits)
    return written(outcome.value, digits)


def written(value: object, digits: int | None) -> str:
    """Return a value so that two are equal to the bit, or to the digits that the row has, where they are the same."""
    return repr(value) if digits is None or not isinstance(value, float) else f"{value:.{digits}f}"


def test_every_published_function_has_rows() -> None:
    """An adapter without rows compares nothing."""
    counted = Counter(name for name, _ in ROWS)
    assert [] == [name for name in adapters() if not counted[name]]
