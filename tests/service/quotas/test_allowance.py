"""Buckets are paid afterwards."""

from hypothesis import given
from hypothesis import strategies as st

from service.quotas.allowance import BURST_S, OwnAllowances
from tests.service.quotas.clock import Clock


def test_a_batch_larger_than_what_is_left_is_owed_and_waited_for() -> None:
    """The wait that is told is the wait that it takes."""
    clock = Clock()
    allowances = OwnAllowances(clock)
    assert 0 == allowances.wait_s("a", 10.0)
    allowances.charge("a", 10.0, 800)
    wait_s = allowances.wait_s("a", 10.0)
    assert 70 == wait_s
    assert 0 == allowances.wait_s("b", 10.0)
    clock.now += wait_s - 0.01
    assert allowances.wait_s("a", 10.0) > 0
    clock.now += 0.02
    assert 0 == allowances.wait_s("a", 10.0)


@given(
    st.floats(0.1, 1000.0),
    st.lists(st.tuples(st.floats(0.0, 5.0), st.integers(1, 2_000)), min_size=1, max_size=60),
)
def test_no_more_is_let_in_than_flows_in(per_s: float, asked: list[tuple[float, int]]) -> None:
    """But for the burst, and for the last batch's own size."""
    clock = Clock()
    started = clock.now
    allowances = OwnAllowances(clock)
    admitted = 0
    for pause, samples in asked:
        clock.now += pause
        if allowances.wait_s("a", per_s) == 0:
            assert admitted <= per_s * (clock.now - started + BURST_S) + 1e-6
            allowances.charge("a", per_s, samples)
            admitted += samples
