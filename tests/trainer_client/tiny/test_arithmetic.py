"""The lesson's problems and demonstrations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer_client.tiny.evaluate import answer

pytest.importorskip("torch")

from trainer_client.tiny.arithmetic import HELD_OUT, Problem, demonstrations, split

PROBLEMS = st.builds(Problem, st.integers(0, 19), st.integers(0, 19))


@given(st.integers(0, 1000))
def test_split(seed: int) -> None:
    """The held-out problems are kept apart, and together the problems are all there are."""
    parts = split(seed)
    assert len(parts.held_out) == HELD_OUT
    assert set(parts.train) & set(parts.held_out) == set()
    assert len(set(parts.train) | set(parts.held_out)) == 400


def test_same_seed_same_split() -> None:
    """The seed decides everything."""
    assert split(3) == split(3) != split(4)


@given(PROBLEMS)
def test_solution(problem: Problem) -> None:
    """A right solution says the sum."""
    assert answer(problem.solution(problem.left + problem.right)) == problem.answer


def test_demonstrations_are_imperfect() -> None:
    """About half of the demonstrations can be imitated with profit."""
    shown = demonstrations(split(0).train, 4000, 0)
    perfect = sum(text == problem.solution(problem.left + problem.right) for problem, text in shown) / 4000
    assert 0.3 < perfect < 0.6
    assert shown == demonstrations(split(0).train, 4000, 0)
