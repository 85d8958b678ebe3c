"""Every v1 returns what the published function returned, to the bit."""

from collections import Counter

import pytest

from rewards.types import Failure, FailureKind
from tests.rewards.golden_adapters import ADAPTERS, DATA, Published, published_rows
from tests.rewards.scoring import score

ROWS = list(published_rows())

pytestmark = pytest.mark.skipif(not ROWS, reason=f"no golden rows under {DATA}")


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{name}-{n}") for n, (name, row) in enumerate(ROWS)])
def test_value_is_the_published_one(row: Published) -> None:
    """Where the published function abstains, so does ours."""
    outcome = score(row.reward_id, row.completion, row.reference, row.params)
    if row.value is None:
        assert isinstance(outcome, Failure)
        assert FailureKind.BAD_REFERENCE == outcome.kind
    else:
        assert not isinstance(outcome, Failure)
        assert repr(row.value) == repr(outcome.value)
        assert row.details.items() <= outcome.details.items()


def test_every_published_function_has_rows() -> None:
    """An adapter without rows compares nothing."""
    counted = Counter(name for name, _ in ROWS)
    assert [] == [name for name in ADAPTERS if not counted[name]]
