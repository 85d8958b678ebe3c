"""What calls cost, and what teams may spend."""

from pathlib import Path

import pytest

from service.judging.spent import Spent
from service.judging.terms import KNOWN_CASES, Cost, Limit, Terms
from tests.service.judging.asking import settings

PRICES = {"input_usd_per_million": 2.0, "output_usd_per_million": 8.0}


def test_money_is_tokens_times_their_prices(tmp_path: Path) -> None:
    """1,500 x $2 and 250 x $8 a million make $0.005."""
    price = Terms(settings(tmp_path, **PRICES)).price(Cost(1500, 250))
    assert (pytest.approx(0.005), 1750) == (price.usd, price.tokens)


def test_a_team_may_have_a_limit_of_its_own(tmp_path: Path) -> None:
    """Of money; of tokens all have the same; known cases have none."""
    terms = Terms(settings(tmp_path, budget_usd=0.01, budget_tokens=5, **PRICES), {"poor": 0.0, "rich": 2.0}.get)
    found = [terms.limit(team) for team in ("poor", "rich", "another", KNOWN_CASES)]
    assert [Limit(0.0, 5), Limit(2.0, 5), Limit(0.01, 5), Limit()] == found
    assert [False, False, False, True] == [limit.is_none for limit in found]


@pytest.mark.parametrize(
    ("limit", "spent", "is_held"),
    [
        (Limit(), Spent(1e9, 10**9), True),
        (Limit(usd=1.0), Spent(1.0, 10**9), True),
        (Limit(usd=1.0), Spent(1.01, 0), False),
        (Limit(tokens=10), Spent(1e9, 10), True),
        (Limit(1.0, 10), Spent(0.5, 11), False),
        (Limit(usd=0.0), Spent(0.0, 5), True),
    ],
)
def test_a_limit_holds_what_reaches_it(limit: Limit, spent: Spent, is_held: bool) -> None:  # noqa: FBT001 - a parameter
    """And no more, of either."""
    assert is_held == limit.holds(spent)
