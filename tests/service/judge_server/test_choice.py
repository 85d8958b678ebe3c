"""Tokens are chosen as asked, and their probabilities are the model's."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from service.judge_server.choice import Chooser, Sampling, likelihood  # noqa: E402 - only where torch is
from service.judge_server.errors import ModelUnusableError  # noqa: E402

LOGITS = st.lists(st.floats(-50, 50, width=32), min_size=2, max_size=40)


@given(LOGITS, st.integers(0, 20))
def test_the_likeliest_stand_in_order_and_are_at_most_one(logits: list[float], rivals: int) -> None:
    """Each logarithm is one of a probability, and the token's own is among them or below."""
    seen = likelihood(torch.tensor(logits), 0, rivals)
    top = [logprob for _, logprob in seen.top]
    assert min(rivals, len(logits)) == len(top)
    assert sorted(top, reverse=True) == top
    assert sum(map(math.exp, top)) < 1.001
    if rivals:
        assert seen.logprob <= top[0]


@given(LOGITS, st.floats(0.1, 2), st.floats(0.05, 1), st.integers(0, 2**70))
def test_a_forbidden_token_is_never_chosen(logits: list[float], temperature: float, top_p: float, seed: int) -> None:
    """Minus infinity stays impossible, whatever the temperature; the same seed chooses the same."""
    allowed = torch.tensor([*logits, -math.inf])
    sampling = Sampling(temperature, top_p, seed)
    chosen = Chooser(sampling).choose(allowed)
    assert chosen < len(logits)
    assert Chooser(sampling).choose(allowed) == chosen


def test_a_narrow_nucleus_is_the_likeliest() -> None:
    """With a small `top_p`, one token is left."""
    drawn = {Chooser(Sampling(2.0, 0.01)).choose(torch.tensor([0.0, 1.0, 0.5])) for _ in range(20)}
    assert {1} == drawn


def test_an_impossible_token_has_a_number() -> None:
    """Minus infinity is not JSON."""
    assert -9999.0 == likelihood(torch.tensor([0.0, -math.inf]), 1, 2).logprob


def test_what_is_no_number_is_no_reply() -> None:
    """A model that overflows is not a judge."""
    with pytest.raises(ModelUnusableError, match="NaN"):
        Chooser(Sampling()).choose(torch.tensor([0.0, math.nan]))
